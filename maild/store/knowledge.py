"""Habits and price lists of customers."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, or_, select

from maild.domain.habits import OPTIONS, Habit
from maild.domain.prices import Price, fold
from maild.store.prepared import Prepared
from maild.store.tables import HABIT, ORGANIZATION, ORGANIZATION_DOMAIN, PRICE
from maild.store.tx import Tx

_USUAL = (
    select(ORGANIZATION_DOMAIN.c.domain, HABIT.c.name, HABIT.c.value)
    .join(HABIT, HABIT.c.organization_id == ORGANIZATION_DOMAIN.c.organization_id)
    .where(HABIT.c.name.in_(tuple(OPTIONS)), HABIT.c.layout == "")
)
_HABITS = Prepared(select(HABIT).where(HABIT.c.organization_id == bindparam("organization")).order_by(HABIT.c.id))
_GENERAL = PRICE.c.organization_id.is_(None)
_ANY_FOR_ALL = Prepared(select(PRICE.c.id).where(_GENERAL).limit(1))
_ANY = Prepared(select(PRICE.c.id).where(or_(PRICE.c.organization_id == bindparam("organization"), _GENERAL)).limit(1))
SLICE = 500  # item numbers asked for at once


def habits(tx: Tx, organization: int) -> list[Habit]:
    rows = tx.execute(_HABITS, {"organization": organization})
    return [Habit(row.name, row.value, row.said, row.layout, why(row.ticket_id, row.set_by)) for row in rows]


def usual(tx: Tx) -> dict[str, dict[str, str]]:
    """How numbers and dates are written, by domain and address of every organization of which that is known."""
    found: dict[str, dict[str, str]] = {}
    for row in tx.execute(_USUAL):
        found.setdefault(row.domain, {})[row.name] = row.value
    return found


def why(ticket: int | None, by: str) -> str:
    """Where a habit comes from, as its values' provenance says it."""
    return f"learned from ticket {ticket} by {by}" if ticket else f"known habit, set by {by}"


def keep_habit(tx: Tx, organization: int, habit: Habit, by: str, ticket: int | None = None) -> int:
    """Make or change one; returns its number."""
    key = {"organization_id": organization, "name": habit.name, "said": habit.said, "layout": habit.layout}
    drop = HABIT.delete()
    for name, value in key.items():
        drop = drop.where(HABIT.c[name] == value)
    tx.execute(drop)
    return tx.insert(HABIT, **key, value=habit.value, ticket_id=ticket, set_by=by, set_at=tx.now)


def value_of(tx: Tx, organization: int, habit: Habit) -> str | None:
    """The value that stands where this habit would be kept; None where none does."""
    here = HABIT.c.organization_id == organization, HABIT.c.name == habit.name
    found: str | None = tx.scalar(
        select(HABIT.c.value).where(*here, HABIT.c.said == habit.said, HABIT.c.layout == habit.layout)
    )
    return found


def drop_habit(tx: Tx, number: int) -> bool:
    return tx.execute(HABIT.delete().where(HABIT.c.id == number)).rowcount == 1


def list_habits(tx: Tx, organization: str | None = None) -> list[dict[str, Any]]:
    """All of them, or those of one organization, by its name."""
    wanted = select(HABIT, ORGANIZATION.c.name.label("organization")).join(ORGANIZATION)
    if organization is not None:
        wanted = wanted.where(ORGANIZATION.c.name == organization)
    rows = tx.execute(wanted.order_by(ORGANIZATION.c.name, HABIT.c.name, HABIT.c.said, HABIT.c.id)).mappings()
    columns = ("id", "organization", "name", "said", "value", "layout", "ticket_id", "set_by", "set_at")
    return [{name: row[name] for name in columns} for row in rows]


def prices(tx: Tx, organization: int | None, items: Iterable[str]) -> list[Price]:
    """The entries for these items (folded), of this customer and of everybody."""
    wanted, found = sorted(set(items)), list[Price]()
    for start in range(0, len(wanted), SLICE):
        rows = tx.execute(
            select(PRICE)
            .where(PRICE.c.item.in_(wanted[start : start + SLICE]), _theirs(organization))
            .order_by(PRICE.c.id)
        )
        found += [_price(row) for row in rows]
    return found


def has_prices(tx: Tx, organization: int | None) -> bool:
    """Whether there is a list for this customer, or one for everybody."""
    if organization is None:
        return tx.scalar(_ANY_FOR_ALL) is not None
    return tx.scalar(_ANY, {"organization": organization}) is not None


def _theirs(organization: int | None) -> Any:
    return _GENERAL if organization is None else or_(PRICE.c.organization_id == organization, _GENERAL)


def _price(row: Any) -> Price:
    general = row.organization_id is None
    return Price(row.sku, row.price, row.currency, row.unit, row.per, row.valid_from, row.valid_to, general)


def replace_prices(tx: Tx, lists: dict[int | None, list[Price]]) -> list[str]:
    """Each list named is replaced as a whole, None being everybody's; tells of each entry whether it is ``new``,
    ``changed``, or the ``same`` as the old list had for its item, unit and first day.
    """
    whats: list[str] = []
    for organization, entries in lists.items():
        mine = PRICE.c.organization_id.is_(None) if organization is None else PRICE.c.organization_id == organization
        held = {_entry(old): old for old in map(_price, tx.execute(select(PRICE).where(mine)))}
        tx.execute(PRICE.delete().where(mine))
        rows = [_row(organization, entry) for entry in entries]
        tx.insert_all(PRICE, rows)
        for entry, row in zip(entries, rows, strict=True):
            old = held.get(_entry(entry))
            whats.append("new" if old is None else "same" if _row(organization, old) == row else "changed")
    return whats


def _entry(price: Price) -> tuple[str, str, str]:
    return price.sku, price.unit, price.valid_from


def _row(organization: int | None, entry: Price) -> dict[str, Any]:
    columns = ("sku", "unit", "price", "currency", "per", "valid_from", "valid_to")
    held = {name: getattr(entry, name) for name in columns}
    return held | {"organization_id": organization, "item": fold(entry.sku)[:100]}


def list_prices(tx: Tx, organization: str | None, after: int, limit: int) -> list[dict[str, Any]]:
    """In the order of their numbers; ``organization`` names one, "" everybody's list, None all."""
    wanted = select(PRICE, ORGANIZATION.c.name.label("organization")).outerjoin(ORGANIZATION)
    if organization is not None:
        wanted = wanted.where(
            ORGANIZATION.c.name == organization if organization else PRICE.c.organization_id.is_(None)
        )
    rows = tx.execute(wanted.where(PRICE.c.id > after).order_by(PRICE.c.id).limit(limit)).mappings()
    columns = ("id", "organization", "sku", "unit", "price", "currency", "per", "valid_from", "valid_to")
    return [{name: row[name] or "" if name == "organization" else row[name] for name in columns} for row in rows]
