"""The ground that the database stands on: is there room for another mail, and is its file still the one we opened?

SQLite goes on writing into a file that somebody removed, and all of it is gone with the process. So no mail may be
promised on a file that has lost its name.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from maild.errors import TryAgain
from maild.store.engine import sqlite_path

SPARE = 1.5  # times the largest mail that must be free: the mail, and its copy in the write-ahead log


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why no mail can be taken now. ``full`` tells lack of room from everything else; ``hint`` is for the operator."""

    why: str
    hint: str
    full: bool = False


class Gone(TryAgain):
    """The database's file was removed or replaced under the running daemon."""


class Ground:
    """Made when the database is open. ``free`` gives the bytes that are free for us in a folder; tests give their own.

    Of a PostgreSQL server nothing is known from here: it says so itself.
    """

    def __init__(self, url: str, largest: int, free: Callable[[Path], int] | None = None) -> None:
        self.largest = largest
        self._path = sqlite_path(url)
        self._free = free or free_bytes
        self._is = _identity(self._path) if self._path else None

    def trouble(self) -> Trouble | None:
        """What stands against taking a mail, None when nothing does. Two system calls."""
        if self._path is None:
            return None
        if lost := self._lost():
            return Trouble(lost, "stop maild at once; then restore the last backup, or put the file back")
        try:
            free = self._free(self._path.parent)
        except OSError as error:
            return Trouble(f"{self._path.parent}: {error.strerror}", "is its file system still there?")
        needed = int(self.largest * SPARE)
        if free < needed:
            return Trouble(f"{free} bytes are free, {needed} are needed", "free disk space there", full=True)
        return None

    def demand(self) -> None:
        """After a commit, before anybody is told of it: raises Gone where it went into a file that nobody will find."""
        if self._path is not None and (lost := self._lost()):
            raise Gone(lost, "stop maild; restore the last backup")

    def _lost(self) -> str:
        assert self._path is not None
        now = _identity(self._path)
        if now == self._is:
            return ""
        return f"{self._path} was {'replaced by another file' if now else 'removed'} while maild runs"


def free_bytes(folder: Path) -> int:
    """What a process without privileges may still write (f_bavail of statvfs(3))."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
