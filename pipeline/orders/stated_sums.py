"""The sums a document states, held against what its lines and its arithmetic make."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from maild.domain.problem import Problem
from pipeline.orders import arithmetic, money, totals
from pipeline.orders.chain import Chain, chain_of
from pipeline.orders.found import Draft, Line, Value
from pipeline.orders.layout import Layout
from pipeline.orders.lines import line_sum
from pipeline.orders.numbers import Style, plain


def with_sums(
    draft: Draft, layout: Layout, stated: Sequence[totals.Stated], lines: Sequence[Line], style: Style | None
) -> Draft:
    made = line_sum(lines)
    sums = chain_of(layout, max(line.at for line in lines), made, style) if lines else Chain()
    stated = [s for s in stated if s.kinds & {"total", "subtotal"} or not _among(s, lines)]
    chosen = totals.choose(stated, made)
    if not chosen.total and lines:
        bare = [sums.value(layout)] if sums.total else _unlabelled_total(layout, lines)
        draft = draft.with_values("total", *bare)
    if chosen.total:
        draft = draft.with_values("total", _by_arithmetic(chosen.total, sums, made, layout))
    if chosen.subtotal:
        draft = draft.with_values("subtotal", chosen.subtotal.value)
    if chosen.tax is not None:
        row = next(s for s in stated if "tax" in s.kinds)
        draft = draft.with_values("tax", Value(format(chosen.tax, "f"), row.value.place, 3))
    for each in stated:
        if each.amount.currency:
            draft = draft.with_values("currency", Value(each.amount.currency, each.value.place, 3))
    printed = tuple(s.figure for s in stated if "total" in s.kinds and s.value.weight > 1)
    draft = draft.doubt(*_unexplained(draft, sums), *_goods_alone(draft, chosen, made))
    across = totals.across(layout, max(line.at for line in lines), made, style) if lines else ()
    return replace(draft, charges=(*across, *chosen.charges, *sums.charges), sums=printed)


def met(draft: Draft) -> bool:
    """Whether the printed total is the lines' sum, charges aside."""
    made, text = line_sum(draft.lines), draft.text("total")
    return made is not None and text is not None and arithmetic.sums([made], Decimal(text), draft.charges)


def _by_arithmetic(chosen: totals.Stated, sums: Chain, made: Decimal | None, layout: Layout) -> Value:
    """The labelled total; where it only repeats the goods and charges below lead on to another sum, that one."""
    if sums.total and sums.charges and made is not None and abs(chosen.figure - made) <= Decimal("0.02"):
        return sums.value(layout)
    return chosen.value


def _unexplained(draft: Draft, sums: Chain) -> list[Problem]:
    """A doubt where a sum stands below the lines that neither repeats theirs nor follows from them."""
    total = draft.text("total")
    open_sums = [step for step in sums.rest if step.figure < 0 or total is None]
    if not open_sums:
        return []
    texts = tuple(plain(step.figure) for step in open_sums[:4])
    return [Problem("po.total_unclear", "sums that nothing explains: " + ", ".join(texts), "total", texts)]


def _goods_alone(draft: Draft, chosen: totals.Totals, made: Decimal | None) -> list[Problem]:
    """A doubt where the total is the goods alone though charges stand below it."""
    if not chosen.total or draft.text("total") != chosen.total.value.text:
        return []
    texts = tuple(plain(each.figure) for each in totals.left_out(chosen, made)[:4])
    told = "the total is that of the goods, and below it stand " + ", ".join(texts)
    return [Problem("po.total_unclear", told, "total", texts)] if texts else []


def _among(stated: totals.Stated, lines: Sequence[Line]) -> bool:
    """Whether a charge stands between the order lines: then it is one of them, or their description."""
    rows = [place.line for line in lines for _, place in line.places if place.line is not None]
    at = stated.value.place.line
    return bool(rows) and at is not None and min(rows) <= at <= max(rows)


def _unlabelled_total(layout: Layout, lines: Sequence[Line]) -> list[Value]:
    """A lone figure under the last line that is the lines' sum."""
    made = line_sum(lines)
    last = max(line.at for line in lines)
    for row in layout.rows[last + 1 : last + 4]:
        for style in (Style.POINT, Style.COMMA):
            found = money.amounts(row.text, style)
            if (
                made is not None
                and len(found) == 1
                and found[0].value == made
                and not re.search(r"[^\W\d_]{4,}", row.text)
            ):
                return [Value(format(found[0].value, "f"), layout.place(row), 2, "")]
    return []
