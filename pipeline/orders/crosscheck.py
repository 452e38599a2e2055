"""Sentences against the table: a letter that orders other quantities than its table must be asked about."""

import re
from collections.abc import Iterable, Sequence

from maild.domain.problem import Problem
from pipeline.orders.found import Line
from pipeline.orders.items import sentences
from pipeline.orders.labels import normal
from pipeline.orders.layout import Layout
from pipeline.orders.numbers import Style, plain

STEM = 4  # letters that two words begin with, which may be the same but for their endings
_EAST = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]{2,}|[^\W\d_]{4,}")


def contradictions(layout: Layout, lines: Sequence[Line], style: Style | None) -> list[Problem]:
    """A doubt for each sentence that names a quantity of an ordered item which no line has."""
    taken = {line.at for line in lines}
    prose = layout.only([row for at, row in enumerate(layout.rows) if at not in taken and not row.grid > 0])
    if not lines or len(prose.rows) > 400 or not _may_speak_of(lines, prose.text):
        return []
    return differing(sentences(prose, style), lines)


def differing(told: Iterable[Line], lines: Sequence[Line]) -> list[Problem]:
    """A doubt for each told quantity of an item that none of its lines has."""
    found = []
    for said in told:
        twins = [line for line in lines if _same_thing(said, line)]
        if twins and said.quantity is not None and said.quantity not in {line.quantity for line in twins}:
            wanted = tuple(plain(line.quantity) for line in twins if line.quantity is not None)
            text = f"the text says {plain(said.quantity)} {said.unit or ''}, the table {', '.join(wanted[:3])}"
            found.append(Problem("po.text_differs", text, "lines", (plain(said.quantity), *wanted[:3])))
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
    if ours and theirs and _EAST.match(ours) and _EAST.match(theirs):
        return ours[:2] in theirs
    shared = next(
        (at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )
    return shared >= STEM and 2 * shared > max(len(ours), len(theirs))


def _words(text: str | None) -> set[str]:
    return set(_words_in_order(text))


def _words_in_order(text: str | None) -> Iterable[str]:
    for word in _WORD.findall(normal(text or "")):
        yield word.rstrip("s")
