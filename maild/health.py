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
class Health:
    """Kept by the app; read by the socket, the probes and the metrics."""

    started_at: datetime
    tasks: dict[str, Trouble | None] = field(default_factory=dict)
    listening: bool = False
    stopping: bool = False

    def failed(self, task: str, why: str, now: datetime) -> None:
        known = self.tasks.get(task)
        self.tasks[task] = Trouble(why, known.since, known.times + 1) if known else Trouble(why, now)

    def recovered(self, task: str) -> None:
        self.tasks[task] = None

    @property
    def degraded(self) -> dict[str, str]:
        """What does not work at the moment, by task."""
        return {name: trouble.why for name, trouble in self.tasks.items() if trouble}

    @property
    def ready(self) -> bool:
        return self.listening and not self.stopping and not self.degraded
