"""Signing in and out. A wrong name and a wrong password look alike and take the same time; too many are refused."""

import asyncio
from datetime import timedelta
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import Response

from maild import passwords
from maild.store import sign_ins
from maild.store.sign_ins import Failures
from maild.store.tx import Tx
from maild.web import rendering, sessions
from maild.web.house import house_of
from maild.web.routes import action, near, open_action, open_page, text
from maild.web.trouble import Problem, Refused

WINDOW = timedelta(minutes=15)
MOST = Failures(both=5, account=50, client=30)
"""Failures in the window after which no password is looked at: of an account from one client, of the account from
anywhere (many, lest a stranger lock a colleague out), and from one client (a whole office may share an address)."""
LONGEST_NEXT = 8000  # of the address, with its query, that somebody wanted
HASHING = asyncio.Semaphore(2)  # each takes a core for a tenth of a second and 64 MiB

log = structlog.get_logger("maild.web")


async def form(request: Request) -> Response:
    if await sessions.of(request) is not None:
        return rendering.see(request, near(request.query_params.get("next", "/")))
    return _asked(request, 200, "", near(request.query_params.get("next", "/")))


def _asked(request: Request, status: int, why: str, back: str, name: str = "") -> Response:
    return rendering.page(request, "sign_in.html", status, why=why, next=back, name=name)


async def enter(request: Request) -> Response:
    """A new session, never the visitor's own identifier; the same answer for every way in which it fails."""
    house, filled = house_of(request), request.state.form
    name, password = text(filled, "name", 100), str(filled.get("password") or "")
    back, client = near(text(filled, "next", LONGEST_NEXT)), request.state.client
    colleague = house.desk().ruleset.colleague(name) if name else None
    account = colleague.name if colleague else name.casefold()
    failures = await house.db.read(lambda tx: sign_ins.failures(tx, account, client, tx.now - WINDOW))
    if failures.both >= MOST.both or failures.account >= MOST.account or failures.client >= MOST.client:
        log.warning("web.sign_in_limited", account=account, client=client)
        hint = f"wait {WINDOW.seconds // 60} minutes, or ask who runs this server"
        raise Refused(Problem(429, "too many wrong passwords", hint, (("retry-after", str(WINDOW.seconds)),)))
    held = await house.db.read(lambda tx: sign_ins.password_hash(tx, account)) if colleague else None
    async with HASHING:
        right = await asyncio.to_thread(passwords.matches, password, held)
    if not right or held is None or colleague is None:
        await house.db.write(lambda tx: _failed(tx, account, client))
        return _asked(request, 401, "The name or the password is wrong.", back, name)
    cookie, lifetime = sessions.fresh(), timedelta(seconds=house.web.session_lifetime)
    digest = sessions.digest_of(cookie)
    if not await house.db.write(lambda tx: sign_ins.begin(tx, digest, colleague.name, held, lifetime)):
        return _asked(request, 401, "The name or the password is wrong.", back, name)
    log.info("web.signed_in", user=colleague.name, client=client)
    answer = rendering.see(request, back)
    sessions.keep(request, answer, cookie)
    return answer


def _failed(tx: Tx, account: str, client: str) -> None:
    sign_ins.failed(tx, account, client)
    tx.tell(partial(log.warning, "web.sign_in_failed", account=account, client=client))


async def leave(request: Request) -> Response:
    session = request.state.session
    digest = sessions.digest_of(session.cookie)
    await house_of(request).db.write(lambda tx: sign_ins.end(tx, digest))
    log.info("web.signed_out", user=session.colleague.name)
    answer = rendering.see(request, "/sign-in")
    sessions.forget(request, answer)
    return answer


async def leave_everywhere(request: Request) -> Response:
    """End every session of whoever asks."""
    name = request.state.user
    ended = await house_of(request).db.write(lambda tx: sign_ins.end_all(tx, name))
    log.info("web.signed_out", user=name, sessions=ended)
    answer = rendering.see(request, "/sign-in")
    sessions.forget(request, answer)
    return answer


ROUTES = [
    open_page("/sign-in", form),
    open_action("/sign-in", enter),
    action("/sign-out", leave),
    action("/sign-out-everywhere", leave_everywhere),
]
