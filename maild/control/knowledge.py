"""What the desk knows of its customers, in an operator's hands: habits, price lists, and corrections that teach."""

import re
import secrets
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial

import structlog

from maild.control.at_hand import at_hand
from maild.control.operation import Operation, Request, Row, actor
from maild.control.people import may_edit, organization_row
from maild.control.row_lists import CHANGED, NEW, SAME, counted, rows_of, take_all
from maild.domain.corrections import Wrong, corrected
from maild.domain.events import CommentWritten, FieldEdited
from maild.domain.habits import FOR_LINES, NAMES, OPTIONS, Habit
from maild.domain.prices import Price
from maild.errors import DataError, Missing, TryAgain
from maild.store import history, knowledge, orders
from maild.store.tx import Tx
from pipeline import desk as door
from pipeline import same_order
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.correcting import following, last_set

_FIGURE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?")
_CURRENCY = re.compile(r"[A-Z]{3}")

log = structlog.get_logger("maild.knowledge")


def list_habits(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return knowledge.list_habits(tx, request.optional("organization"))


def set_habit(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    may_edit(desk, request)
    given = {name: request.optional(name) or "" for name in ("organization", "name", "said", "value", "layout")}
    number = knowledge.keep_habit(tx, *_habit(tx, given), str(actor(desk, request)))
    return [row for row in knowledge.list_habits(tx, given["organization"]) if row["id"] == number]


def import_habits(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Each row makes or changes one; any mistake refuses the whole list, with all of them."""
    may_edit(desk, request)
    who = str(actor(desk, request))

    def take(row: dict[str, str]) -> str:
        organization, habit = _habit(tx, row)
        held = knowledge.value_of(tx, organization, habit)
        knowledge.keep_habit(tx, organization, habit, who)
        return NEW if held is None else SAME if held == habit.value else CHANGED

    done = counted(take_all(rows_of(request), take))
    tx.tell(partial(log.info, "habits.imported", rows=done["rows"], by=who))
    return [done]


def drop_habit(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Undo one: orders that come from now on are read without it; those on tickets stay as they are."""
    may_edit(desk, request)
    number = request.number("id")
    found = [row for row in knowledge.list_habits(tx) if row["id"] == number]
    if not knowledge.drop_habit(tx, number):
        raise Missing(f"there is no habit {number}", "see 'maild habit list'")
    tx.tell(partial(log.info, "habit.dropped", habit=number, by=str(actor(desk, request))))
    return found


def _habit(tx: Tx, row: dict[str, str]) -> tuple[int, Habit]:
    """Whose it is, and what."""
    name, value, said = (" ".join(row.get(key, "").split()) for key in ("name", "value", "said"))
    if name not in NAMES:
        raise DataError(f"no habit is called {name!r}", f"one of {', '.join(NAMES)}")
    if not value or len(value) > 200 or len(said) > 200 or not (value + said).isprintable():
        raise DataError(f"{name} has a value of at most 200 characters that can be shown")
    if name in OPTIONS and value not in OPTIONS[name]:
        raise DataError(f"{name} is {' or '.join(OPTIONS[name])}, not {value!r}")
    if name in FOR_LINES and not said:
        raise DataError(f"{name} needs what the customer says for it", "said")
    organization = organization_row(tx, row.get("organization", ""))["id"]
    return organization, Habit(name, value, said, row.get("layout", ""))


def list_prices(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    after = int(request.optional("after") or 0)
    return knowledge.list_prices(tx, request.optional("organization"), after, min(request.limit(), 5000))


def import_prices(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Every list that the rows name (no organization: everybody's) is replaced as a whole, or nothing is."""
    may_edit(desk, request)
    rows = rows_of(request)
    lists: dict[int | None, list[Price]] = {}
    known: dict[str, int | None] = {"": None}

    def take(row: dict[str, str]) -> None:
        name = row.get("organization", "")
        if name not in known:
            known[name] = organization_row(tx, name)["id"]
        lists.setdefault(known[name], []).append(_price(row))

    take_all(rows, take)
    done = counted(knowledge.replace_prices(tx, lists))
    tx.tell(partial(log.info, "prices.imported", rows=done["rows"], by=str(actor(desk, request))))
    return [done]


def _price(row: dict[str, str]) -> Price:
    sku, price, currency, per = (row.get(name, "") for name in ("sku", "price", "currency", "per"))
    if not sku or len(sku) > 100 or not sku.isprintable():
        raise DataError("sku is empty or too long")
    if not _FIGURE.fullmatch(price):
        raise DataError(f"price {price!r} is no figure", "as 12.50")
    if not _CURRENCY.fullmatch(currency):
        raise DataError(f"currency {currency!r} is no ISO 4217 code", "as EUR")
    if per and (not _FIGURE.fullmatch(per) or not Decimal(per)):
        raise DataError(f"per {per!r} is no count", "as 100")
    first, last = (_day(name, row.get(name, "")) for name in ("valid_from", "valid_to"))
    return Price(sku, price, currency, row.get("unit", "")[:32], per or "1", first, last)


def _day(name: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise DataError(f"{name} {text!r} is no day", "as 2026-11-21") from None


def correct(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Put a value right that was read wrongly, and remember it for such documents of the same customer.

    Fields that the order filled follow, as edited by whoever corrects: refused, if a field takes no such value or may
    not be edited, is the correction as a whole. ``refused`` are those that do not follow as they were typed over.
    With ``was`` only while that is what stands there: somebody else may have corrected it meanwhile; raises TryAgain.
    """
    held, path = at_hand(tx, desk, request, request.number("id")), request.text("field")
    ticket, who = held.ticket, held.who
    may_edit(desk, request)
    if ticket.order is None:
        raise DataError(f"ticket {ticket.id} has no order")
    found = corrected(ticket.order, path, request.text("value"), str(who))
    if isinstance(found, Wrong):
        raise DataError(found.why)
    was = request.arguments.get("was")
    if was is not None and " ".join(str(was).split()) != " ".join((found.before or "").split()):
        raise TryAgain(f"{path} is {found.before or 'empty'!r} meanwhile", "look at it again, then repeat the change")
    learned = None
    if found.teaches is not None and ticket.organization is not None:
        learned = knowledge.keep_habit(tx, ticket.organization.id, found.teaches, str(who), ticket.id)
    key = same_order.corrected_key(orders.known_as(tx, ticket.id), found.order, ticket.requester)
    orders.correct(tx, ticket.id, found.order, key)
    value = request.text("value") or "nothing"
    setters = last_set(history.of_ticket(tx, ticket.id))
    follows = following(in_force(tx, desk, ticket), ticket, ticket.order, found.order, setters)
    said = f"Corrected {path}: {found.before or 'nothing'} -> {value}"
    said += f" (learned for such documents as habit {learned})" if learned else ""
    said = "\n".join((said, *follows.kept))
    key = f"hand:{secrets.token_hex(8)}"
    edited = door.handle(tx, desk, ticket.id, FieldEdited(who, follows.changes), key)
    if edited is not None and edited.asked:
        raise DataError(f"ticket {ticket.id}: " + "; ".join(edited.asked), "nothing was corrected")
    door.handle(tx, desk, ticket.id, CommentWritten(who, said, public=False), f"{key}:note")
    tx.tell(partial(log.info, "order.corrected", ticket=ticket.id, field=path, by=str(who), habit=learned))
    told = {"id": ticket.id, "field": path, "before": found.before, "after": value, "habit": learned}
    return [told | {"followed": [name for name, _ in follows.changes], "refused": list(follows.kept)}]


OPERATIONS = {
    "habit.list": Operation(list_habits),
    "habit.set": Operation(set_habit, writes=True),
    "habit.import": Operation(import_habits, writes=True),
    "habit.drop": Operation(drop_habit, writes=True),
    "price.list": Operation(list_prices),
    "price.import": Operation(import_prices, writes=True),
    "ticket.correct": Operation(correct, writes=True),
}
