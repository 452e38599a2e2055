"""Handing letters to a relay over SMTP (RFC 5321), one kept connection a sender.

The protocol is aiosmtplib's. MAIL, RCPT and DATA are apart so that each recipient has an answer of its own, and DATA is
cut before its final dot: up to there a failure is harmless, behind it the relay may have the letter (RFC 1047).
"""

import asyncio
import ssl
from dataclasses import dataclass

import aiosmtplib
import structlog
from aiosmtplib.errors import SMTPException, SMTPHeloError, SMTPResponseException
from aiosmtplib.protocol import SMTPProtocol

from maild import failpoints
from maild.config import Relay
from maild.domain.letter import Later, Letter, Never, Result, Sent
from notifications.address import Refusal, check_recipient
from notifications.relay_trouble import Garbage, Stage, quoted, trouble
from notifications.senders import AtDot

log = structlog.get_logger("maild.notifications")


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """``tls`` is none, starttls (required, never opportunistic) or tls; ``timeout`` is seconds for one reply,
    ``dot_timeout`` for the one after the final dot, which RFC 5321, 4.5.3.2.6 puts at 10 minutes.
    """

    host: str
    port: int = 587
    tls: str = "starttls"
    user: str | None = None
    secret: str | None = None
    hostname: str | None = None
    ca_file: str | None = None
    timeout: float = 60.0
    dot_timeout: float = 600.0
    letters_per_connection: int = 100


def settings_of(relay: Relay) -> RelaySettings | None:
    """What the configuration says; None where letters go to a folder."""
    if relay.host is None:
        return None
    return RelaySettings(
        relay.host,
        relay.port,
        relay.tls,
        relay.user,
        relay.secret,
        relay.hostname or None,
        str(relay.ca_file) if relay.ca_file else None,
        relay.timeout,
        relay.dot_timeout,
        relay.letters_per_connection,
    )


