"""Around every request: refusals before anybody reads it, the headers of every answer, trouble, and the access log."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.requests import ClientDisconnect

from maild.web import trouble
from maild.web.connection import LARGEST_HEAD, is_in, networks
from maild.web.house import House

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SLOWEST = 1000  # bytes a second that a request's body must bring on average after the first read_timeout
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", CONTENT_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cache-control", "no-store"),
    ("x-robots-tag", "noindex, nofollow"),
)
"""Of every answer that does not say otherwise itself."""

log = structlog.get_logger("maild.web")


class TooSlow(Exception):
    """The body does not come."""


class TooLarge(Exception):
    """The body is larger than web.max_body."""


class Guard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: App, house: House) -> None:
        self._app = app
        self._house = house
        self._trusted = networks(house.web.trusted_networks)
        self._headers = [(name.encode(), value.encode()) for name, value in HEADERS]
        if house.secure:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        web = self._house.web
        exchange = _Exchange(scope, receive, send, self._headers, web.read_timeout, web.max_body)
        scope.setdefault("state", {})["client"] = exchange.client = self._client(scope)
        try:
            refused = self._refusal(scope)
            if refused is not None:
                await trouble.response(refused, scope)(scope, receive, exchange.send)
            else:
                await self._app(scope, exchange.receive, exchange.send)
        except (ClientDisconnect, TooSlow):
            exchange.status = exchange.status or 408
        except TooLarge:
            if not exchange.status:
                await trouble.response(self._too_large(), scope)(scope, receive, exchange.send)
        except Exception:
            await self._fail(scope, exchange)
        finally:
            exchange.tell()

    async def _fail(self, scope: Scope, exchange: "_Exchange") -> None:
        """A mistake of ours: who asked sees a case number, the log what it was."""
        case = trouble.case_number()
        log.exception("web.failed", case=case, route=exchange.route())
        if not exchange.status:
            await trouble.response(trouble.ours(case), scope)(scope, exchange.receive, exchange.send)

    def _refusal(self, scope: Scope) -> trouble.Problem | None:
        """Why the request is not even looked at."""
        headers = _all(scope)
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > LARGEST_HEAD:
            return trouble.Problem(431, "the head of the request is too large")
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and (len(length) > 15 or int(length) > self._house.web.max_body):
            return self._too_large()
        if scope["method"] not in METHODS:
            allow = (("allow", ", ".join(sorted(METHODS))),)
            return trouble.Problem(405, f"there is no {scope['method'][:20]} here", headers=allow)
        if "transfer-encoding" in headers and "content-length" in headers:  # RFC 9112, 6.1: may be smuggling
            return trouble.Problem(400, "the request has two lengths")
        if "\0" in scope["path"]:
            return trouble.Problem(404, "there is no such page")
        if b"%00" in scope["query_string"]:
            return trouble.Problem(400, "the address holds what no text holds")
        if scope["method"] not in READING and not scope["path"].startswith("/api/") and self._is_foreign(headers):
            return trouble.Problem(403, "the request comes from another site", "open the page here, and try again")
        return None

    def _too_large(self) -> trouble.Problem:
        most = self._house.web.max_body
        pattern, values = "the request is larger than {most} bytes", {"most": most}
        return trouble.Problem(413, pattern.format(most=most), pattern=pattern, values=values)

    def _is_foreign(self, headers: dict[str, str]) -> bool:
        """Whether another site's page sends this: what browsers say of themselves (Fetch Metadata, else Origin).

        Chromium's Origin is "null" for the forms of pages that send no Referer, as ours; its Sec-Fetch-Site is true.
        """
        if "sec-fetch-site" in headers:
            return headers["sec-fetch-site"] not in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is None:
            return False
        return origin.lower() != self._house.origin and urlsplit(origin).netloc != headers.get("host")

    def _client(self, scope: Scope) -> str:
        """Whose address the request comes from: the last one in X-Forwarded-For that is no proxy of ours."""
        peer = str((scope.get("client") or ("unknown",))[0])
        said = _all(scope).get("x-forwarded-for", "")
        for hop in reversed([hop.strip() for hop in said[-1000:].split(",") if hop.strip()]):
            if not is_in(peer, self._trusted):
                break
            if not is_in(hop, networks(("0.0.0.0/0", "::/0"))):
                break  # no address
            peer = hop
        return peer


def _all(scope: Scope) -> dict[str, str]:
    """Headers by lower-case name; the last of several, but all X-Forwarded-For."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key == "x-forwarded-for" and key in found else text
    return found


class _Exchange:
    """One request and its answer."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Iterable[tuple[bytes, bytes]],
        patience: float,
        most: int,
    ) -> None:
        self.scope = scope
        self.client = ""
        self.status = 0
        self._receive = receive
        self._send = send
        self._headers = headers
        self._patience = patience
        self._most = most
        self._began = time.monotonic()
        self._bytes = 0
        self._complete = False

    async def receive(self) -> Message:
        if self._complete:  # what comes is that the client leaves, whenever that is
            return await self._receive()
        left = self._patience + self._bytes / SLOWEST - (time.monotonic() - self._began)
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, min(left, self._patience)))
        except TimeoutError:
            raise TooSlow from None
        self._bytes += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._bytes > self._most:
            raise TooLarge
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *((n, v) for n, v in self._headers if n not in given)]
        await self._send(message)

    def route(self) -> str:
        """The address by its pattern, with numbers filled in and words left out: some of those are secrets."""
        route = getattr(self.scope.get("route"), "path", None)
        if route is None:
            return "(none)"
        for name, value in self.scope.get("path_params", {}).items():
            if isinstance(value, int):
                route = route.replace("{" + name + ":int}", str(value))
        return str(route)

    def tell(self) -> None:
        state = self.scope.get("state", {})
        known = {
            "method": self.scope["method"][:20],
            "route": self.route(),
            "status": self.status,
            "ms": round((time.monotonic() - self._began) * 1000),
            "client": self.client,
            "user": state.get("user"),
            "api_client": state.get("api_client"),
            "link": _digest(self.scope.get("path_params", {}).get("token")),
        }
        quiet = self.scope["path"].startswith("/static/") and self.status < 400
        say = log.debug if quiet else log.info
        say("web.answered", **{name: value for name, value in known.items() if value is not None})


def _digest(token: object) -> str | None:
    """What tells links apart in the log and opens none of them."""
    return hashlib.sha256(str(token).encode()).hexdigest()[:12] if token is not None else None
