"""The sums below the last line, read by their own arithmetic: goods, what is added or taken off, and what it comes to.

It needs no labels: each figure is either the running sum again, or a charge, or the running sum with the charges.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product as every

from pipeline.orders.found import Value
from pipeline.orders.layout import Layout, Row
from pipeline.orders.money import Amount, amounts
from pipeline.orders.numbers import Style, plain

MOST_ROWS = 40
MOST_SUMS = 10
MOST_CHARGES = 4
MOST_IDLE = 6  # rows without a sum after which the sums are over
SHEETS = frozenset({"xlsx", "xls", "ods", "csv"})  # whose figures may be printed without their decimals
_CENT = Decimal("0.011")


@dataclass(frozen=True, slots=True)
class Step:
    """One sum: its figure as printed (a minus kept), the row it stands in."""

    figure: Decimal
    row: Row
    at: int


@dataclass(frozen=True, slots=True)
class Chain:
    """What the steps come to. ``total`` is the last figure that follows from those before it; ``goods`` the lines' sum
    where it is printed; ``charges`` what stands between; ``rest`` the figures behind the total that nothing explains.
    """

    total: Step | None = None
    goods: Step | None = None
    charges: tuple[Decimal, ...] = ()
    rest: tuple[Step, ...] = ()

    def value(self, layout: Layout) -> Value:
        """The total as a candidate."""
        assert self.total is not None
        return Value(plain(self.total.figure), layout.place(self.total.row), 2, "")


def chain_of(layout: Layout, last: int, made: Decimal | None, style: Style | None) -> Chain:
    """The sums below row ``last``, of lines that make ``made``; empty where the lines have no sum."""
    if made is None or made <= 0:
        return Chain()
    total: Step | None = None
    goods: Step | None = None
    running, charges, pending = made, list[Decimal](), list[Step]()
    for step in list(_steps(layout.rows, last, style, layout.format in SHEETS))[:MOST_SUMS]:
        signs = None if abs(step.figure - running) <= _CENT and not pending else _between(running, pending, step)
        if abs(step.figure - running) <= _CENT:
            goods = goods or (step if running == made else None)
            if not pending:
                total = step
            continue
        if signs is not None and pending:
            charges += signs
            running, total, pending = step.figure, step, []
        else:
            pending.append(step)
    return Chain(total, goods, tuple(charges), tuple(pending))


def _between(running: Decimal, pending: Sequence[Step], step: Step) -> list[Decimal] | None:
    """The charges with the signs under which they lead from the running sum to this figure; None where none do."""
    if not pending or len(pending) > MOST_CHARGES:
        return None
    for signs in every((1, -1), repeat=len(pending)):
        parts = [sign * abs(each.figure) for sign, each in zip(signs, pending, strict=True)]
        if abs(running + sum(parts, Decimal(0)) - step.figure) <= _CENT * (1 + len(parts) // 2):
            return parts
    return None


def _steps(rows: Sequence[Row], last: int, style: Style | None, sheet: bool) -> Iterator[Step]:
    """Rows that end in their only sum of money."""
    idle = 0
    begun = False
    for at in range(last + 1, min(last + 1 + MOST_ROWS, len(rows))):
        figure = _sum_in(rows[at], style, sheet)
        if figure is not None:
            begun, idle = True, 0
            yield Step(figure, rows[at], at)
        else:
            idle += 1
            if begun and idle > MOST_IDLE:
                return


def _sum_in(row: Row, style: Style | None, sheet: bool) -> Decimal | None:
    text = row.text
    found = [a for a in amounts(text, style) if _is_money(a) or (sheet and text.endswith(a.figure))]
    if not found or len(row.cells) > 6:
        return None
    last = found[-1]
    if len(re.findall(r"\w", text[last.end :])) > 4 or text[last.end :].lstrip().startswith("%"):
        return None
    rated = sum(len(cell.text) + 2 for cell in row.cells[:-1]) if "%" in row.text and len(row.cells) == 2 else 0
    others = [a for a in found[:-1] if a.start >= rated and not text[a.end :].lstrip().startswith("%")]
    if others:
        return None
    before = text[: last.start].rstrip()
    beside = before if rated == 0 else ""
    if len(row.cells) > 2 and row.cells[-1].text in text[last.start :]:
        beside = row.cells[-2].text  # notes may stand left of the sums
    if sum(c.isdigit() for c in beside) > 4:
        return None
    return -abs(last.value) if before.endswith(("-", "−")) or text[last.end :].strip().startswith("-") else last.value


def _is_money(amount: Amount) -> bool:
    return amount.currency is not None or bool(re.search(r"[.,]\d{2}$", amount.figure))
