"""How the daemon is: which tasks run, since when one fails, and whether it is ready for mail."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from maild.domain.plurals import counted


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


IN_HAND = {
    "worker": "a mail is being read",
    "courier": "a letter is being handed to the relay",
    "webhooks": "another program is being called",
    "web": "a page is being answered",
}
"""What background tasks finish before they end."""


@dataclass(slots=True)
class Health:
    """Kept by the app; read by the socket, the probes and the metrics."""

    started_at: datetime
    tasks: dict[str, Trouble | None] = field(default_factory=dict)
    mailboxes: dict[str, MailboxHealth] = field(default_factory=dict)
    listening: bool = False
    stopping: bool = False
    stops_by: datetime | None = None  # what is not done by then is cut off

    def holds(self, sessions: int, unfinished: Iterable[str]) -> list[str]:
        """What a start or a stop waits for: mail ``sessions`` that are open, background tasks that have not ended."""
        if not self.listening and not self.stopping:
            return ["the readers of mail are being started; mail that comes in is kept meanwhile"]
        if not self.stopping:
            return []
        tasks = [IN_HAND.get(name, f"{name.replace(':', ' ')} finishes its step") for name in unfinished]
        return [f"{counted(sessions, 'mail session')} open", *tasks] if sessions else tasks

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
