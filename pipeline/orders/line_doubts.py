"""What makes an order's lines doubtful: amounts that do not follow, and item numbers that may be something else."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from maild.domain.problem import Problem
from pipeline.orders import codes
from pipeline.orders.arithmetic import sums
from pipeline.orders.code_columns import OPEN_ENDS
from pipeline.orders.found import Draft, Line
from pipeline.orders.grouped_codes import cut_off
from pipeline.orders.lines import line_sum, proves
from pipeline.orders.order_number import normal_number

_WORD_BEHIND = re.compile(r"\d[A-ZÀ-ÝА-ЯЁ][a-zß-ÿа-яё]{3}")
_LONG_NUMBER = re.compile(r"\d{8,14}(?=[^\W\d_])")
_EAST = re.compile(r"[\u3040-\u9fff\uac00-\ud7af\uff08\uff09()]+")
_GOODS = re.compile(r"(?<![\w-])[^\W\d_]{3,}(?![\w-])")
PROSE = frozenset({"list", "sentences"})


def line_doubts(draft: Draft) -> Iterator[Problem]:
    for number, line in enumerate(draft.lines):
        where = f"lines[{number}]"
        if line.quantity is None or line.quantity <= 0:
            yield Problem("po.quantity", "no usable quantity", f"{where}.quantity")
        if not (line.sku or line.customer_sku or line.gtin or line.description):
            yield Problem("po.no_item", "neither an item number nor a description", where)
        if line.quantity is not None and line.price is not None and line.amount is not None and not proves(line):
            yield Problem("po.line_amount", "quantity times price is not the amount", f"{where}.amount")
        if line.price is not None and line.price <= 0:
            yield Problem("po.zero_price", "the price is zero", f"{where}.unit_price")
        if not draft.strict and line.amount is not None and line.price is None:
            yield Problem("po.unproved", "no unit price proves the quantity", f"{where}.quantity")
        if not draft.strict and (_unclear_item(line) or _mere_number(line) or _touching(line)):
            yield Problem("po.item_unclear", "which is the item number is not certain", f"{where}.sku")
        if not draft.strict and not line.sure and draft.way in {*PROSE, "bare"}:
            yield Problem("po.item_unclear", "which word is the item number is not certain", f"{where}.sku")
    if not draft.strict and _shared(draft.lines):
        yield Problem("po.item_unclear", "one item number stands on lines of different goods", "lines")
    if not draft.strict and _runs_on(draft):
        yield Problem("po.item_unclear", "an item number goes on where the others end", "lines")
    if not draft.strict and cut_off(draft.lines):
        yield Problem("po.item_unclear", "an item number may begin with the digits in front of it", "lines")
    if not draft.strict and _not_items(draft):
        yield Problem("po.item_unclear", "what stands for the item numbers is the order's own number", "lines")
    named = [bool(line.sku or line.customer_sku or line.gtin) for line in draft.lines]
    if not draft.strict and draft.way == "table" and _guessed(draft):
        yield Problem("po.item_unclear", "some item numbers stand in a column, others were found in the text", "lines")
    if not draft.strict and draft.way == "table" and not any(line.sure for line in draft.lines):
        yield Problem("po.columns_unclear", "no head tells the quantity, or the item numbers, beyond doubt", "lines")
    if not draft.strict and draft.way in {*PROSE, "bare"} and any(named) and not all(named):
        yield Problem("po.item_unclear", "some lines have an item number and others none", "lines")
    if draft.way in PROSE and not total_met(draft):
        yield Problem("po.prose_line", "read out of sentences, and no total proves it", "lines")


def _not_items(draft: Draft) -> bool:
    """Whether an item number is that of the order, or the same one stands on each of three lines or more."""
    number = draft.text("po_number")
    for named in ([line.sku for line in draft.lines], [line.customer_sku for line in draft.lines]):
        if len(named) > 2 and named[0] is not None and len(set(named)) == 1:
            return True
        if number is not None and any(code and normal_number(code) == normal_number(number) for code in named):
            return True
    return False


def _mere_number(line: Line) -> bool:
    """Whether what was taken for the item number is rather a line's number, two numbers that touch, or part of one."""
    own = [code for code in (line.sku, line.customer_sku, line.gtin) if code]
    if any(code.endswith(OPEN_ENDS) for code in own):
        return True
    return bool(own) and all(code.isdigit() and not 3 <= len(code) <= 14 for code in own)


def _touching(line: Line) -> bool:
    """Whether an item number runs on into a capitalised word, as where two columns touch ("4051079282091Lamp")."""
    return any(
        code
        and (_WORD_BEHIND.search(code) or ((long := _LONG_NUMBER.match(code)) and _letters(code[long.end() :]) > 3))
        for code in (line.sku, line.customer_sku, line.gtin)
    )


def _runs_on(draft: Draft) -> bool:
    """Whether one item number is made like most others and then goes on with a word ("4711", "4712", "4713LED-Panel").

    A letter or three behind may be a variant, where the others are not mere figures.
    """
    skus = [line.sku for line in draft.lines if line.sku]
    common, times = Counter(map(_shape, skus)).most_common(1)[0] if len(skus) > 1 else ("", 0)
    if 2 * times < len(skus) or times < 2:
        return False
    least = 2 if common.isdigit() else 4
    return any(
        _shape(sku[: len(common)]) == common
        and sku[len(common) :][:1].isalpha()
        and _letters(sku[len(common) :]) >= least
        for sku in skus
    )


def _shared(lines: Sequence[Line]) -> bool:
    """Whether two lines of one item number have neither their price nor the first words of their goods in common."""
    first: dict[str, Line] = {}
    for line in lines:
        other = first.setdefault(line.sku, line) if line.sku else line
        if other.price != line.price and _goods(line) and _goods(other) and not _goods(line) & _goods(other):
            return True
    return False


def _goods(line: Line) -> frozenset[str]:
    """The first two words of a description that may name goods."""
    return frozenset(_GOODS.findall((line.description or "").casefold())[:2])


def _shape(code: str) -> str:
    return "".join("0" if c.isdigit() else "A" if c.isalpha() else c for c in code)


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _guessed(draft: Draft) -> bool:
    """Whether only some lines have their item number in a place of its own."""
    coded = [line.sure for line in draft.lines if line.sku or line.customer_sku or line.gtin]
    return any(coded) and not all(coded)


def total_met(draft: Draft) -> bool:
    """Whether a stated total or subtotal is the sum of the lines."""
    found = line_sum(draft.lines)
    stated = [draft.text(name) for name in ("total", "subtotal")]
    return found is not None and any(sums([found], Decimal(text), draft.charges) for text in stated if text)


def _unclear_item(line: Line) -> bool:
    """No item number found though the text or its row holds what looks like one, or one that holds a blank."""
    own = [code for code in (line.sku, line.customer_sku, line.gtin) if code]
    if own:
        return all(" " in code and not code.replace(" ", "").isalnum() for code in own)
    place = line.placed("quantity")
    text = f"{line.description or ''} {(place.text if place else '') or ''}"
    figures = {str(value) for value in (line.quantity, line.price, line.amount)}
    figures.update(" ".join(line.apart).split())
    words = codes.without_others(text if text.isascii() else _EAST.sub(" ", text))
    tokens = {token.strip(".,;:()") for token in words} - figures
    return any(codes.looks_like_code(token, 5) for token in tokens)
