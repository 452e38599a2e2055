"""What a revised order changes: line by line, and in its head. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from decimal import Decimal, InvalidOperation

from maild.domain.order import Order, OrderLine, OrderType, Party

UNSEEN = "revision_unseen"
"""The tag of a ticket whose order was revised since a person of the desk looked at it."""
CANCELLATION = "cancellation_requested"
"""The tag of a ticket whose customer asks to cancel the order."""

_NOT_SAID = {
    "type",
    "lines",
    "format",
    "confidence",
    "needs_review",
    "problems",
    "provenance",
    "layout",
    "prices",
    "printed",
}
_HEAD = tuple(f.name for f in fields(Order) if f.name not in _NOT_SAID)
_LINE = tuple(f.name for f in fields(OrderLine) if f.name != "line")
_FIGURES = frozenset({"total", "subtotal", "tax", "quantity", "unit_price", "price_per", "amount"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``what`` is added, removed or changed; ``line`` names the line, "" for the order's head.

    ``field`` is "" where a whole line came or went; ``before`` and ``after`` are None where nothing stood.
    """

    what: str
    line: str = ""
    field: str = ""
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        """One line for a person."""
        if not self.field:
            return f"{self.line} {self.what}: {self.before or self.after or ''}"
        where = f"{self.line}, {self.field}" if self.line else self.field
        return f"{where.replace('_', ' ')}: {self.before or 'nothing'} -> {self.after or 'nothing'}"


def changes(before: Order, after: Order) -> tuple[Change, ...]:
    """Every difference, the head's first, lines in the order of the newer document.

    A change order (`OrderType.CHANGE`) names only what changes: what it leaves out stays as it was.
    """
    partial = after.type is OrderType.CHANGE
    return (*_head(before, after, partial), *_lines(before.lines, after.lines, partial))


def _head(before: Order, after: Order, partial: bool) -> Iterator[Change]:
    for name in _HEAD:
        yield from _differs("", name, _text(getattr(before, name)), _text(getattr(after, name)), partial)


def _lines(before: Sequence[OrderLine], after: Sequence[OrderLine], partial: bool) -> Iterator[Change]:
    twins = _twins(before, after)
    for number, line in enumerate(after):
        twin, name = twins.get(number), _name(line, number)
        if twin is None:
            yield Change("added", name, after=_summary(line))
            continue
        old = before[twin]
        for field in _LINE:
            yield from _differs(name, field, getattr(old, field), getattr(line, field), partial)
    held = set(twins.values())
    for number, line in enumerate(before):
        if number not in held and not partial:
            yield Change("removed", _name(line, number), before=_summary(line))


def _differs(line: str, field: str, old: str | None, new: str | None, partial: bool) -> Iterator[Change]:
    if _plain(field, old) != _plain(field, new) and not (partial and not new):
        what = "changed" if old and new else "added" if new else "removed"
        yield Change(what, line, field, old or None, new or None)


def _twins(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> dict[int, int]:
    """The older line of each newer one, by place: of the same item and number, else item, else number alone."""
    twins: dict[int, int] = {}
    for key in (_item_and_number, _item, _number):
        taken = set(twins.values())
        waiting: defaultdict[object, list[int]] = defaultdict(list)
        for at in range(len(before) - 1, -1, -1):
            found = key(before[at])
            if at not in taken and found is not None:
                waiting[found].append(at)
        for at, line in enumerate(after):
            found = key(line) if at not in twins else None
            if found is not None and waiting[found]:
                twins[at] = waiting[found].pop()
    return twins


def _item_and_number(line: OrderLine) -> object:
    item = _item(line)
    return (item, line.line) if item and line.line else None


def _item(line: OrderLine) -> str | None:
    return (line.sku or line.customer_sku or line.gtin or line.description or "").casefold() or None


def _number(line: OrderLine) -> str | None:
    """The line's number, where no item number tells that it is another item."""
    return None if line.sku or line.customer_sku or line.gtin else line.line


def _name(line: OrderLine, at: int) -> str:
    item = line.sku or line.customer_sku or line.gtin or ""
    return f"line {line.line or at + 1}{f' ({item})' if item else ''}"


def _summary(line: OrderLine) -> str:
    price = f" at {line.unit_price}" if line.unit_price else ""
    what = line.description or line.sku or line.customer_sku or line.gtin or ""
    return " ".join(f"{line.quantity or '?'} {line.unit or 'x'} {what}{price}".split())


def _text(value: str | Party | None) -> str | None:
    return ", ".join(part for part in astuple(value) if part) if isinstance(value, Party) else value


def _plain(field: str, text: str | None) -> object:
    """What is compared: figures by value, words without regard to blanks."""
    if not text:
        return None
    if field in _FIGURES:
        try:
            return Decimal(text)
        except InvalidOperation:
            return text
    return " ".join(text.split())
