"""Tokens by which programs use the JSON API as one of our own people. Shown once, kept hashed."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

import structlog

from maild.control.operation import Operation, Request, Row, actor
from maild.control.users import named, ours_alone
from maild.errors import Missing, UsageError
from maild.store import api_tokens
from maild.store.tx import Tx
from pipeline.furniture import Desk

SCOPES = {
    "tickets:read": "tickets and all that hangs on them or on the desk: mails, letters, tasks, views, articles, people",
    "tickets:write": "change tickets: fields, notes, replies, macros, moves, tasks, resolutions; write to outsiders",
    "articles:write": "publish articles, and withdraw them",
    "letters:write": "release, hold, drop and retry letters",
    "orders:read": "orders as they were understood",
    "shipments:write": "report that an order was shipped",
    "people:read": "records of people and organizations",
    "people:write": "change those records",
    "prices:write": "replace price lists",
    "facts:write": "tell what other systems know of customers",
    "events:read": "everything that happens, as a feed, and how webhooks fare",
    "reports:read": "reports and rules, for leads",
}
PREFIX = "maild_"

log = structlog.get_logger("maild.web")


def create(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """A token for ``user`` with ``scopes``, good for ``days`` (None: for ever); told here and nowhere else."""
    user = named(desk, request.text("user"))
    ours_alone(desk, request, user.name)
    scopes = sorted({str(scope) for scope in request.arguments["scopes"]})
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise UsageError(f"no scope {', '.join(unknown) or 'is given'}", f"there are {', '.join(SCOPES)}")
    days = request.arguments.get("days")
    expires_at = None if days is None else tx.now + timedelta(days=int(days))
    token = PREFIX + secrets.token_urlsafe(32)
    number = api_tokens.create(tx, user.name, request.optional("label") or "", scopes, digest_of(token), expires_at)
    who = str(actor(desk, request))
    tx.tell(partial(log.info, "api.token_made", api_client=number, user=user.name, scopes=scopes, by=who))
    return [row | {"token": token} for row in api_tokens.rows(tx, number)]


def listing(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    for row in api_tokens.rows(tx):
        gone = row["revoked_at"] is not None or (row["expires_at"] is not None and row["expires_at"] <= tx.now)
        works = not gone and desk.ruleset.colleague(row["name"]) is not None
        yield row | {"works": works}


def revoke(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    number = request.number("id")
    found = api_tokens.rows(tx, number)
    if not found:
        raise Missing(f"no token {number}", "see 'maild token list'")
    ours_alone(desk, request, found[0]["name"])
    if api_tokens.revoke(tx, number):
        tx.tell(partial(log.info, "api.token_revoked", api_client=number, by=str(actor(desk, request))))
    return api_tokens.rows(tx, number)


def digest_of(token: str) -> str:
    """As it stands in the table; a token is 256 bits, so a plain digest tells nobody anything."""
    return hashlib.sha256(token.encode()).hexdigest()


OPERATIONS = {
    "token.create": Operation(create, writes=True),
    "token.list": Operation(listing),
    "token.revoke": Operation(revoke, writes=True),
}
