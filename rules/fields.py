"""Values for form fields: checked and brought into their one stored spelling on every write."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from maild.domain.order import Order, OrderLine, Party
from maild.domain.terms import Kind, Term, day
from rules.model import Field, FieldKind

LONGEST_LINE = 500
LONGEST_TEXT = 20_000
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,8})?")

KINDS = {
    FieldKind.INTEGER: Kind.NUMBER,
    FieldKind.DECIMAL: Kind.NUMBER,
    FieldKind.MONEY: Kind.NUMBER,
    FieldKind.DATE: Kind.DATE,
    FieldKind.CHECKBOX: Kind.FLAG,
    FieldKind.DROPDOWN: Kind.OPTION,
    FieldKind.MULTISELECT: Kind.TAGS,
}


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a value cannot be stored."""

    why: str


def checked(field: Field, text: str) -> str | Refused:
    """The value as it is stored ("" clears): decimals in plain notation, dates ISO 8601, drop-downs by option id."""
    text = text.strip() if field.kind is FieldKind.MULTILINE else " ".join(text.split())
    if text == "":
        return ""
    limit = LONGEST_TEXT if field.kind is FieldKind.MULTILINE else LONGEST_LINE
    if len(text) > limit:
        return Refused(f"{field.name} takes at most {limit} characters")
    if _CONTROL.search(text):
        return Refused(f"{field.name} takes no control characters")
    return _as_kind(field, text)


def _as_kind(field: Field, text: str) -> str | Refused:
    match field.kind:
        case FieldKind.INTEGER:
            return str(int(text)) if _INTEGER.fullmatch(text) else _no(field, text, "a whole number")
        case FieldKind.MONEY if text.startswith("-") and not field.negative and text.strip("-0."):
            return _no(field, text, "a sum of 0 or more (negative = true in the rules allows others)")
        case FieldKind.DECIMAL | FieldKind.MONEY:
            return text.lstrip("+") if _DECIMAL.fullmatch(text) else _no(field, text, "a number such as 1234.50")
        case FieldKind.DATE:
            return text if day(text) else _no(field, text, "a date such as 2026-11-21")
        case FieldKind.CHECKBOX:
            found = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
            return found.get(text.lower()) or _no(field, text, "true or false")
        case FieldKind.DROPDOWN:
            return option(field, text) or _no(field, text, _choices(field, text))
        case FieldKind.MULTISELECT:
            return _several(field, text)
        case FieldKind.REGEXP:
            fits = field.pattern is None or field.pattern.fullmatch(text)
            return text if fits else _no(field, text, f"a text like {field.pattern.source if field.pattern else ''}")
    return text


def _several(field: Field, text: str) -> str | Refused:
    found = {part.strip(): option(field, part.strip()) for part in text.split(",") if part.strip()}
    for part, known in found.items():
        if known is None:
            return _no(field, part, _choices(field, part))
    return ",".join(sorted({known for known in found.values() if known}))


def option(field: Field, text: str) -> str | None:
    """The id of the option that a word stands for: its id, its label or another known spelling."""
    wanted = _plain(text)
    for choice in field.options:
        if wanted in (_plain(spelling) for spelling in (choice.id, choice.label, *choice.also)):
            return choice.id
    return None


