"""The machine: Python's own safety fixes, space on the disks, the clock."""

import ctypes
import email.utils
import imaplib
import os
import pyexpat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from platform import python_version

from maild.config import Config
from maild.doctor.finding import Finding, fail, ok, warn

SAFE_EXPAT = (2, 6, 0)  # CVE-2023-52425: quadratic time for long tokens
LITTLE, HARDLY_ANY = 2 * 1024**3, 200 * 1024**2  # bytes free
ANOTHER_CLOCK = timedelta(minutes=1)
_TIME_ERROR = 5  # of adjtimex(2): nothing keeps the clock right
_UPDATE = "update Python to the newest patch level of its series"


def python() -> Iterator[Finding]:
    """Fixes that differ by patch level; our own limits hold without them, but less is between us and a hostile mail."""
    expat: tuple[int, ...] = pyexpat.version_info
    missing = [
        what
        for what, there in (
            ("strict address parsing (email.utils)", getattr(email.utils, "supports_strict_parsing", False)),
            (f"expat 2.6 or newer (here {'.'.join(map(str, expat))})", expat >= SAFE_EXPAT),
            ("bounded literals (imaplib)", hasattr(imaplib, "_SAFE_BUF_SIZE")),
        )
        if not there
    ]
    if missing:
        yield warn("python", f"{python_version()} lacks {', '.join(missing)}", _UPDATE)
    else:
        yield ok("python", f"{python_version()} has the safety fixes for mail")


def disks(config: Config) -> Iterator[Finding]:
    """Free space where the database, unsent letters and temporary files are written."""
    places = {"temporary files": Path(os.environ.get("TMPDIR", "/tmp"))}
    if config.database.url.startswith("sqlite:///"):
        places["database"] = Path(config.database.url.removeprefix("sqlite:///")).parent
    if not config.relay.host:
        places["letters"] = config.relay.folder.parent
    for name, place in sorted(places.items()):
        yield _disk(f"disk {name}", place)


def _disk(about: str, place: Path) -> Finding:
    try:
        state = os.statvfs(place)
    except OSError as error:
        return fail(about, f"{place}: {error.strerror}", "make the folder, or name another in the configuration")
    free, nodes = state.f_bavail * state.f_frsize, state.f_favail
    said = f"{free / 1024**3:.1f} GiB free at {place}"
    if state.f_files and nodes < 1000:
        return fail(about, f"only {nodes} files can still be made at {place}", "delete files")
    if free < HARDLY_ANY:
        return fail(about, said, "mail will be put off with 452; make room")
    return warn(about, said, "make room before mail has to be put off") if free < LITTLE else ok(about, said)


def clock(now: datetime, newest: datetime | None, desk: datetime | None = None) -> Iterator[Finding]:
    """Whether something keeps the clock right, and whether it was set back behind mail that is here already.

    ``desk`` is what the daemon's own clock shows: a demo's is another than the machine's.
    """
    if desk is not None and abs(desk - now) > ANOTHER_CLOCK:
        said = f"the daemon goes by a clock of its own, as a demo does: there it is {desk:%Y-%m-%d %H:%M} UTC"
        yield warn("clock", f"{said}, here {now:%Y-%m-%d %H:%M}", "for real mail start it without --clock-speed")
    elif newest is not None and newest - now > timedelta(minutes=2):
        yield fail("clock", f"it is {now:%Y-%m-%d %H:%M}, but mail came at {newest:%Y-%m-%d %H:%M}", "set the clock")
    elif _kernel_clock() == _TIME_ERROR:
        yield warn("clock", "nothing keeps it right", "run chrony or systemd-timesyncd: reminders go by this clock")
    else:
        yield ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _kernel_clock() -> int:
    """The clock's state, 0 when it is kept or cannot be known."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)))
    except (OSError, AttributeError):
        return 0
