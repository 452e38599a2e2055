"""PostgreSQL: a transaction that met somebody else's, or a server that was away for a moment, is run again.

Nothing of it is left then, so running it again is as good as the first time. On SQLite one writer at a time makes such
conflicts impossible, and the driver itself waits for a lock.
"""

import random
import time
from collections.abc import Callable

from sqlalchemy.exc import IntegrityError

from maild.store.certainty import InDoubt
from maild.store.trouble import StoreTrouble, TroubleKind, translate

PATIENCE = 10.0  # seconds after which the one who waits longest is told
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
TAKEN = "23505"  # unique_violation: somebody else inserted it between our look and our insert
TAKEN_TRIES = 3  # then it is a mistake of ours

_PASSING = (TroubleKind.BUSY, TroubleKind.GONE, TroubleKind.READ_ONLY)


class Tries:
    """The tries of one batch; ``born`` is when its oldest function was asked for (time.monotonic)."""

    def __init__(self, born: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._until = born + PATIENCE
        self._sleep = sleep
        self._pause = FIRST_PAUSE
        self._taken = 0

    def again(self, error: BaseException) -> bool:
        """Whether to run it again; returns after a pause of random length."""
        if time.monotonic() > self._until or not self._passing(error):
            return False
        self._sleep(random.uniform(self._pause / 2, self._pause))
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return True

    def _passing(self, error: BaseException) -> bool:
        if isinstance(error, IntegrityError) and getattr(error.orig, "sqlstate", None) == TAKEN:
            self._taken += 1
            return self._taken < TAKEN_TRIES
        told = translate(error)
        return isinstance(told, StoreTrouble) and not isinstance(told, InDoubt) and told.kind in _PASSING
