"""Pages from templates: everything that is put in is escaped, and everything a page needs comes from here."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from maild import __version__
from maild.domain.address import one_line
from maild.domain.people import NOBODY, Role
from maild.domain.plurals import counted
from maild.web.house import house_of
from notifications import filters

HERE = Path(__file__).parent
STATIC = HERE / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
}
ENGLISH: dict[str, Any] = {"t": str.format, "lang": "en"}
"""What pages are said in where nobody asks for another language: ``t`` says a text with its values."""
LOOKS = ("", "light", "dark")
LOOK = "maild_look"  # the cookie that keeps which colours somebody wants
_AMOUNT = re.compile(r"(?<![\w.,/#-])[0-9]{4,18}\.[0-9]{2}(?![\w/-]|[.,][0-9])", re.ASCII)
_SHORT = ("po", "so", "sku", "gtin")
LONGEST_SAID = 1000
SAID = "maild_said"  # the cookie that carries one sentence over a redirect


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page of the console or for customers. Templates find besides ``values``:

    ``request_path``, ``here`` (see `openable`), ``site``, ``user`` (the colleague who is signed in, or None),
    ``may_act`` (they may do more than look and note), ``csrf`` (the hidden field's value), ``once()`` (a key for a form
    that must happen once), ``said`` (what the last action came to), ``look`` (light, dark, or "" for the colours of the
    system), ``t`` and ``lang`` (see ENGLISH), ``zone``, ``figures`` (the desk's language, by which amounts are told;
    what is typed, saved as CSV or read by programs stays plain).
    """
    house = house_of(request)
    session = getattr(request.state, "session", None)
    said = request.cookies.get(SAID, "")
    context = {
        "site": house.site,
        "request_path": request.url.path,
        "here": openable(request),
        "user": session.colleague if session else None,
        "may_act": session is not None and session.colleague.role is not Role.LIGHT,
        "csrf": getattr(request.state, "csrf", ""),
        "said": _spoken(said),
        "look": look(request),
        **ENGLISH,
        "zone": ZoneInfo(house.site.timezone),
        "figures": house.desk().config.letters.language.partition("-")[0],
        "now": house.clock.now(),
    }
    answer = HTMLResponse(_environment().get_template(template).render(context | values), status)
    if said:
        answer.delete_cookie(SAID, path="/")
    return answer


def bare(template: str, status: int, headers: Mapping[str, str] | None = None, **values: Any) -> Response:
    """A page that must always be possible: nobody is signed in, nothing is asked."""
    return HTMLResponse(
        _environment().get_template(template).render({"look": "", **ENGLISH, **values}), status, dict(headers or {})
    )


def openable(request: Request) -> str:
    """An address that shows what the request is about: its own with the query, for a form's the nearest page above."""
    if request.method != "POST":
        return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    path = request.url.path
    while path and not _is_page(request, path):
        path = path.rpartition("/")[0]
    return path or "/"


def _is_page(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def look(request: Request) -> str:
    """The colours that somebody chose, light or dark; "" for those of their system."""
    chosen = request.cookies.get(LOOK, "")
    return chosen if chosen in LOOKS else ""


def see(request: Request, path: str, said: str = "") -> Response:
    """After an action: look at ``path``, where ``said`` is shown once."""
    answer = RedirectResponse(path, 303)
    if said:
        text = base64.urlsafe_b64encode(said[:LONGEST_SAID].encode()).decode()
        answer.set_cookie(
            SAID, text, max_age=60, path="/", httponly=True, samesite="strict", secure=house_of(request).secure
        )
    return answer


def _spoken(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text.encode("ascii")).decode()[:LONGEST_SAID]
    except ValueError:
        return ""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "an unknown sender" if value == NOBODY else value,
    )
    environment.globals |= {
        "counted": counted,
        "static": static,
        "integrity": integrity,
        "once": lambda: secrets.token_urlsafe(12),
        "version": __version__,
        "Role": Role,
    }
    environment.filters |= {"named": _named, "address": _address, "sentence": _sentence, "amounts": _amounts}
    environment.filters |= {"clock": _clock, "day": _day, "instant": _instant, "iso": _iso}
    environment.filters |= {"number": filters.number, "money": filters.money, "date": filters.date}  # by language
    return environment


def _instant(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _named(name: str) -> str:
    """A name of ours as people write it: ``po_number`` is "PO number"."""
    first, _, rest = name.replace("_", " ").partition(" ")
    return f"{first.upper() if first in _SHORT else first.capitalize()} {rest}".strip()


def _address(place: Any, called: str = "company") -> str:
    """An address, beginning with what it is ``called``."""
    held = place if isinstance(place, Mapping) else asdict(place)
    return one_line({**held, "company": held.get(called)})


def _sentence(text: str) -> str:
    """With a capital, but where it begins with an address."""
    return text if "@" in text.partition(" ")[0] else text[:1].upper() + text[1:]


def _amounts(text: str, language: str) -> str:
    """A sentence of ours with the amounts in it as people write them: exact to the cent, and nobody's number."""
    return _AMOUNT.sub(lambda found: filters.number(found[0], language), text)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M:%S")


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d")


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat().replace("+00:00", "Z")


@cache
def files() -> dict[str, tuple[str, bytes]]:
    """What is served as it is: name -> (digest in its address, content)."""
    found = {}
    for path in sorted(STATIC.iterdir()):
        content = path.read_bytes()
        found[path.name] = (hashlib.sha256(content).hexdigest()[:16], content)
    return found


def static(name: str) -> str:
    """The address of a file in ``static``, with its digest: it may be kept for ever."""
    return f"/static/{files()[name][0]}/{name}"


@cache
def integrity(name: str) -> str:
    """For the attribute of that name (Subresource Integrity)."""
    return "sha384-" + base64.b64encode(hashlib.sha384(files()[name][1]).digest()).decode()
