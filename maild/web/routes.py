"""How an address gets its page, and what it demands first. Each of these makes a Starlette Route.

page            GET, for whoever is signed in; others are sent to the sign-in
action          POST of a form of ours, for whoever is signed in; its fields are in ``request.state.form``
open_page       GET, for everybody
open_action     POST of a form of ours, for everybody
"""

import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import wraps
from urllib.parse import quote

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maild.domain.people import Role
from maild.errors import NotPermitted
from maild.web import sessions
from maild.web.rendering import openable
from maild.web.trouble import Problem, Refused, response

Endpoint = Callable[[Request], Awaitable[Response]]


class Number(IntegerConvertor):
    """``{id:int}`` in an address: what the database can hold, else there is no such page."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", Number())

MOST_FIELDS = 2000
MOST_FILES = 20
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
RANKS = (Role.LIGHT, Role.AGENT, Role.LEAD, Role.ADMIN)


def page(path: str, endpoint: Endpoint, at_least: Role = Role.LIGHT) -> Route:
    return Route(path, _signed_in(endpoint, at_least), methods=["GET"])


def action(path: str, endpoint: Endpoint, at_least: Role = Role.LIGHT) -> Route:
    return Route(path, _signed_in(_of_our_form(endpoint), at_least), methods=["POST"])


def open_page(path: str, endpoint: Endpoint) -> Route:
    return Route(path, _visited(endpoint), methods=["GET"])


def open_action(path: str, endpoint: Endpoint) -> Route:
    return Route(path, _visited(_of_our_form(endpoint)), methods=["POST"])


def _signed_in(endpoint: Endpoint, at_least: Role) -> Endpoint:
    @wraps(endpoint)
    async def checked(request: Request) -> Response:
        session = await sessions.of(request)
        if session is None and request.method == "POST":
            return await _over(request)
        if session is None:
            return RedirectResponse(f"/sign-in?next={quote(openable(request))}", 303)
        request.state.session, request.state.user = session, session.colleague.name
        request.state.csrf = sessions.form_token(session.cookie)
        if RANKS.index(session.colleague.role) < RANKS.index(at_least):
            raise NotPermitted(f"this is for a {at_least.value}", f"you are signed in as {session.colleague.name}")
        return await endpoint(request)

    return checked


async def _over(request: Request) -> Response:
    """The session ended while somebody wrote: nothing is done, and nothing of it is lost."""
    async with _filled(request) as form:
        request.state.form = form
        return response(
            Problem(401, "your session has ended; nothing was done", "sign in, and do it again"), request.scope
        )


def _visited(endpoint: Endpoint) -> Endpoint:
    """A form for everybody is bound to the visitor by a cookie that says nothing."""

    @wraps(endpoint)
    async def checked(request: Request) -> Response:
        visitor, is_new = sessions.visitor(request)
        request.state.csrf = sessions.form_token(visitor)
        answer = await endpoint(request)
        if is_new:
            sessions.remember_visitor(request, answer, visitor)
        return answer

    return checked


def _of_our_form(endpoint: Endpoint) -> Endpoint:
    @wraps(endpoint)
    async def checked(request: Request) -> Response:
        async with _filled(request) as form:
            request.state.form = form
            given = str(form.get(CSRF_FIELD) or request.headers.get(CSRF_HEADER) or "")
            if not hmac.compare_digest(given.encode(), request.state.csrf.encode()):
                hint = "open the page again, and repeat what you did"
                raise Refused(Problem(403, "the form is too old, or not one of ours", hint))
            return await endpoint(request)

    return checked


@asynccontextmanager
async def _filled(request: Request) -> AsyncIterator[FormData]:
    """The form that was sent; raises Refused for one that cannot be read."""
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    except HTTPException as error:
        raise Refused(_unread(error)) from None
    try:
        yield form
    finally:
        await form.close()


def _unread(error: HTTPException) -> Problem:
    if not error.detail.startswith("Too many files"):
        return Problem(400, "the form cannot be read", "open the page again, and repeat what you did")
    pattern, most = "these are more than {most} files", {"most": MOST_FILES}
    return Problem(400, pattern.format(**most), "send fewer files, or smaller ones", pattern=pattern, values=most)


def text(form: FormData, name: str, longest: int = 100_000) -> str:
    """A field's text with line ends as \\n; "" for none, and for a file."""
    value = form.get(name)
    return value.replace("\r\n", "\n").replace("\0", "").strip()[:longest] if isinstance(value, str) else ""


def lacking(form: FormData, needed: Iterable[str]) -> dict[str, str]:
    """Fields with nothing in them that cannot be left so, with what is to be said beside each."""
    return {name: "fill this in, it is needed" for name in needed if not text(form, name)}


def once_of(form: FormData, *names: str) -> str | None:
    """The same fields of the same page are one deed; others, after a way back in the browser, are another."""
    word = text(form, "once", 24)
    digest = hashlib.sha256("\0".join(text(form, name) for name in names).encode()).hexdigest()
    return f"{word}.{digest[:32]}" if word else None


def near(path: str) -> str:
    """``path`` if it is one of our own pages, else the start: nobody is led away."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if inside and path.isprintable() and "\\" not in path else "/"
