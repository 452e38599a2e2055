"""Facts about customers from other systems: put by a program, imported from CSV, listed, dropped."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial

import structlog

from maild.control.context import fact_row
from maild.control.operation import Operation, Request, Row, actor
from maild.control.people import may_edit, organization_row
from maild.control.row_lists import TextRow, counted, rows_of, take_all
from maild.errors import DataError, Missing
from maild.store import facts
from maild.store.facts import NewFact, Put
from maild.store.tx import Tx
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical

COLUMNS = ("organization", "address", "kind", "key", "date", "amount", "currency", "text", "link")
_FIGURE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LINK = re.compile(r"https?://[!-~]+")
_LONGEST = {"kind": 64, "key": 200, "text": 2000, "link": 2000}

log = structlog.get_logger("maild.facts")


def put(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Make or replace facts: ``rows`` are tables of COLUMNS. A mistake refuses all; their numbers in order."""
    may_edit(desk, request)
    return [{"id": one.number} for one in _take(tx, desk, request)]


def imported(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The same from a list; says how many rows it had, and what they came to."""
    may_edit(desk, request)
    return [counted(one.what for one in _take(tx, desk, request))]


def _take(tx: Tx, desk: Desk, request: Request) -> list[Put]:
    found: list[NewFact] = []
    known: dict[str, int] = {}
    take_all(rows_of(request), lambda row: found.append(_fact(tx, row, known)))
    done = facts.put(tx, found, request.actor or "cli")
    tx.tell(partial(log.info, "facts.put", rows=len(done), by=str(actor(desk, request))))
    return done


def _fact(tx: Tx, row: TextRow, known: dict[str, int]) -> NewFact:
    unknown = sorted(set(row) - set(COLUMNS))
    if unknown:
        raise DataError(f"a fact has no {', '.join(unknown)}", f"it has {', '.join(COLUMNS)}")
    for name, most in _LONGEST.items():
        if len(row.get(name, "")) > most:
            raise DataError(f"{name} has more than {most} characters")
    for name in ("kind", "key"):
        if not row.get(name) or not row[name].isprintable():
            raise DataError(f"{name} is empty or cannot be shown")
    organization, address = _owner(tx, row, known)
    currency, link = row.get("currency", ""), row.get("link", "")
    if currency and not _CURRENCY.fullmatch(currency):
        raise DataError(f"currency {currency!r} is no ISO 4217 code", "as EUR")
    if link and not _LINK.fullmatch(link):
        raise DataError(f"link {link!r} is no address of a page", "https://...")
    day, amount = _day(row.get("date", "")), _amount(row.get("amount", ""))
    return NewFact(organization, address, row["kind"], row["key"], day, amount, currency, row.get("text", ""), link)


def _owner(tx: Tx, row: TextRow, known: dict[str, int]) -> tuple[int | None, str | None]:
    name, address = row.get("organization", ""), row.get("address", "")
    if bool(name) == bool(address):
        raise DataError("a fact belongs to an organization or to an address", "fill one of the two")
    if name:
        if name not in known:
            known[name] = organization_row(tx, name)["id"]
        return known[name], None
    exact = canonical(address)
    if exact is None:
        raise DataError(f"{address!r} is no mail address")
    return None, exact


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DataError(f"date {text!r} is no day", "as 2026-11-21") from None


def _amount(text: str) -> Decimal | None:
    if text and not _FIGURE.fullmatch(text):
        raise DataError(f"amount {text!r} is no figure", "as 1250.00")
    return Decimal(text) if text else None


def listing(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    name, address = request.optional("organization"), request.optional("address")
    organization = organization_row(tx, name)["id"] if name else None
    exact = canonical(address) or address if address else None
    after = int(request.optional("after") or 0)
    found = facts.listing(tx, organization, exact, request.optional("kind"), after, min(request.limit(), 5000))
    return [fact_row(fact) for fact in found]


def drop(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    may_edit(desk, request)
    number = request.number("id")
    if not facts.drop(tx, number):
        raise Missing(f"there is no fact {number}", "see 'maild fact list'")
    tx.tell(partial(log.info, "fact.dropped", fact=number, by=str(actor(desk, request))))
    return [{"id": number, "dropped": True}]


OPERATIONS = {
    "fact.list": Operation(listing),
    "fact.put": Operation(put, writes=True),
    "fact.import": Operation(imported, writes=True),
    "fact.drop": Operation(drop, writes=True),
}
