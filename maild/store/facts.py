"""Facts about customers that other systems told us."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import and_, false, or_, select

from maild.domain.context import Fact
from maild.store.tables import FACT, ORGANIZATION
from maild.store.tx import Tx

_LISTED = select(FACT, ORGANIZATION.c.name.label("organization")).outerjoin(
    ORGANIZATION, ORGANIZATION.c.id == FACT.c.organization_id
)


@dataclass(frozen=True, slots=True)
class NewFact:
    """What is to be known of an organization or, where that is None, of an address (canonical)."""

    organization: int | None
    address: str | None
    kind: str
    key: str
    day: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    text: str = ""
    link: str = ""


class Put(NamedTuple):
    """A fact's number, and whether it is ``new``, ``changed``, or the ``same`` as it was."""

    number: int
    what: str


def put(tx: Tx, facts: Iterable[NewFact], by: str) -> list[Put]:
    """Make them, or replace those of the same owner, kind and key; returns what came of each in order."""
    return [_put(tx, fact, by) for fact in facts]


def _put(tx: Tx, fact: NewFact, by: str) -> Put:
    same = [_of(fact.organization, fact.address), FACT.c.kind == fact.kind, FACT.c.key == fact.key]
    said: dict[str, Any] = {
        "day": fact.day,
        "amount": None if fact.amount is None else f"{fact.amount:f}",
        "currency": fact.currency,
        "text": fact.text,
        "link": fact.link,
    }
    values = said | {"put_at": tx.now, "put_by": by}
    known = tx.execute(select(FACT.c.id, *(FACT.c[name] for name in said)).where(*same)).first()
    if known is not None:
        tx.execute(FACT.update().where(FACT.c.id == known.id).values(**values))
        as_it_was = all(getattr(known, name) == value for name, value in said.items())
        return Put(int(known.id), "same" if as_it_was else "changed")
    owner = {"organization_id": fact.organization, "address": fact.address}
    return Put(tx.insert(FACT, **owner, kind=fact.kind, key=fact.key, **values), "new")


def drop(tx: Tx, number: int) -> bool:
    return tx.execute(FACT.delete().where(FACT.c.id == number)).rowcount == 1


def of(tx: Tx, organization: int | None, address: str, limit: int) -> tuple[Fact, ...]:
    """What is known of an organization and of one of its people, the newest day first."""
    theirs = or_(FACT.c.organization_id == organization if organization else false(), FACT.c.address == address)
    rows = tx.execute(_LISTED.where(theirs).order_by(FACT.c.day.desc().nulls_last(), FACT.c.id.desc()).limit(limit))
    return tuple(_fact(row) for row in rows)


def listing(
    tx: Tx, organization: int | None, address: str | None, kind: str | None, after: int, limit: int
) -> tuple[Fact, ...]:
    """All facts, or those of one owner or kind, by number."""
    query = _LISTED.where(FACT.c.id > after).order_by(FACT.c.id).limit(limit)
    if organization is not None or address is not None:
        query = query.where(_of(organization, address))
    if kind is not None:
        query = query.where(FACT.c.kind == kind)
    return tuple(_fact(row) for row in tx.execute(query))


def _of(organization: int | None, address: str | None) -> Any:
    if organization is not None:
        return and_(FACT.c.organization_id.is_not(None), FACT.c.organization_id == organization)
    return and_(FACT.c.address.is_not(None), FACT.c.address == address)


def _fact(row: Any) -> Fact:
    return Fact(
        id=row.id,
        kind=row.kind,
        key=row.key,
        organization=row.organization,
        address=row.address,
        day=row.day,
        amount=None if row.amount is None else Decimal(row.amount),
        currency=row.currency,
        text=row.text,
        link=row.link,
        put_at=row.put_at,
        put_by=row.put_by,
    )
