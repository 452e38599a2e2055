"""When a letter is tried again. Pure: the dice are an argument."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

JITTER = 0.1  # of the pause, either way, so that letters of one outage do not come back as one crowd


def next_try(
    attempt: int,
    created_at: datetime,
    now: datetime,
    schedule: Sequence[float],
    jitter: Callable[[], float],
    give_up_after: float,
) -> datetime | None:
    """The instant after the failed try number ``attempt`` (from 1), or None when the letter is too old for another.

    ``schedule`` are pauses in seconds, the last one repeating; ``jitter`` gives 0 to 1 (`random.random`);
    ``give_up_after`` counts seconds from ``created_at``. The last try falls on that very instant, never after it.
    """
    deadline = created_at + timedelta(seconds=give_up_after)
    if now >= deadline:
        return None
    pause = schedule[min(max(attempt, 1), len(schedule)) - 1]
    spread = 1 + JITTER * (2 * jitter() - 1)
    return min(now + timedelta(seconds=pause * spread), deadline)
