"""The daemon's log, live, to whoever asks for it over the socket."""

import asyncio
import contextlib
import logging

from maild.logs import json_formatter

MOST_BEHIND = 10_000  # lines kept for a reader that is slow; then the oldest are lost to it


class Tail(logging.Handler):
    """Hands each log line, as the daemon's own output writes it in JSON, to one writer."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str] = asyncio.Queue(MOST_BEHIND)

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):  # a reader must never hurt the daemon
            self._loop.call_soon_threadsafe(self._put, self.format(record))

    def _put(self, line: str) -> None:
        if self._lines.full():
            self._lines.get_nowait()
        self._lines.put_nowait(line)

    async def follow(self) -> None:
        """Until the reader leaves."""
        root = logging.getLogger()
        self.setFormatter(json_formatter())
        root.addHandler(self)
        try:
            while True:
                self._writer.write((await self._lines.get()).encode("utf-8", "replace") + b"\n")
                await self._writer.drain()
        except ConnectionError:
            return
        finally:
            root.removeHandler(self)
