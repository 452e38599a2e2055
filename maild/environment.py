"""What a test or a demo may ask for by the environment: another clock, a shorter grace, a weaker disk."""

import os
from datetime import datetime

from maild.clock import Clock, ManualClock, SystemClock

GRACE = 20.0  # seconds that open sessions and sends get at SIGTERM


def clock(speed: float) -> Clock:
    """The wall clock, or a faster one for demos.

    MAILD_CLOCK=manual:INSTANT is one that a test moves over the socket, from:INSTANT one that goes on from there.
    """
    kind, _, instant = os.environ.get("MAILD_CLOCK", "").partition(":")
    if kind == "manual":
        return ManualClock(datetime.fromisoformat(instant))
    return SystemClock(speed, datetime.fromisoformat(instant) if kind == "from" else None)


def grace() -> float:
    """Seconds; a test that lets them pass may ask for fewer."""
    return float(os.environ.get("MAILD_TEST_GRACE", GRACE))


def synchronous() -> str:
    """FULL, always; the test that proves it needed may force less."""
    return os.environ.get("MAILD_TEST_SYNCHRONOUS", "FULL")
