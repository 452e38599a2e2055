"""How the daemon is: which tasks run, since when one fails, and whether it is ready for mail."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Trouble:
    """Why a background task failed, and when it first did so in a row."""

    why: str
    since: datetime
    times: int = 1


@dataclass(slots=True)
class MailboxHealth:
    """When a mailbox was last read to its end, and what has been wrong with it since."""

    read_at: datetime | None = None
    trouble: Trouble | None = None


@dataclass(slots=True)
class Health:
    """Kept by the app; read by the socket, the probes and the metrics."""

    started_at: datetime
    tasks: dict[str, Trouble | None] = field(default_factory=dict)
    mailboxes: dict[str, MailboxHealth] = field(default_factory=dict)
    listening: bool = False
    stopping: bool = False

    def failed(self, task: str, why: str, now: datetime) -> None:
        known = self.tasks.get(task)
        self.tasks[task] = Trouble(why, known.since, known.times + 1) if known else Trouble(why, now)

    def recovered(self, task: str) -> None:
        self.tasks[task] = None

    def mailbox_read(self, mailbox: str, now: datetime) -> None:
        self.mailboxes[mailbox] = MailboxHealth(now)

    def mailbox_failed(self, mailbox: str, why: str, now: datetime) -> None:
        known = self.mailboxes.setdefault(mailbox, MailboxHealth())
        since, times = (known.trouble.since, known.trouble.times) if known.trouble else (now, 0)
        known.trouble = Trouble(why, since, times + 1)

    @property
    def failing(self) -> dict[str, str]:
        """Tasks that do not work at the moment, with the reason."""
        return {name: trouble.why for name, trouble in self.tasks.items() if trouble}

    @property
    def degraded(self) -> dict[str, str]:
        """The same, and mailboxes that cannot be read: no reason to restart a daemon that takes mail by SMTP."""
        troubled = {f"imap {name}": box.trouble.why for name, box in self.mailboxes.items() if box.trouble}
        return self.failing | troubled

    @property
    def ready(self) -> bool:
        return self.listening and not self.stopping and not self.failing
