"""A client's connection: aiosmtpd's protocol object with a wire, a deadline and an end of our own."""

import asyncio
import secrets
import ssl
from functools import lru_cache
from typing import cast

import structlog
from aiosmtpd.smtp import SMTP

from pipeline.receive import limits
from pipeline.receive.framing import LONGEST_LINE, HungUp, LineTooLong, Wire
from pipeline.receive.reception import Reception

log = structlog.get_logger("maild.smtp")

TLS_HELLO = 0x16
UNREAD = 16 * 1024  # octets of replies
UNPRINTABLE = dict.fromkeys((*range(32), 127), "?")


@lru_cache(maxsize=64)
def _line(reply: str) -> bytes:
    printable = reply.isascii() and reply.isprintable()
    return (reply if printable else reply.translate(UNPRINTABLE)).encode("ascii", "replace") + b"\r\n"


class _NoTimer:
    """In the place of aiosmtpd's timer: the server keeps the deadlines of all connections."""

    def cancel(self) -> None: ...


class Connection(SMTP):
    """``deadline`` is when the client must have moved on, by the reception's monotonic clock."""

    def __init__(self, reception: Reception, peer: str) -> None:
        hostname = reception.settings.hostname or "localhost"
        super().__init__(None, hostname=hostname, loop=reception.loop, data_size_limit=None)
        self.reception = reception
        self.settings = reception.settings
        self.peer = peer
        self.id = secrets.token_hex(6)
        self.began = reception.seconds()
        self.deadline = self.began + self.settings.read_timeout
        self.tls = self.shaking_hands = False
        self.ending = self.storing = self.doomed = self.spoken = False
        self._out = bytearray()
        self._unheard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.wire = Wire(self.loop, cast(asyncio.Transport, transport), self.proceed)  # uvloop's only behaves like one
        self.reception.enter(self)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self.doomed:
            self._unheard += len(data)
            if self._unheard > limits.FAREWELL_OCTETS:
                self.cut()
            return
        if not self.spoken and data[0] == TLS_HELLO:  # no line end may ever follow
            self.hang_up("554 5.5.1 This port speaks SMTP, use STARTTLS")
            return
        self.spoken = True
        self.wire.feed(data)

    def eof_received(self) -> bool:
        """A client that only closed its sending side still gets its answers; inside TLS there is no such thing."""
        self.wire.end()
        return not (self.tls or self.doomed)

    def connection_lost(self, error: Exception | None) -> None:
        self.wire.end(error)
        super().connection_lost(error)
        self.reception.leave(self)

    def hang_up(self, reply: str) -> None:
        """Say so and close, whatever is going on; the second time, or where nothing can be said, cut."""
        transport = self.line
        if self.doomed or self.shaking_hands or transport is None:
            self.cut()
            return
        log.info("smtp.rejected", session=self.id, peer=self.peer, reply=reply)
        self.say(reply)
        self._part(transport)
        self.wire.end()

    def cut(self) -> None:
        if (transport := self.line) is not None:
            transport.abort()

    @property
    def line(self) -> asyncio.Transport | None:
        """What leads to the client, as long as it is there."""
        return cast("asyncio.Transport | None", self.transport)

    @property
    def idle(self) -> bool:
        """Whether nothing is lost if the connection ends here."""
        return not self.storing

    async def converse(self) -> None:
        """The dialogue, until one side ends it."""
        raise NotImplementedError

    def proceed(self) -> None:
        """Something has come in, or has come to an end."""
        raise NotImplementedError

    def say(self, reply: str) -> None:
        """Put a reply on the way; one of code 421 is the last."""
        self._out += _line(reply)
        if reply.startswith("421"):
            self.ending = True

    def send(self) -> bool:
        """Send the replies gathered so far: a pipelining client gets them in one packet (RFC 2920, 3.2).

        False where the client does not read them, so that nothing more should be said before it does.
        """
        transport = self.line
        if self.doomed or transport is None:
            raise HungUp
        if self._out:
            transport.write(bytes(self._out))
            self._out.clear()
        return transport.get_write_buffer_size() < UNREAD

    async def flush(self) -> None:
        """The same, and wait until the client has read enough of them."""
        self.send()
        await self._writer.drain()

    async def next_line(self, longest: int = LONGEST_LINE) -> bytes:
        """The client's next line, for which it has ``read_timeout`` seconds. Raises `LineTooLong` or `HungUp`."""
        while (line := self.line_at_hand(longest)) is None:
            self.extend(self.settings.read_timeout)
            await self.flush()
            await self.wire.more()
        return line

    def line_at_hand(self, longest: int = LONGEST_LINE) -> bytes | None:
        """The next line if it is here. Raises `LineTooLong`."""
        line = self.wire.next_line()
        if line is not None and len(line) > longest:
            raise LineTooLong
        return line

    def extend(self, seconds: float) -> None:
        """The client has this long from now."""
        if not self.doomed:
            self.deadline = self.reception.seconds() + seconds

    def count_in(self, octets: int) -> None:
        """Every octet buys a little time: a slow line may send a big mail, but nobody drips for ever."""
        if not self.doomed:
            longest = self.reception.seconds() + self.settings.read_timeout
            self.deadline = min(longest, self.deadline + octets / self.settings.min_rate)

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Shake hands; what was sent before in the clear is forgotten (RFC 3207, 4.2). Raises `HungUp`."""
        plain = self.line
        assert plain is not None
        self.wire.clear()
        transport = None
        self.shaking_hands = True
        try:
            transport = await self.loop.start_tls(plain, self, context, server_side=True)
        except OSError as error:
            log.info("smtp.rejected", session=self.id, peer=self.peer, reply="", why=f"TLS: {type(error).__name__}")
        finally:
            self.shaking_hands = False
        if transport is None or self.transport is None or transport.is_closing():
            plain.abort()
            self.reception.leave(self)
            raise HungUp
        self.transport = self.wire.transport = transport
        self.tls = True

    async def _handle_client(self) -> None:
        try:
            self.reception.fail("smtp.accepted")
            await self.converse()
            await self.flush()
        except ConnectionError:
            pass
        except LineTooLong:
            self.hang_up("500 5.5.2 Line too long")
        except Exception:
            self.hang_up(self.reception.trouble("smtp.failed", "421 4.3.0", session=self.id))
        finally:
            if (transport := self.line) is not None and not self.doomed:
                self._part(transport)

    def _part(self, transport: asyncio.Transport) -> None:
        """Say the last words and close our side; the rest closes when the client has read them.

        Closing at once, with words of the client unread, would reset the connection and take ours with it.
        """
        self.doomed = True
        self.deadline = self.reception.seconds() + limits.FAREWELL_SECONDS
        if self._out:
            transport.write(bytes(self._out))
        if self.wire.over or not transport.can_write_eof():
            transport.close()
        else:
            transport.write_eof()

    def _reset_timeout(self, duration: float | None = None) -> None:
        self._timeout_handle = _NoTimer()  # type: ignore[assignment]
