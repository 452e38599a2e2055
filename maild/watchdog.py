"""A thread that notices when the event loop no longer turns, and says once where it is stuck."""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable

import structlog

from maild import systemd

LONGEST = 5.0  # seconds without a turn before the loop is called blocked
LOOK = 0.5  # seconds between two looks
FRAMES = 12  # of the loop's stack that are logged, innermost last

log = structlog.get_logger("maild.watchdog")


class Watchdog:
    """Asks the loop to nod, again and again; tells systemd that we live only while it does.

    Where the manager hears nothing for as long as the unit's WatchdogSec, it ends the daemon and starts it anew.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        longest: float = LONGEST,
        seconds: Callable[[], float] = time.monotonic,
        alive: Callable[[], object] = systemd.alive,
    ) -> None:
        self.blocked = False
        self._loop = loop
        self._thread_of_loop = threading.get_ident()
        self._longest = longest
        self._seconds = seconds
        self._alive = alive
        self._asked = False
        self._nodded_at = self._told_at = seconds()
        self._interval = systemd.watchdog_interval()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="maild-watchdog", daemon=True)

    def start(self) -> None:
        """To be called on the loop's own thread, as the constructor."""
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """One look: note what the loop did since the last one."""
        now = self._seconds()
        silent = now - self._nodded_at
        if silent > self._longest and not self.blocked:
            self.blocked = True
            log.error("loop.blocked", seconds=round(silent, 1), stack=self._stack())
        elif silent <= self._longest and self.blocked:
            self.blocked = False
            log.warning("loop.turns_again")
        if not self._asked:
            self._asked = True
            self._loop.call_soon_threadsafe(self._nod)
        if self._interval is not None and not self.blocked and now - self._told_at >= self._interval:
            self._told_at = now
            self._alive()

    def _nod(self) -> None:
        self._nodded_at = self._seconds()
        self._asked = False

    def _watch(self) -> None:
        while not self._end.wait(min(LOOK, self._interval or LOOK)):
            try:
                self.look()
            except RuntimeError:  # the loop is closed
                return

    def _stack(self) -> str:
        """Where the loop's thread is: files, lines and functions, without any value."""
        frame = sys._current_frames().get(self._thread_of_loop)
        if frame is None:
            return ""
        steps = traceback.extract_stack(frame)[-FRAMES:]
        return " > ".join(f"{step.filename.rpartition('/')[2]}:{step.lineno} {step.name}" for step in steps)
