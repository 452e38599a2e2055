"""What a test or a demo may ask for by the environment: another clock, a shorter grace, a weaker disk."""

import os
from datetime import datetime

from maild.clock import Clock, ManualClock, SystemClock

GRACE = 20.0  # seconds that open sessions and sends get at SIGTERM


def clock(speed: float) -> Clock:
    """The wall clock, a faster one for demos, or (MAILD_CLOCK=manual:INSTANT) one that a test moves over the socket."""
    manual = os.environ.get("MAILD_CLOCK", "")
    if manual.startswith("manual:"):
        return ManualClock(datetime.fromisoformat(manual.removeprefix("manual:")))
    return SystemClock(speed)


def grace() -> float:
    """Seconds; a test that lets them pass may ask for fewer."""
    return float(os.environ.get("MAILD_TEST_GRACE", GRACE))


def synchronous() -> str:
    """FULL, always; the test that proves it needed may force less."""
    return os.environ.get("MAILD_TEST_SYNCHRONOUS", "FULL")