class RelaySender:
    """One connection to the relay, opened when needed, kept between letters and closed on any doubt about it."""

    def __init__(self, settings: RelaySettings) -> None:
        self.settings = settings
        self._client: aiosmtplib.SMTP | None = None
        self._letters = 0
        self._stage = Stage.CONNECT
        self._context: ssl.SSLContext | None = None

    async def send(self, letter: Letter, at_dot: AtDot) -> Result:
        """Sent, Later or Never; ``Later.ambiguous`` when the final dot was sent and no answer to it understood."""
        checked = [(address, check_recipient(address)) for address in letter.recipients]
        invalid = tuple((address, answer.why) for address, answer in checked if isinstance(answer, Refusal))
        valid = [address for _, address in checked if not isinstance(address, Refusal)]
        if not valid:
            return Never("addr.invalid", invalid[0][1] if invalid else "the letter has no recipient", invalid)
        try:
            result = await self._hand_over(letter, valid, at_dot)
        except (SMTPException, OSError, ValueError) as error:
            self._drop()
            return trouble(self._stage, error)
        except BaseException:
            self._drop()
            raise
        return _with_refused(result, invalid)

    async def close(self) -> None:
        """Say goodbye, without insisting on an answer."""
        if self._client is not None:
            try:
                await self._client.quit(timeout=min(5.0, self.settings.timeout))
            except (SMTPException, OSError, ValueError):
                log.debug("relay.left_without_goodbye")
        self._drop()

    async def _hand_over(self, letter: Letter, recipients: list[str], at_dot: AtDot) -> Result:
        client = await self._ready()
        self._letters += 1
        self._stage = Stage.MAIL
        reply = await client.execute_command(b"MAIL", b"FROM:" + _path(letter.envelope_from))
        if reply.code != 250:
            raise SMTPResponseException(reply.code, reply.message)
        accepted, refused, later = await self._recipients(client, recipients)
        if not accepted:
            return Later("relay.4xx", later[0][1]) if later else Never("relay.5xx", refused[0][1], tuple(refused))
        said = await self._data(client, letter.raw, at_dot)
        self._stage = Stage.CONNECT
        return Sent(said, tuple(refused), tuple(later))

    async def rehearse(self) -> Later | Never | None:
        """Connect and log in as for a letter, and take leave; None when all of it went well."""
        try:
            await self._dial()
        except (SMTPException, OSError, ValueError) as error:
            return trouble(self._stage, error)
        finally:
            await self.close()
        return None

    async def _ready(self) -> aiosmtplib.SMTP:
        """A connection on which MAIL may be said: the kept one if it still answers, else a new one."""
        if self._client is not None and self._letters >= self.settings.letters_per_connection:
            await self.close()
        if self._client is not None:
            try:
                await self._client.rset()
                _nothing_left(self._client)
                return self._client
            except (SMTPException, OSError):
                self._drop()
        return await self._dial()

    async def _dial(self) -> aiosmtplib.SMTP:
        settings = self.settings
        self._stage, self._letters = Stage.CONNECT, 0
        client = self._client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.hostname,
            timeout=settings.timeout,
            use_tls=settings.tls == "tls",
            start_tls=False,
            tls_context=await self._tls_context(),
        )
        await client.connect()
        await self._greet(client)
        if settings.tls == "starttls":
            self._stage = Stage.TLS
            await client.starttls()
            await self._greet(client)
        if settings.user is not None:
            self._stage = Stage.AUTH
            await client.login(settings.user, settings.secret or "")
        if isinstance(client.transport, asyncio.WriteTransport):
            client.transport.set_write_buffer_limits(
                high=0
            )  # so that drained means handed to the system, to the last byte
        return client

    async def _greet(self, client: aiosmtplib.SMTP) -> None:
        self._stage = Stage.GREETING
        _nothing_left(client)
        try:
            await client.ehlo()
        except SMTPHeloError as error:
            if error.code < 500 or self.settings.tls == "starttls":
                raise
            await client.helo()

    async def _tls_context(self) -> ssl.SSLContext | None:
        if self.settings.tls == "none":
            return None
        if self._context is None:
            self._context = await asyncio.to_thread(ssl.create_default_context, cafile=self.settings.ca_file)
        return self._context

    async def _recipients(
        self, client: aiosmtplib.SMTP, recipients: list[str]
    ) -> tuple[list[str], list[tuple[str, str]], list[tuple[str, str]]]:
        """Who was accepted, who is refused for good and who for now, with the replies."""
        accepted: list[str] = []
        refused: list[tuple[str, str]] = []
        later: list[tuple[str, str]] = []
        self._stage = Stage.RCPT
        for address in recipients:
            reply = await client.execute_command(b"RCPT", b"TO:" + _path(address))
            if reply.code in (250, 251):
                accepted.append(address)
            elif reply.code == 421 or not 400 <= reply.code < 600:
                raise SMTPResponseException(reply.code, reply.message)
            else:
                (later if reply.code < 500 else refused).append((address, quoted(reply.code, reply.message)))
        return accepted, refused, later

    async def _data(self, client: aiosmtplib.SMTP, raw: bytes, at_dot: AtDot) -> str:
        """The relay's last word on the letter; raises for any but a 2xx."""
        self._stage = Stage.DATA
        go = await client.execute_command(b"DATA")
        if go.code != 354:
            raise SMTPResponseException(go.code, go.message)
        protocol = _nothing_left(client)
        self._stage = Stage.BODY
        protocol.write(dot_stuffed(raw))
        # The library has no public drain; without it the phase is written while the body still waits here.
        await asyncio.wait_for(protocol._drain_helper(), self.settings.timeout)
        await at_dot()
        _nothing_left(client)
        self._stage = Stage.DOT
        protocol.write(b".\r\n")
        failpoints.hit("outbox.after_dot_before_250")
        reply = await protocol.read_response(timeout=self.settings.dot_timeout)
        if not 200 <= reply.code < 300:
            raise SMTPResponseException(reply.code, reply.message)
        if protocol._buffer:
            self._drop()  # a second answer to one question would be taken for the answer to the next
        return quoted(reply.code, reply.message)

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


def _path(address: str) -> bytes:
    """Raises ValueError for what is not ASCII; no address that comes here needs quoting or has a name."""
    return f"<{address}>".encode("ascii")


def dot_stuffed(raw: bytes) -> bytes:
    """A letter as DATA carries it (RFC 5321, 4.5.2): CRLF line ends, leading dots doubled, no final dot."""
    if raw.count(b"\n") != raw.count(b"\r\n") or raw.count(b"\r") != raw.count(b"\r\n"):
        raw = b"\r\n".join(raw.splitlines())
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    return (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]


def _nothing_left(client: aiosmtplib.SMTP) -> SMTPProtocol:
    """The live protocol. Raises when the connection is gone, or when the relay said more than it was asked for: its
    answers would be paired with the wrong questions from here on.
    """
    protocol = client.protocol
    if protocol is None or not protocol.is_connected:
        raise ConnectionResetError("the relay closed the connection")
    if protocol._buffer:
        raise Garbage("the relay answered twice")
    return protocol


def _with_refused(result: Result, invalid: tuple[tuple[str, str], ...]) -> Result:
    match result:
        case Sent(reply, refused, later) if invalid:
            return Sent(reply, (*refused, *invalid), later)
        case Never(code, why, refused) if invalid:
            return Never(code, why, (*refused, *invalid))
        case _:
            return result
