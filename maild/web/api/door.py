"""The API's door: who asks, how often, for what; then the endpoint in one transaction, at most once for each key."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import to_json
from maild.control.tokens import PREFIX, digest_of
from maild.errors import Missing, NotPermitted
from maild.store import api_tokens, tickets
from maild.store.api_tokens import Token
from maild.store.feed import Tide
from maild.store.tx import Tx
from maild.web.allowance import Allowance
from maild.web.api.endpoint import LINES, Answer, Call, Endpoint
from maild.web.api.reading import given
from maild.web.download import saved_as
from maild.web.house import House, house_of
from maild.web.routes import RANKS
from maild.web.trouble import Problem, Refused
from pipeline.viewing.wish import Wish

_STRONG_TAG = re.compile(r'"[^"]*"')
_KEY = re.compile(r"[!-~]{1,200}")


class Door:
    """One for the whole API of a process."""

    def __init__(self, house: House) -> None:
        self._allowance = Allowance(house.web.api_per_minute)
        self._tides = {name: (Tide(name), asyncio.Lock()) for name in ("history", "ticket_order")}

    def opened(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            token = await self._admitted(request, endpoint)
            work = _Work(endpoint, request, token, *await given(request, endpoint))
            if endpoint.writes:
                found = await work.house.db.write(work.once)
            elif endpoint.feed:
                tide, turn = self._tides[endpoint.feed]
                async with turn:
                    found = await work.house.db.read(lambda tx: work.done(tx, tide.rise(tx)))
            else:
                found = await work.house.db.read(work.done)
            if found.wish is not None:
                found = await _opened(work.house, found.body, found.wish)
            return _response(request, found)

        return answer

    async def _admitted(self, request: Request, endpoint: Endpoint) -> Token:
        house = house_of(request)
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        digest = digest_of(text.strip())
        who = digest if text.startswith(PREFIX) else f"client {request.state.client}"
        if wait := self._allowance.take(who, time.monotonic()):
            hint = f"at most {house.web.api_per_minute} requests a minute; wait {wait:.1f} s"
            raise Refused(Problem(429, "too many requests", hint, (("retry-after", str(int(wait) + 1)),)))
        token = await house.db.read(lambda tx: api_tokens.by_digest(tx, digest)) if kind.lower() == "bearer" else None
        if token is None or house.desk().ruleset.colleague(token.name) is None:
            hint = "Authorization: Bearer maild_...; 'maild token create' makes one"
            raise Refused(Problem(401, "no token that works was given", hint, (("www-authenticate", "Bearer"),)))
        request.state.user, request.state.api_client = token.name, token.id
        if endpoint.scope not in token.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{endpoint.scope}"'
            hint = f"one with the scope {endpoint.scope} is needed; 'maild token create' makes one"
            raise Refused(Problem(403, "the token is not for this", hint, (("www-authenticate", challenge),)))
        _demand_rank(house, token.name, endpoint)
        now = house.clock.now()
        if token.used_at is None or now - token.used_at >= api_tokens.TOUCH:
            await house.db.write(lambda tx: api_tokens.touch(tx, token.id))
        return token


def _demand_rank(house: House, user: str, endpoint: Endpoint) -> None:
    """What takes a lead in the console takes one here."""
    colleague = house.desk().ruleset.colleague(user)
    if colleague is None or RANKS.index(colleague.role) < RANKS.index(endpoint.at_least):
        raise NotPermitted(f"this is for a {endpoint.at_least.value}", f"the token is {user}'s")


class _Work:
    """What one request wants done."""

    def __init__(
        self, endpoint: Endpoint, request: Request, token: Token, path: Any, query: Any, body: Any, raw: bytes
    ):
        self.house = house_of(request)
        self._endpoint, self._token = endpoint, token
        self._path, self._query, self._body = path, query, body
        self._where = request.url.path
        self._match = request.headers.get("if-match")
        self._key = request.headers.get("idempotency-key")
        if self._key is not None and not _KEY.fullmatch(self._key):
            raise Refused(Problem(400, "the Idempotency-Key is no key", "up to 200 printable characters of ASCII"))
        said = f"{request.method} {request.url.path}?{request.url.query}\0".encode()
        self._digest = hashlib.sha256(said + raw).hexdigest()

    def done(self, tx: Tx, most: int | None = None) -> Answer:
        call = Call(tx, self.house.desk(), self._token.name, self._path, self._query, self._body, most)
        if self._match is not None and self._endpoint.writes:
            self._hold(call, self._match)
        return self._endpoint.run(call)

    def _hold(self, call: Call, match: str) -> None:
        """RFC 9110, 13.1.1: what was changed since the program looked is not changed again.

        The version is asked for by an operation: a ticket that the token's user may not see has none.
        """
        if not self._endpoint.of_ticket:
            if match.strip() != "*":
                raise Refused(Problem(412, "this has no version that If-Match could name", "leave If-Match out"))
            return
        ticket = int(self._path[self._endpoint.of_ticket])
        tickets.lock(call.tx, ticket)
        version = int(call.carry_out("ticket.version", id=ticket)[0]["version"])
        _demand_tags(match, version)
        if match.strip() != "*" and f'"{version}"' not in _tags(match):
            hint = "look at it again, then repeat the change with its new version"
            more = {"version": version}
            raise Refused(Problem(412, f"ticket {ticket} was changed meanwhile", hint, _etag(version), more))

    def once(self, tx: Tx) -> Answer:
        """With a key: whatever was answered to it before, else the deed, kept with its answer in one transaction."""
        if self._key is None:
            return self.done(tx)
        kept = api_tokens.claim(tx, self._token.id, self._key, self._digest)
        if kept is None:
            answer = self.done(tx)
            said = {"body": json.loads(to_json(answer.body)), "version": answer.version, "headers": answer.headers}
            api_tokens.keep(tx, self._token.id, self._key, answer.status, said)
            return answer
        if kept.request != self._digest:
            hint = "give each request a key of its own; repeat one with the very same content"
            raise Refused(Problem(422, "the Idempotency-Key was used for another request", hint))
        headers = {**kept.body.get("headers", {}), "idempotent-replayed": "true"}
        return Answer(kept.body["body"], kept.status, kept.body["version"], headers=headers)


async def _opened(house: House, raw: bytes, wish: Wish) -> Answer:
    """What a mail holds, as a child of its own finds it."""
    view, data = await house.viewer.look(raw, wish)
    if view.missing:
        raise Missing(view.missing)
    if view.file is not None:
        return Answer(data, media="application/octet-stream", headers=saved_as(view.file.name))
    return Answer({"text": view.text, "files": [asdict(file) for file in view.files]})


def _response(request: Request, answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.version is not None:
        headers |= dict(_etag(answer.version))
        asked = [tag.removeprefix("W/") for tag in _tags(request.headers.get("if-none-match", ""))]
        if request.method in ("GET", "HEAD") and (headers["etag"] in asked or "*" in asked):
            return Response(None, 304, headers)
    media, body = answer.media, answer.body
    if media == LINES:
        headers["vary"] = "accept"
        media = "application/json" if _accepts_json_alone(request) else LINES
    return Response(body if isinstance(body, bytes) else _told(body, media), answer.status, headers, media)


def _accepts_json_alone(request: Request) -> bool:
    """A program that names application/json and neither everything nor lines wants an object."""
    kinds = [kind.partition(";")[0].strip().lower() for kind in request.headers.get("accept", "").split(",")]
    return "application/json" in kinds and not {LINES, "application/x-ndjson"} & set(kinds)


def _told(body: Any, media: str) -> bytes:
    """Lines are those of the body's one list."""
    rows = next(value for value in body.values() if isinstance(value, list)) if media == LINES else [body]
    return ("".join(f"{to_json(row)}\n" for row in rows) if media == LINES else to_json(body)).encode(
        "utf-8", "replace"
    )


def _demand_tags(match: str, version: int) -> None:
    """A tag that can never fit is told as what it is: one without quotes, or one that a proxy made weak."""
    for tag in _tags(match):
        if match.strip() != "*" and not _STRONG_TAG.fullmatch(tag):
            why = "is weak" if tag.startswith("W/") else "is no entity tag"
            raise Refused(
                Problem(400, f"If-Match: {tag[:80]} {why}", f'with quotes and without W/: If-Match: "{version}"')
            )


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]


def _etag(version: int) -> tuple[tuple[str, str], ...]:
    return (("etag", f'"{version}"'),)
