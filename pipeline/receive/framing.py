"""Cutting what a client sends into command lines and bodies (RFC 5321, 2.3.8 and 4.5.2), in memory that does not grow.

A body ends at CR LF "." CR LF and at nothing else: a dot between bare line feeds or carriage returns is text, so a
relay that thinks otherwise cannot smuggle a second mail through us (CVE-2023-51764 and its kin).
"""

import asyncio
from collections.abc import Callable

END_OF_DATA = b"\r\n.\r\n"
DOT_LINE = b"\r\n."
LONGEST_LINE = 64 * 1024  # a command; without a line end after that the client is none of ours

Take = Callable[[bytes, bool], None]


class LineTooLong(Exception):
    """More than `LONGEST_LINE` bytes without a line feed."""


class HungUp(ConnectionError):
    """The client closed its side."""


class DotDecoder:
    """Finds the end of one body and takes out the stuffed dots, block by block, holding back at most 4 bytes."""

    __slots__ = ("_held", "_started")

    def __init__(self) -> None:
        self._held = b"\r\n"  # the line end of the DATA command: a dot right after it is the first of its line
        self._started = False

    def feed(self, block: bytes) -> tuple[bytes, bytes | None]:
        """The text in this block, and what follows the end of the body (None as long as there is no end)."""
        joined = self._held + block
        dot = joined.find(DOT_LINE)  # most blocks of a big mail have none, and are gone through only once
        end = joined.find(END_OF_DATA, dot) if dot >= 0 else -1
        rest: bytes | None = None
        if end >= 0:
            cut = end + 2
            rest = joined[end + 5 :]
        else:
            cut = len(joined) - _open_end(joined)
            self._held = joined[cut:]
        text = joined[:cut]
        if dot not in (-1, end):
            text = text.replace(DOT_LINE, b"\r\n")
        if text and not self._started:
            self._started = True
            text = text[2:]
        return text, rest


def _open_end(block: bytes) -> int:
    """How many of the last bytes may be the beginning of the end."""
    for length in (4, 3, 2, 1):
        if block.endswith(END_OF_DATA[:length]):
            return length
    return 0


def _nobody() -> None:
    """Nobody wants to know."""


class Wire:
    """The client's bytes: fed by the transport, read by one reader. While nobody reads, the transport is held back.

    ``notice`` is called when a line may be whole, a body has ended or the connection has: what can be answered at once
    is then answered without waking a task.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, notice: Callable[[], None] = _nobody
    ) -> None:
        self.transport = transport
        self._notice = notice
        self._loop = loop
        self._buffer = bytearray()
        self._scanned = 0
        self._paused = False
        self._over: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._decoder: DotDecoder | None = None
        self._take: Take | None = None

    @property
    def waiting(self) -> bool:
        """Whether the client sent something that nobody has read."""
        return bool(self._buffer)

    @property
    def over(self) -> bool:
        """Whether the client will send no more."""
        return self._over is not None

    @property
    def in_body(self) -> bool:
        """Whether what comes now is the text of a mail."""
        return self._decoder is not None

    def check(self) -> None:
        """Raise how the connection ended, if it did."""
        if self._over is not None:
            raise self._over

    def feed(self, data: bytes) -> None:
        if self._over is not None:
            return
        if self._decoder is not None:
            self._feed_body(data)
            return
        self._buffer += data
        waited_for = self._waiter is not None
        if len(self._buffer) > LONGEST_LINE or b"\n" in data:
            self._wake()
        if not waited_for and len(self._buffer) > LONGEST_LINE and not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def end(self, error: Exception | None = None) -> None:
        """The client will send no more. Whole lines already here are still read, unless it ended in an ``error``."""
        if self._over is None:
            self._over = error or HungUp()
        if error is not None:
            self._buffer.clear()
        if self._paused:  # the transport must see its end
            self._resume()
        self._wake()

    def clear(self) -> None:
        """Forget what was sent in the clear before TLS (RFC 3207, 4.2)."""
        self._buffer.clear()
        self._scanned = 0
        self._paused = False

    def next_line(self) -> bytes | None:
        """The next command without its line end, None if it is not whole yet. Raises `LineTooLong`."""
        end = self._buffer.find(b"\n", self._scanned)
        if end < 0:
            self._scanned = len(self._buffer)
            if self._scanned > LONGEST_LINE:
                raise LineTooLong
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._scanned = 0
        if self._paused and len(self._buffer) <= LONGEST_LINE:
            self._resume()
        return line[:-1] if line.endswith(b"\r") else line

    async def line(self) -> bytes:
        """Wait for the next command. Raises `LineTooLong`, or how the connection ended."""
        while (line := self.next_line()) is None:
            await self.more()
        return line

    def begin_body(self, take: Take) -> None:
        """Pass the text up to the end of data to ``take(block, last)``, from now on and as it comes."""
        self._decoder, self._take = DotDecoder(), take
        early = bytes(self._buffer)
        self._buffer.clear()
        self._scanned = 0
        if self._paused:
            self._resume()
        if early:
            self._feed_body(early)

    def _feed_body(self, data: bytes) -> None:
        assert self._decoder is not None and self._take is not None
        text, rest = self._decoder.feed(data)
        try:
            self._take(text, rest is not None)
        except Exception as error:  # of ours, and there is no way back: what follows is not a command
            self.end(error)
            return
        if rest is not None:
            self._decoder = self._take = None
            self._buffer += rest
            self._wake()

    async def more(self) -> None:
        """Wait for more. Raises how the connection ended."""
        if self._over is not None:
            raise self._over
        if self._paused:
            self._resume()
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is None:
            self._notice()
        elif not self._waiter.done():
            self._waiter.set_result(None)

    def _resume(self) -> None:
        self._paused = False
        if not self.transport.is_closing():
            self.transport.resume_reading()