def renamed(fields: Mapping[str, Field], values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Stored values whose options are gone from the form, and live on as others that list them under ``also``."""
    for name, value in values:
        field = fields.get(name)
        if field is not None and orphans(field, value):
            fitting = checked(field, value)
            if isinstance(fitting, str) and fitting != value:
                yield name, fitting


def orphans(field: Field, value: str) -> list[str]:
    """The ids in a stored value that are no options of the field any more."""
    if not field.options:
        return []
    held = value.split(",") if field.kind is FieldKind.MULTISELECT else [value]
    known = {choice.id for choice in field.options}
    return [id for id in held if id and id not in known]


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _choices(field: Field, text: str) -> str:
    ids = [choice.id for choice in field.options]
    near = get_close_matches(text, ids, n=1, cutoff=0.6)
    return f"one of {', '.join(ids)}" + (f" (did you mean {near[0]}?)" if near else "")


def _no(field: Field, text: str, wanted: str) -> Refused:
    return Refused(f"{field.name}: {text[:40]!r} is not {wanted}")


def term(field: Field) -> Term:
    """How conditions see the field."""
    options = tuple(choice.id for choice in field.options) if field.kind is FieldKind.DROPDOWN else ()
    return Term(f"field.{field.name}", KINDS.get(field.kind, Kind.TEXT), options=options)


ORDER_SOURCES = (
    "order.po_number",
    "order.requested_date",
    "order.order_date",
    "order.currency",
    "order.total",
    "order.subtotal",
    "order.tax",
    "order.buyer",
    "order.ship_to",
    "order.end_user",
    "order.lines",
    "order.ship_method",
    "order.freight_terms",
    "order.freight_account",
    "order.payment_terms",
    "order.contact",
    "order.notes",
    "order.revision",
)
"""What a field's ``from`` may name."""


def read_from(order: Order, fields: Mapping[str, Field]) -> dict[str, str]:
    """The form's values as a purchase order gives them, checked; what is missing or does not fit is left out."""
    found: dict[str, str] = {}
    for field in fields.values():
        fitting = checked(field, spoken(field, order))
        if isinstance(fitting, str) and fitting:
            found[field.name] = fitting
    return found


def spoken(field: Field, order: Order) -> str:
    """What a purchase order has for the field, not yet checked; "" for nothing."""
    said = [_said(order, source.removeprefix("order.")) for source in field.source]
    if not field.options:
        return next(filter(None, said), "")
    return _spoken_of(field, " ".join(said)) or next(filter(None, (_wholly(field, text) for text in said)), "")


def unfit(field: Field, order: Order) -> str:
    """Why what a purchase order says for the field (the first that it is filled ``from``) is none of its options.

    "" where an option is found, or the order says nothing there: a dash is nothing.
    """
    said = unfitting(field, order)
    return _no(field, said, _choices(field, said)).why if said else ""


def unfitting(field: Field, order: Order) -> str:
    """Those words of the order, "" where they are an option or nothing."""
    if not field.options or not field.source or spoken(field, order):
        return ""
    said = " ".join(_said(order, field.source[0].removeprefix("order.")).split())
    return said if _plain(said) else ""


def _spoken_of(field: Field, said: str) -> str:
    """The option that is mentioned, by the longest of its spellings; punctuation only divides words."""
    words = f" {_worded(said)} "
    spellings = [
        (_worded(spelling), choice.id)
        for choice in field.options
        for spelling in (choice.id, choice.label, *choice.also)
    ]
    longest_first = sorted(spellings, key=lambda pair: -len(pair[0]))
    return next((id for spelling, id in longest_first if spelling and f" {spelling} " in words), "")


def _wholly(field: Field, said: str) -> str:
    """The option that all of it stands for, as somebody may type it: "pre-paid" is prepaid."""
    return (option(field, said) or "") if _plain(said) else ""


def _worded(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _said(order: Order, part: str) -> str:
    if part == "ship_to":
        return _place(order.ship_to)
    if part == "lines":
        return "\n".join(_line(line) for line in order.lines)[:8000]
    return str(getattr(order, part) or "")


def _place(party: Party | None) -> str:
    """The short form of a site, "ABC Company - Arlington"."""
    if party is None:
        return ""
    return " - ".join(part for part in (party.company, party.city) if part) or party.street or ""


def _line(line: OrderLine) -> str:
    item = line.sku or line.customer_sku or line.gtin
    price = f"@ {line.unit_price}" if line.unit_price else None
    per = f"per {line.price_per}" if line.price_per and line.price_per != "1" else None
    return " ".join(part for part in (line.quantity, line.unit, item, line.description, price, per) if part)
