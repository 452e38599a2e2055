"""The lines of a laid-out document: every way of reading them is tried, the document's arithmetic decides."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from pipeline.orders.arithmetic import BASES, product, sums
from pipeline.orders.bare import read_bare
from pipeline.orders.code_columns import OPEN_ENDS
from pipeline.orders.dates import DayOrder
from pipeline.orders.found import Line
from pipeline.orders.heads import Head, find_heads, stacked
from pipeline.orders.items import list_items, sentences
from pipeline.orders.labels import normal
from pipeline.orders.layout import Layout
from pipeline.orders.numbers import Style
from pipeline.orders.records import read_records
from pipeline.orders.table import read_table, read_tiers

MAX_LINES = 5_000
MAX_HEADS = 400


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines with the way they were found and how much speaks for them."""

    lines: tuple[Line, ...]
    way: str
    score: float


def read_lines(layout: Layout, style: Style | None, day_order: DayOrder | None, totals: Sequence[Decimal]) -> Reading:
    """The best reading of the order lines; none has no lines. A table that proves everything ends the search.

    Where its lines have no item numbers, only other readings of the tables are tried besides.
    """
    heads = find_heads(layout.rows)[:MAX_HEADS]
    best, proved = Reading((), "none", 0.0), False
    for lines, bonus in _tables(layout, heads, style, day_order):
        worth = score(lines, totals) + bonus if lines else 0.0
        if worth > best.score:
            best, proved = Reading(tuple(lines), "table", worth), _proved(lines, totals)
            if proved and all(_named(line) for line in lines):
                break
    for way, read, bonus in () if proved else _other_ways(layout, heads, style, day_order):
        if best.score >= _most(len(layout.rows), totals) + bonus and way != "sentences":
            continue  # it finds at most one line a row, which were not enough
        lines = read()
        worth = score(lines, totals) + bonus if lines else 0.0
        if way == "bare" and best.way == "table" and 2 * len(lines) < len(best.lines) and line_sum(lines) not in totals:
            continue  # rows that happen to prove themselves among many of a table
        if way == "bare" and best.way == "table" and _part_of(lines, best.lines) and line_sum(lines) not in totals:
            continue  # the same rows without those that do not prove themselves
        if worth > best.score:
            best = Reading(tuple(lines), way, worth)
    return replace(best, lines=with_common_base(best.lines))


def _part_of(lines: Sequence[Line], others: Sequence[Line]) -> bool:
    """Whether these lines stand on some of the others' rows, and on none besides."""
    return {line.at for line in lines} < {line.at for line in others}


def _proved(lines: Sequence[Line], totals: Sequence[Decimal]) -> bool:
    """Whether every line proves itself, and all make a stated total."""
    return line_sum(lines) in totals and all(proves(line) for line in lines)


def _named(line: Line) -> bool:
    """Whether it has an item number, and none that goes on in another row of its cell."""
    own = [code for code in (line.sku, line.customer_sku, line.gtin) if code]
    return bool(own) and not any(code.endswith(OPEN_ENDS) for code in own)


def with_common_base(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Lines whose amounts all follow from the same price base, though none is printed: two lines at least tell it."""
    whole = [line for line in lines if line.quantity and line.price and line.amount and line.per is None]
    if len(whole) < 2 or len(whole) < len(lines) or any(proves(line) for line in lines):
        return lines
    for base in BASES[1:3]:
        if all(product(line.quantity, line.price, line.amount, base) for line in whole):  # type: ignore[arg-type]
            return tuple(replace(line, per=base) for line in lines)
    return lines


def score(lines: Sequence[Line], totals: Sequence[Decimal]) -> float:
    """Proof first: a stated total met, lines that prove themselves; then completeness."""
    if not lines:
        return 0.0
    proofs = [proves(line) for line in lines]
    proven = sum(proofs)
    priced = sum([line.price is not None for line in lines])
    named = sum([_named(line) for line in lines])
    described = sum([bool(line.description) for line in lines])
    wrong = sum(
        [
            line.price is not None and line.amount is not None and not proof
            for line, proof in zip(lines, proofs, strict=True)
        ]
    )
    made = line_sum(lines)
    met = made is not None and any(total and sums([made], total) for total in totals)
    size = len(lines)
    return (
        60.0 * met
        + 30.0 * proven / size
        - 25.0 * wrong / size
        + 6.0 * priced / size
        + 6.0 * named / size
        + 3.0 * described / size
        + min(size, 30) * (1.0 if proven else 0.4)
    )


def _most(size: int, totals: Sequence[Decimal]) -> float:
    """The highest score that so many lines can have."""
    return 60.0 * bool(totals) + 30.0 + 6.0 + 6.0 + 3.0 + min(size, 30)


def proves(line: Line) -> bool:
    """Whether quantity times price is the amount."""
    if line.quantity is None or line.price is None or line.amount is None:
        return False
    return product(line.quantity, line.price, line.amount, line.per or BASES[0], line.figures) is not None


def value_of(line: Line) -> Decimal | None:
    """What the line comes to: its amount, else quantity times price."""
    if line.amount is not None:
        return line.amount
    if line.quantity is None or line.price is None:
        return None
    return line.quantity * line.price / (line.per or Decimal(1))


def line_sum(lines: Sequence[Line]) -> Decimal | None:
    """The sum of all lines; None where one has no value."""
    total = Decimal(0)
    for line in lines:
        value = line.amount if line.amount is not None else value_of(line)
        if value is None:
            return None
        total += value
    return total if lines else None


def _tables(
    layout: Layout, heads: Sequence[Head], style: Style | None, day_order: DayOrder | None
) -> Iterator[tuple[list[Line], float]]:
    """The lines under each kind of head, alone and stacked, and what speaks for that reading itself."""
    done: set[tuple[tuple[int, int], ...]] = set()
    for group in _alike(heads):
        yield read_tiers(layout, group, style, day_order), 8.5
        yield read_table(layout, group, style, day_order), 8.0
        both = [stacked(head, layout.rows) or head for head in group]
        spans = tuple((head.first, head.last) for head in both)
        if both != group and spans not in done:
            done.add(spans)
            yield read_table(layout, both, style, day_order), 8.0
            yield read_table(layout, both, style, day_order, merged=True), 7.5


def _other_ways(
    layout: Layout, heads: Sequence[Head], style: Style | None, day_order: DayOrder | None
) -> Iterator[tuple[str, Callable[[], list[Line]], float]]:
    """(way, how to read the lines that way, what speaks for it itself)."""
    yield "records", partial(read_records, layout, style, day_order), 7.0
    yield "bare", partial(read_bare, layout, style), 2.0
    if not heads or layout.format in ("text", "html"):
        yield "list", partial(list_items, layout, style), 3.0
    if not heads:
        yield "sentences", partial(sentences, layout, style), 0.0


def _alike(heads: Sequence[Head]) -> list[list[Head]]:
    """Heads with the same texts belong together: one table over several pages."""
    groups: dict[str, list[Head]] = {}
    for head in heads:
        groups.setdefault("|".join(normal(column.text) for column in head.columns), []).append(head)
    return list(groups.values())
