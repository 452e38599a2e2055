"""What a request says, checked: the words of its address, its query, its JSON. Each mistake is told with its place."""

import json
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote_to_bytes

from pydantic import ValidationError
from starlette.requests import Request

from maild.web.api.endpoint import Asked, Endpoint
from maild.web.api.wording import sentence
from maild.web.trouble import Problem, Refused

LARGEST_BODY = 4 * 1024 * 1024
DEEPEST = 30  # levels of a JSON document


async def given(request: Request, endpoint: Endpoint) -> tuple[dict[str, Any], Any, Any, bytes]:
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
    except ValueError as error:
        raise _not_json(error) from None
    except RecursionError:
        raise Refused(Problem(400, "the body is no JSON", "it is nested too deeply")) from None
    return found


def _not_json(error: ValueError) -> Refused:
    """With its place, as a person would look for it."""
    what = "the body is no JSON"
    if isinstance(error, json.JSONDecodeError):
        return Refused(Problem(400, f"{what}: {error.msg} (line {error.lineno}, column {error.colno})"))
    return Refused(Problem(400, what, "UTF-8 without a byte order mark, no NaN, no Infinity"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise Refused(Problem(422, f"{twice[:100]!r} stands there twice in one object of the body"))
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
        told = error.errors(include_url=False, include_input=False)
        mistakes = [
            {"where": "/" + "/".join(map(str, detail["loc"])), "what": _why(detail, model)}
            for detail in told
            if not _follows(detail, told)
        ][:20]
        what = "; ".join(f"{mistake['where']}: {mistake['what']}" for mistake in mistakes)
        raise Refused(Problem(status, what, "see /api/v1/openapi.json", more={"errors": mistakes})) from None


def _follows(detail: Any, told: list[Any]) -> bool:
    """A list is too short by the items in it that are wrong: those are told."""
    place, count = detail["loc"], len(detail["loc"])
    return detail["type"] == "too_short" and any(one["loc"][:count] == place and one is not detail for one in told)


def _why(detail: Any, model: type[Asked]) -> str:
    """A word that is not known is told with those that are."""
    if detail["type"] != "extra_forbidden" or len(detail["loc"]) != 1:
        return sentence(detail["type"], detail.get("ctx", {}), str(detail["msg"]))
    near = get_close_matches(str(detail["loc"][0]), model.model_fields, n=1, cutoff=0.6)
    known = f"there are {', '.join(model.model_fields)}" if model.model_fields else "nothing is asked for here"
    return "unknown; " + (f"did you mean {near[0]}? " if near else "") + known
