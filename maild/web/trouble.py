"""What went wrong, told: to people as a page, to programs as application/problem+json (RFC 9457). No exception's text
but that of our own errors, which are written for people.
"""

import re
import secrets
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

import structlog
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from maild.errors import (
    DataError,
    Hidden,
    MaildError,
    Missing,
    NotPermitted,
    TryAgain,
    Unavailable,
    Unknown,
    UsageError,
)
from maild.web import api_hints, astray, rendering
from maild.web.problem import Problem as Problem

log = structlog.get_logger("maild.web")

STATUS: tuple[tuple[type[MaildError], int], ...] = (
    (Missing, 404),
    (Unknown, 404),
    (UsageError, 400),
    (DataError, 422),
    (NotPermitted, 403),
    (TryAgain, 409),
    (Unavailable, 503),
)


WRITTEN = ("text", "what", "comment", "subject", "title", "value", "note", "name", "address", "to")
"""Fields of forms that hold what a person thought of."""


class Refused(Exception):
    """A page or the API says no with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


def of_error(error: MaildError) -> Problem:
    if isinstance(error, Hidden):  # nobody learns which numbers there are
        return of_error(error.instead)
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    if status == 503:
        return Problem(503, "maild cannot do this just now", "try again in a moment", (("retry-after", "5"),))
    return Problem(status, error.what, error.hint)


def on_page(error: MaildError) -> str:
    """What is said beside a field: with what to do about it, where that is not a command of the terminal."""
    return error.what if re.search(r"\bmaild |--", error.hint) else error.told


def ours(case: str) -> Problem:
    pattern, hint = "a mistake of maild itself (case {case})", "tell whoever runs this server the case"
    return Problem(500, pattern.format(case=case), hint, pattern=pattern, values={"case": case})


def case_number() -> str:
    return secrets.token_hex(4)


def response(problem: Problem, scope: MutableMapping[str, Any]) -> Response:
    """As the one who asks can read it; what was written in a form that failed stands below, to be copied."""
    if scope["path"].startswith("/api/"):
        return as_json(api_hints.of_api(problem, scope["method"], scope["path"]), scope["path"])
    headers = dict(problem.headers)
    state = scope.get("state", {})
    told = {"problem": problem, "written": _written(state.get("form")), "back": _back(scope)}
    told["look"] = rendering.look(Request(scope))
    if astray.is_customers(scope["path"]):
        told |= astray.told(problem, scope)
    return rendering.bare("error.html", status=problem.status, headers=headers, **told)


def _written(form: FormData | None) -> list[str]:
    """Texts that somebody would not want to write again; never a password."""
    given = form if form is not None else FormData()
    typed = [(name, value) for name, value in given.multi_items() if isinstance(value, str) and value.strip()]
    return [value for name, value in typed if _is_written(name) and given.get(_as_shown(name)) != value]


def _is_written(name: str) -> bool:
    return name in WRITTEN or (name.startswith(("set.", "field.")) and not name.startswith("set.was."))


def _as_shown(name: str) -> str:
    """The form's field that says what the page showed there: what is still that was written by nobody."""
    return f"set.was.{name.removeprefix('set.')}" if name.startswith("set.") else ""


def _back(scope: MutableMapping[str, Any]) -> str:
    """The ticket that a form was about."""
    number = scope.get("path_params", {}).get("id")
    return f"/tickets/{number}" if scope["method"] == "POST" and scope["path"].startswith("/tickets/") else ""


def as_json(problem: Problem, where: str) -> Response:
    """RFC 9457, with ``hint`` and whatever more the problem has."""
    body = {"type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.what}
    body |= {"instance": where, **({"hint": problem.hint} if problem.hint else {}), **problem.more}
    return JSONResponse(body, problem.status, dict(problem.headers), "application/problem+json")


async def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {404: "there is no such page", 405: "that cannot be done here", 413: "the request is too large"}
    headers = tuple((error.headers or {}).items())
    what = said.get(error.status_code) or HTTPStatus(error.status_code).phrase.lower()
    hint = ""
    if request.url.path.startswith("/api/"):
        what = what.replace("page", "address")
        hint = _where(request.url.path) if error.status_code == 404 else ""
    return response(Problem(error.status_code, what, hint, headers), request.scope)


def _where(path: str) -> str:
    """No address of the API ends with a slash."""
    return "leave out the slash at the end" if path.endswith("/") else "see /api/v1/openapi.json"


async def on_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return response(error.problem, request.scope)


async def on_our_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, MaildError)
    if isinstance(error, Hidden):
        log.warning("web.denied", user=getattr(request.state, "user", None), path=request.url.path, why=error.what)
    return response(of_error(error), request.scope)
