"""Who is signed in: an opaque random cookie, whose digest is a row; and the token that ties a form to it."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from maild.store import sign_ins
from maild.web.house import house_of
from rules.model import Colleague


@dataclass(frozen=True, slots=True)
class Session:
    """``colleague`` is as the configuration of the moment knows them; ``cookie`` is secret."""

    colleague: Colleague
    cookie: str
    began_at: datetime


def names(request: Request) -> tuple[str, str]:
    """Of the cookies of a session and of a visitor; by https browsers keep other hosts from setting them (__Host-)."""
    prefix = "__Host-" if house_of(request).secure else ""
    return f"{prefix}maild_session", f"{prefix}maild_visitor"


async def of(request: Request, *, touch: bool = True) -> Session | None:
    """The session of a request; None where there is none, it ran out, or its user is no longer one of ours.

    What a page asks by itself does not ``touch`` it: an open page keeps nobody signed in.
    """
    house = house_of(request)
    cookie = request.cookies.get(names(request)[0], "")
    if not 20 <= len(cookie) <= 100:
        return None
    digest, idle = digest_of(cookie), timedelta(seconds=house.web.session_idle)
    held = await house.db.read(lambda tx: sign_ins.session(tx, digest, idle))
    colleague = house.desk().ruleset.colleague(held.name) if held else None
    if held is None or colleague is None:
        return None
    if touch and house.clock.now() - held.seen_at >= sign_ins.TOUCH:
        await house.db.write(lambda tx: sign_ins.touch(tx, digest))
    return Session(colleague, cookie, held.began_at)


def fresh() -> str:
    """A new identifier: 256 bits."""
    return secrets.token_urlsafe(32)


def digest_of(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def form_token(cookie: str) -> str:
    """What a form carries to show that it is ours: derived from the cookie, and tells nothing of it."""
    said = hmac.new(cookie.encode(), b"maild form", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(said[:18]).decode()


def keep(request: Request, answer: Response, cookie: str) -> None:
    """Give the browser its session; Lax, so that a link in a letter finds its reader signed in."""
    house = house_of(request)
    longest = int(house.web.session_lifetime)
    answer.set_cookie(
        names(request)[0], cookie, max_age=longest, path="/", httponly=True, samesite="lax", secure=house.secure
    )


def forget(request: Request, answer: Response) -> None:
    answer.delete_cookie(names(request)[0], path="/", httponly=True, samesite="lax", secure=house_of(request).secure)


def visitor(request: Request) -> tuple[str, bool]:
    """The identifier of whoever is not signed in, and whether it is new."""
    held = request.cookies.get(names(request)[1], "")
    return (held, False) if 20 <= len(held) <= 100 and held.isascii() else (fresh(), True)


def remember_visitor(request: Request, answer: Response, cookie: str) -> None:
    secure = house_of(request).secure
    answer.set_cookie(names(request)[1], cookie, path="/", httponly=True, samesite="lax", secure=secure)
