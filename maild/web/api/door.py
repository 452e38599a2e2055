"""The API's door: who asks, how often, for what; then the endpoint in one transaction, at most once for each key."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote_to_bytes

from pydantic import ValidationError
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
from maild.web.api.endpoint import Answer, Asked, Call, Endpoint
from maild.web.download import saved_as
from maild.web.house import House, house_of
from maild.web.routes import RANKS
from maild.web.trouble import Problem, Refused
from pipeline.viewing.wish import Wish

LARGEST_BODY = 4 * 1024 * 1024
DEEPEST = 30  # levels of a JSON document
_KEY = re.compile(r"[!-~]{1,200}")


class Door:
    """One for the whole API of a process."""

    def __init__(self, house: House) -> None:
        self._allowance = Allowance(house.web.api_per_minute)
        self._tides = {name: (Tide(name), asyncio.Lock()) for name in ("history", "ticket_order")}

    def opened(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            token = await self._admitted(request, endpoint)
            given = await _given(request, endpoint)
            work = _Work(endpoint, request, token, *given)
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
            hint = f"make one with --scope {endpoint.scope}"
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
        if self._match is not None and self._endpoint.writes:
            self._hold(tx, self._match)
        call = Call(tx, self.house.desk(), self._token.name, self._path, self._query, self._body, most)
        return self._endpoint.run(call)

    def _hold(self, tx: Tx, match: str) -> None:
        """RFC 9110, 13.1.1: what was changed since the program looked is not changed again."""
        if not self._endpoint.of_ticket:
            if match.strip() != "*":
                raise Refused(Problem(412, "this has no version that If-Match could name", "leave If-Match out"))
            return
        ticket = int(self._path[self._endpoint.of_ticket])
        tickets.lock(tx, ticket)
        version = tickets.version(tx, ticket)
        if version is None:
            raise Missing(f"no ticket {ticket}")
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
    body = answer.body if isinstance(answer.body, bytes) else to_json(answer.body).encode("utf-8", "replace")
    return Response(body, answer.status, headers, answer.media)


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]


def _etag(version: int) -> tuple[tuple[str, str], ...]:
    return (("etag", f'"{version}"'),)


async def _given(request: Request, endpoint: Endpoint) -> tuple[dict[str, Any], Any, Any, bytes]:
    """Path, query and body as the endpoint takes them, and the body's bytes."""
    _demand_utf8(request)
    query = None if endpoint.query is None else _checked(endpoint.query, _query(request), 400)
    if endpoint.query is None and request.query_params:
        raise Refused(Problem(400, "nothing is asked for in the query here"))
    if endpoint.body is None:
        return dict(request.path_params), query, None, b""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refused(Problem(415, "the body is compressed", "send it as it is", (("accept-encoding", "identity"),)))
    raw = await _body(request)
    if not raw and not endpoint.needs_body:
        return dict(request.path_params), query, endpoint.body(), raw
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(Problem(415, "the body is not application/json", "Content-Type: application/json"))
    return dict(request.path_params), query, _checked(endpoint.body, _json(raw), 422), raw


def _demand_utf8(request: Request) -> None:
    """What is no UTF-8 in an address would become another word."""
    for name in ("raw_path", "query_string"):
        try:
            unquote_to_bytes(bytes(request.scope.get(name) or b"")).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(Problem(400, "the address is not UTF-8", "percent-encode its words as UTF-8")) from None


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > LARGEST_BODY:
            raise Refused(Problem(413, f"the body is larger than {LARGEST_BODY} bytes"))
    return bytes(found)


def _query(request: Request) -> dict[str, str]:
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused(Problem(400, "a word of the query stands there twice"))
    _demand_text(found)
    return found


def _json(raw: bytes) -> Any:
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_object)
        _demand_text(found)
    except (ValueError, RecursionError):
        raise Refused(Problem(400, "the body is no JSON")) from None
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused(Problem(422, "a member of the body stands there twice"))
    return found


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _demand_text(value: Any, depth: int = 0) -> None:
    """No NUL and no half characters: no database holds them."""
    if depth > DEEPEST:
        raise Refused(Problem(422, "the body is too deep"))
    match value:
        case str() if "\0" in value or (not value.isascii() and value != value.encode("utf-8", "replace").decode()):
            raise Refused(Problem(422, "a text holds NUL, or half of a character"))
        case dict():
            for name, inner in value.items():
                _demand_text(name, depth + 1)
                _demand_text(inner, depth + 1)
        case list():
            for inner in value:
                _demand_text(inner, depth + 1)


def _checked(model: type[Asked], value: Any, status: int) -> Asked:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        mistakes = [
            {"where": "/" + "/".join(map(str, detail["loc"])), "what": detail["msg"]}
            for detail in error.errors(include_url=False, include_input=False, include_context=False)[:20]
        ]
        what = "; ".join(f"{mistake['where']}: {mistake['what']}" for mistake in mistakes)
        raise Refused(Problem(status, what, "see /api/v1/openapi.json", more={"errors": mistakes})) from None
