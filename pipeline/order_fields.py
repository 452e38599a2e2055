"""From an order to the ticket's form fields, by one table; and when two orders are the same order."""

from collections.abc import Callable, Iterable

from maild.domain.order import Order, OrderLine, Party
from maild.domain.people import Person
from maild.store.documents import content_digest
from maild.store.orders import KnownOrder
from rules.model import Field, Ruleset

MOST_DETAILS = 8000  # characters of the order_details field

# The form field, and what of the order fills it.
FIELDS: tuple[tuple[str, Callable[[Order], str | None]], ...] = (
    ("po_number", lambda order: order.po_number),
    ("total_cost", lambda order: order.total),
    ("currency", lambda order: order.currency),
    ("ship_date", lambda order: order.requested_date),
    ("ship_to", lambda order: short_address(order.ship_to)),
    ("order_details", lambda order: details(order.lines)),
)
# Drop-downs: the field, and the words of the order in which a synonym of one of its options may occur.
CHOICES: tuple[tuple[str, Callable[[Order], str]], ...] = (
    ("ship_method", lambda order: f"{order.ship_method or ''} {order.freight_terms or ''}"),
    ("freight_charge_to", lambda order: f"{order.freight_terms or ''} {order.ship_method or ''}"),
)


def from_order(ruleset: Ruleset, order: Order) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """(name, value) of every form field the order fills, and the doubts met on the way."""
    known = ruleset.fields
    filled = [(name, value) for name, read in FIELDS if name in known and (value := read(order))]
    doubts: list[str] = []
    for name, words in CHOICES:
        said = words(order).strip()
        if not said or name not in known:
            continue
        option = _option(ruleset.fields[name], said)
        if option:
            filled.append((name, option))
        else:
            doubts.append(f"{name}: no option is known for {said[:80]!r}")
    return tuple(filled), tuple(doubts)


def _option(field: Field, said: str) -> str | None:
    """The option whose label, id or synonym occurs in what was said; the longest match wins."""
    lower = f" {' '.join(said.lower().split())} "
    spellings = [
        (word.lower(), option.id) for option in field.options for word in (option.id, option.label, *option.also)
    ]
    return next((found for word, found in sorted(spellings, key=lambda s: -len(s[0])) if f" {word} " in lower), None)


def short_address(party: Party | None) -> str | None:
    """ "Company - City", the short form of a ship-to; the full address stays with the order."""
    if party is None:
        return None
    return " - ".join(filter(None, [party.company, party.city])) or party.street


def details(lines: Iterable[OrderLine]) -> str | None:
    """The lines as text, one a row: quantity, unit, item number, description, price."""
    rows = []
    for line in lines:
        item = line.sku or line.customer_sku or line.gtin
        price = f"@ {line.unit_price}" if line.unit_price else None
        per = f"per {line.price_per}" if line.price_per and line.price_per != "1" else None
        rows.append(" ".join(filter(None, [line.quantity, line.unit, item, line.description, price, per])))
    return "\n".join(rows)[:MOST_DETAILS] or None


def key(order: Order, customer: Person | None) -> str | None:
    """The key under which the same purchase order comes again: customer, buyer of record and number; None without one."""
    number = _plain(order.po_number)
    if not number or customer is None:
        return None
    who = f"organization:{customer.organization_id}" if customer.organization_id else customer.address
    return f"{who}|{_plain(order.buyer)}|{number}"[:500]


def _plain(text: str | None) -> str:
    return "".join(char for char in (text or "").casefold() if char.isalnum())


def same_content(order: Order, known: KnownOrder) -> bool:
    return content_digest(order) == known.content


def same(order: Order, other: Order) -> bool:
    """Whether two readings are of one and the same order."""
    return content_digest(order) == content_digest(other)
