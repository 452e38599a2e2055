"""Where log lines go. Written without buffer and without waiting: a full disk, a closed pipe or a reader that sleeps
costs lines, which are counted and told as soon as there is room again, but never the caller's work.
"""

import contextlib
import json
import logging
import os
import select
import stat
from collections.abc import Sequence
from pathlib import Path

from maild.errors import CannotCreate

PIECE = select.PIPE_BUF  # bytes a pipe that polls as writable takes without blocking
NEWLINE = ord("\n")
LOOK = 1.0  # seconds after which we look whether the file was moved away
PATIENCE = 200  # milliseconds given to a reader that is behind, until it has failed once


class LogOutput(logging.Handler):
    """Writes to ``file``, opened anew when it was moved away, else to an open ``descriptor``."""

    def __init__(self, file: Path | None, descriptor: int = 2) -> None:
        super().__init__()
        self.lost = 0
        self._file = file
        self._descriptor = descriptor if file is None else _open(file)
        self._looked = 0.0
        self._may_block = not _is_file(self._descriptor)
        self._torn = False  # the last line ended in the middle
        self._untold = 0
        self._held: list[str] | None = None

    def is_terminal(self) -> bool:
        return self._file is None and os.isatty(self._descriptor)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; nothing is raised, whatever happens."""
        try:
            line = self.format(record)
        except Exception as error:  # a bad format string in a library, a value whose text cannot be made
            line = _about_us("error", "log.unprintable", logger=record.name, error=type(error).__name__)
        if self._file is not None and not 0 <= record.created - self._looked < LOOK:
            self._looked = record.created
            if self._moved_away():
                self.reopen()
        if self._held is None:
            self._put([line])
        else:
            self._held.append(line)

    def hold(self) -> None:
        """Lines wait from now on, to be written together."""
        with self.lock or contextlib.nullcontext():
            self._held = []

    def release_held(self) -> None:
        """The lines that wait go out, and the next ones as they come."""
        with self.lock or contextlib.nullcontext():
            held, self._held = self._held, None
            if held:
                self._put(held)

    def reopen(self) -> None:
        """Open the file by its name again; where that fails the old one goes on."""
        if self._file is None:
            return
        with contextlib.suppress(CannotCreate):
            new, old = _open(self._file), self._descriptor
            self._descriptor, self._may_block = new, not _is_file(new)
            os.close(old)

    def close(self) -> None:
        if self._file is not None and self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        super().close()

    def _moved_away(self) -> bool:
        try:
            there, ours = (self._file or Path()).stat(), os.fstat(self._descriptor)
        except OSError:
            return True
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)

    def _put(self, lines: Sequence[str]) -> None:
        if self._untold and not self._write([_about_us("warning", "log.lost", lines=self._untold)]):
            self._untold = 0
        missing = self._write(lines)
        self.lost += missing
        self._untold += missing

    def _write(self, lines: Sequence[str]) -> int:
        """How many of the lines did not go out whole."""
        torn = b"\n" if self._torn else b""
        data = torn + "\n".join(lines).encode("utf-8", "backslashreplace") + b"\n"
        done = 0
        while done < len(data):
            written = self._piece(data[done : done + PIECE])
            if not written:
                break
            done += written
        if done:
            self._torn = data[done - 1] != NEWLINE
        return len(lines) - data.count(b"\n", len(torn), done) if done < len(data) else 0

    def _piece(self, piece: bytes) -> int:
        try:
            if self._may_block and not self._ready():
                return 0
            return os.write(self._descriptor, piece)
        except (OSError, ValueError):
            return 0

    def _ready(self) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        return bool(poll.poll(0 if self._untold else PATIENCE))


def _is_file(descriptor: int) -> bool:
    """A file never makes its writer wait for a reader."""
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def _about_us(level: str, event: str, **values: object) -> str:
    return json.dumps({"level": level, "event": event, **values})


def _open(file: Path) -> int:
    try:
        return os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY, 0o640)
    except OSError as error:
        raise CannotCreate(f"the log file {file} cannot be opened: {error.strerror}", "see [log] file") from None
