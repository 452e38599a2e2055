"""Ways to hand a letter over: to a relay by SMTP, or into a folder where none is configured."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import structlog

from maild import failpoints
from maild.domain.letter import Later, Letter, Result, Sent

log = structlog.get_logger("maild.notifications")

AtDot = Callable[[], Awaitable[None]]


class Sender(Protocol):
    """Hands over one letter at a time.

    ``at_dot`` is awaited when everything but the final dot is with the other side: only after it has returned may the
    letter become theirs. Trouble outside is a result, never an exception.
    """

    async def send(self, letter: Letter, at_dot: AtDot) -> Result: ...

    async def close(self) -> None:
        """Let go of what is kept open between letters."""


class FolderSender:
    """Files each letter as ``letter-<id>.eml``; the same letter sent twice is still one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, letter: Letter, at_dot: AtDot) -> Result:
        path = filed(self.folder, letter.id)
        fresh = path.with_suffix(".part")
        try:
            await asyncio.to_thread(_write, fresh, letter.raw)
            await at_dot()
            await asyncio.to_thread(_publish, fresh, path)
            failpoints.hit("outbox.after_dot_before_250")
        except OSError as error:
            return Later("folder.write", f"{path}: {error.strerror or type(error).__name__}")
        log.info("letter.filed", letter=letter.id, file=str(path), to=list(letter.recipients))
        return Sent(f"filed as {path.name}")

    async def close(self) -> None:
        return None


def filed(folder: Path, number: int) -> Path:
    """The file of a letter."""
    return folder / f"letter-{number:06d}.eml"


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _publish(fresh: Path, path: Path) -> None:
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
