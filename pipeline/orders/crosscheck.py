"""Sentences against the table: a letter that orders other quantities than its table must be asked about."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from maild.domain.problem import Problem
from pipeline.orders.east import SCRIPT, SIGN, signs_by_two
from pipeline.orders.found import Line
from pipeline.orders.items import sentences
from pipeline.orders.labels import columns_of, normal
from pipeline.orders.layout import Layout
from pipeline.orders.mentions import measures, unit_behind
from pipeline.orders.money import amounts
from pipeline.orders.numbers import Style, plain
from pipeline.orders.this_time import same_beginning, this_time

CLAUSE = 60  # characters before a quantity in which its goods may be named
_CLAUSE = re.compile(r"[.;!?。；！？，,:：]\s?")
_SAID = frozenset({"规格", "型号", "数量", "产品", "包装", "一次", "这次", "标准"})  # of no goods alone
STEM = 4  # letters that two words begin with, which may be the same but for their endings
_WORD = re.compile(rf"[{SCRIPT}]{{2,}}|[^\W\d_{SCRIPT}]{{4,}}")


def contradictions(
    layout: Layout, lines: Sequence[Line], style: Style | None, in_blocks: bool = False
) -> list[Problem]:
    """A doubt for each sentence that names a quantity of an ordered item which no line has.

    Rows with the label of a column are no sentences where the lines stand ``in_blocks`` of such rows.
    """
    taken = {line.at for line in lines}
    rows = [row for at, row in enumerate(layout.rows) if at not in taken and not row.grid > 0]
    prose = layout.only([row for row in rows if not (in_blocks and columns_of(row.text.partition(":")[0]))])
    if not lines or len(prose.rows) > 400:
        return []
    if _may_speak_of(lines, prose.text):
        found = differing([*sentences(prose, style), *_named_before(prose, style)], lines)
        if found:
            return found
    return deviations(prose.text, style, lines)


def deviations(text: str, style: Style | None, lines: Sequence[Line]) -> list[Problem]:
    """A doubt for each figure said for this time that no line of its goods has."""
    goods: dict[Decimal, list[Line]] = {}
    for said, line in this_time(text, style, lines):
        if said.quantity is not None:
            goods.setdefault(said.quantity, []).append(line)
    return [
        _differs(quantity, None, twins)
        for quantity, twins in goods.items()
        if quantity not in {line.quantity for line in twins}
    ]


def _differs(said: Decimal, unit: str | None, twins: Sequence[Line]) -> Problem:
    wanted = tuple(plain(line.quantity) for line in twins if line.quantity is not None)[:3]
    text = f"the text says {plain(said)} {unit or ''}, the table {', '.join(wanted)}"
    return Problem("po.text_differs", text, "lines", (plain(said), *wanted))


def _named_before(prose: Layout, style: Style | None) -> Iterator[Line]:
    """What sentences name before its quantity: "of the cement we need 60 bags this time", each word of it by itself."""
    for row in prose.rows:
        for amount in amounts(row.text, style):
            unit = unit_behind(row.text, amount.end)
            if unit is None or measures(unit) or amount.currency is not None or amount.value <= 0:
                continue
            clause = _CLAUSE.split(row.text[max(0, amount.start - CLAUSE) : amount.start])[-1]
            for word in _names_in(clause):
                yield Line(quantity=amount.value, unit=unit, description=word)


def _names_in(text: str) -> Iterator[str]:
    """The words of a clause that may name goods; of a script without blanks each two letters."""
    for word in _WORD.findall(text):
        yield from signs_by_two(word) if SIGN.match(word) else (word,)


def differing(told: Iterable[Line], lines: Sequence[Line]) -> list[Problem]:
    """A doubt for each told quantity of an item that none of its lines has."""
    found = []
    for said in told:
        twins = [line for line in lines if _same_thing(said, line)]
        if twins and said.quantity is not None and said.quantity not in {line.quantity for line in twins}:
            found.append(_differs(said.quantity, said.unit, twins))
    return found


def _may_speak_of(lines: Sequence[Line], text: str) -> bool:
    """A quick look for what `_same_thing` asks: an ordered item's code, or a word of the descriptions."""
    if not text.isascii() or any(
        code in text for line in lines for code in (line.sku, line.customer_sku, line.gtin) if code
    ):
        return True
    return bool(
        {word[:STEM] for word in _words(" ".join([line.description or "" for line in lines]))}.intersection(
            word[:STEM] for word in _words(text)
        )
    )


def _same_thing(said: Line, line: Line) -> bool:
    """The same code; or no other unit family, and two telling words or the one that both begin with."""
    if said.sku and said.sku in (line.sku, line.customer_sku, line.gtin):
        return True
    if said.unit and line.unit and normal(said.unit)[:1] != normal(line.unit)[:1]:
        return False
    first = list(_words_in_order(said.description))[:4]
    return len(_words(line.description) & set(first)) >= 2 or _begin_alike(said, line)


def _begin_alike(said: Line, line: Line) -> bool:
    """Whether both name the same goods first, endings aside: "60 sacks of cement" and "Cement CP II"."""
    ours, theirs = (next(iter(_words_in_order(each.description)), "") for each in (said, line))
    if ours and theirs and SIGN.match(ours) and SIGN.match(theirs):
        return ours[:2] in theirs and ours[:2] not in _SAID
    shared = same_beginning(ours, theirs)
    return shared >= STEM and 2 * shared > max(len(ours), len(theirs))


def _words(text: str | None) -> set[str]:
    return set(_words_in_order(text))


def _words_in_order(text: str | None) -> Iterable[str]:
    for word in _WORD.findall(normal(text or "")):
        yield word.rstrip("s")
