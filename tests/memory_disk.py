"""A file system in memory for what tests write: an fsync costs nothing there, and nothing here cuts the power.

A kill -9 loses no more on it than on a disk. What a power cut would lose is told by ``tests/faults/powerloss.py`` from
the calls themselves, and is the same on both.
"""

import os
from pathlib import Path

ROOM = 4 * 1024**3  # bytes; a daemon with little room warns, and with hardly any puts mail off
_PLACE = Path("/dev/shm")


def folder(place: Path = _PLACE) -> Path | None:
    """Where it is; None when there is none that has room, as in a container that was given 64 MB."""
    try:
        state = os.statvfs(place)
    except OSError:
        return None
    return place if state.f_bavail * state.f_frsize >= ROOM and os.access(place, os.W_OK | os.X_OK) else None
