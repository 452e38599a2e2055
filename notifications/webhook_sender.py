"""Calls webhooks: one POST over a connection of its own, to an address that was looked at first.

By hand over asyncio's streams, since the points that matter are the ones that HTTP clients hide: the address that was
checked is the address that is dialled (a name may mean another one a moment later), the last byte is held back until
the outbox knows that it will leave, one deadline bounds all, no redirect is followed and no answer is kept.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from maild import failpoints
from maild.clock import Clock
from maild.domain.letter import Later, Letter, Never, Result, Sent
from notifications.senders import AtDot

REST = timedelta(seconds=30)
"""While a program cannot be reached, its other calls wait so long without dialling."""
LONGEST_HEAD = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PATIENT = ("webhook.dns", "webhook.unreachable", "webhook.tls", "webhook.timeout")

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook: ``key`` signs, ``bearer`` is shown, ``private`` allows addresses inside, ``timeout`` in seconds."""

    name: str
    url: str
    key: str | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)
    private: bool = False
    timeout: float = 10.0


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class WebhookSender:
    """Implements notifications.senders.Sender; ``hooks`` gives those of the present configuration."""

    def __init__(
        self, hooks: Callable[[], Mapping[str, Hook]], clock: Clock, resolve: Resolve = resolve, version: str = ""
    ) -> None:
        self._hooks = hooks
        self._clock = clock
        self._resolve = resolve
        self._agent = f"maild/{version}" if version else "maild"
        self._resting: dict[str, tuple[datetime, Later]] = {}

    async def send(self, letter: Letter, at_dot: AtDot) -> Result:
        name = letter.recipients[0] if letter.recipients else ""
        hook = self._hooks().get(name)
        if hook is None:
            return Never("webhook.unknown", f"no webhook {name!r} is configured any more")
        until, trouble = self._resting.get(name, (None, None))
        if trouble is not None and until is not None and self._clock.now() < until:
            return trouble
        result = await self._call(hook, letter, at_dot)
        if isinstance(result, Later) and result.code in _PATIENT:
            self._resting[name] = (self._clock.now() + REST, result)
        else:
            self._resting.pop(name, None)
        return result

    async def close(self) -> None:
        return None

    async def _call(self, hook: Hook, letter: Letter, at_dot: AtDot) -> Result:
        progress = _Progress()
        try:
            async with asyncio.timeout(hook.timeout):
                return await self._converse(hook, letter, at_dot, progress)
        except TimeoutError:
            return _cut(progress, "webhook.timeout", f"no answer within {hook.timeout:g} s")
        except ssl.SSLError as error:
            return _cut(progress, "webhook.tls", error.reason or type(error).__name__)
        except OSError as error:
            return _cut(progress, "webhook.unreachable", error.strerror or type(error).__name__)

    async def _converse(self, hook: Hook, letter: Letter, at_dot: AtDot, progress: "_Progress") -> Result:
        url = urlsplit(hook.url)
        host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            return Later("webhook.dns", f"{host}: {getattr(error, 'strerror', None) or error}")
        if not hook.private and (inside := [address for address in addresses if not is_public(address)]):
            return Never("webhook.private", f"{host} is {inside[0]}, which is not a public address (private = true)")
        tls = ssl.create_default_context() if url.scheme == "https" else None
        reader, writer = await _dial(addresses, port, tls, host)
        try:
            request = self._head(hook, letter, url.path or "/", url.query, url.netloc) + letter.raw
            writer.write(request[:-1])
            await writer.drain()
            await at_dot()
            progress.passed_dot = True
            writer.write(request[-1:])
            await writer.drain()
            failpoints.hit("outbox.after_dot_before_250")
            return await _answer(reader)
        finally:
            writer.transport.abort()

    def _head(self, hook: Hook, letter: Letter, path: str, query: str, host: str) -> bytes:
        at = str(int(self._clock.now().timestamp()))
        lines = [
            f"POST {path}{'?' + query if query else ''} HTTP/1.1",
            f"Host: {host}",
            f"User-Agent: {self._agent}",
            "Content-Type: application/json; charset=utf-8",
            f"Content-Length: {len(letter.raw)}",
            "Connection: close",
            f"X-Maild-Delivery: {letter.message_id.strip('<>')}",
            f"X-Maild-Attempt: {letter.attempt}",
            f"X-Maild-Timestamp: {at}",
        ]
        if hook.key is not None:
            lines.append(f"X-Maild-Signature: sha256={signature(hook.key, at, letter.raw)}")
        if hook.bearer is not None:
            lines.append(f"Authorization: Bearer {hook.bearer}")
        return "\r\n".join(lines).encode("ascii", "replace") + b"\r\n\r\n"


@dataclass(slots=True)
class _Progress:
    passed_dot: bool = False


def signature(key: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) over the timestamp, a full stop and the body, in hexadecimal: a copy sent again later
    shows its age."""
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_public(address: str) -> bool:
    """Whether an address is of the public internet; forms that carry another address inside are judged by that."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if inner := ip.ipv4_mapped or ip.sixtofour:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


async def _dial(
    addresses: list[str], port: int, tls: ssl.SSLContext | None, host: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The first address that answers. Raises OSError, that of the last."""
    failure: OSError = OSError("the name has no address")
    for address in addresses:
        try:
            return await asyncio.open_connection(
                address, port, ssl=tls, server_hostname=host if tls else None, limit=LONGEST_HEAD
            )
        except OSError as error:
            failure = error
    raise failure


async def _answer(reader: asyncio.StreamReader) -> Result:
    """What the status line says; interim answers (1xx) are passed over."""
    for _ in range(5):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            head = error.partial
        except asyncio.LimitOverrunError:
            return Later("webhook.protocol", "the answer's head is too long", ambiguous=True)
        words = head.partition(b"\r\n")[0].decode("latin-1").split(None, 2)
        if len(words) < 2 or not words[0].startswith("HTTP/1.") or not (words[1].isdecimal() and len(words[1]) == 3):
            return Later("webhook.protocol" if head else "webhook.cut", "that was no HTTP answer", ambiguous=True)
        if not words[1].startswith("1"):
            return _judged(int(words[1]), " ".join(words[1:])[:200])
    return Later("webhook.protocol", "only interim answers came", ambiguous=True)


def _judged(code: int, said: str) -> Result:
    if code < 300:
        return Sent(f"HTTP {said}")
    if code < 400:
        return Never("webhook.redirect", f"HTTP {said}; redirects are not followed")
    if code == 410:
        return Never("webhook.gone", f"HTTP {said}")
    return Later("webhook.4xx" if code < 500 else "webhook.5xx", f"HTTP {said}")


def _cut(progress: _Progress, code: str, why: str) -> Later:
    """After the last byte the other side may have acted on it: the same delivery id comes again."""
    return Later(code, why, ambiguous=progress.passed_dot)
