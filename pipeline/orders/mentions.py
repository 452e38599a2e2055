"""Quantities named in running text, with their units."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise

from pipeline.orders import codes, dates
from pipeline.orders.day_words import months
from pipeline.orders.east import SCRIPT, SIGN
from pipeline.orders.labels import normal, number_words, units, vocabulary, word_set
from pipeline.orders.money import Amount
from pipeline.orders.numbers import FIGURE, Style, parse

_QTY_LABEL = re.compile(
    r"(?<!\w)(?:qty|quantity|menge|anzahl|qté|quantité|quantità|cant(?:idad)?|aantal|qtd|quantidade|ilość|ilosc|кол-?во|количество|数量|數量|x|×)\s*[.:=：]?\s*$",
    re.I,
)


_PACK_BEFORE = re.compile(
    r"(?:\bx|×|\bper|\bof|\bà|\bde|\bvon|\bda|\bdi|\bpo|\bby|\bevery|\bje|/|\bpar|\bvan|по|\(|\bbox|\bpack|\bcase|\bklasse|\bgr\.|\bsize|\btype|\btg\.|\bdu|\bligne|\bline|\bmaat|\bnr|\bart)\s*$|-$",
    re.I,
)
_TIMES = re.compile(r"\s*(\S{3,40})(\s+[x×х]\s*)(\d[\d.,]{0,20}\d|\d)(?![.,]?\d)", re.I)
_NO_COUNT = re.compile(r"\s\d{3}(?!\d)|\s?[x×х*]\s?\d|[-/]")  # behind a figure: more of it, or of a size
_BEHIND = re.compile(r"(?:\s[-–—]|[,:;，：；])\s*$")
LABEL_WITHIN = 40  # characters from a word for quantity to its figure
PRICE_WORDS_WITHIN = 24  # characters between a quantity with its unit and the price of one
_LONE_FIGURE = re.compile(rf"(?<![^\W{SCRIPT}])(?<![.,/×'\-])(?:{FIGURE.pattern})")
_FIGURE_OR_WORDS = re.compile(rf"{_LONE_FIGURE.pattern}|(?<!\w)[^\W\d_]+(?:\s+[^\W\d_]+){{0,2}}")
_DASHED = re.compile(r"[-–—]\s+(\S{3,40})")  # "200 - AB-12 ..."; smaller figures may count the items
_GROUPS_OF_THREE = re.compile(r"\d{1,3}(?:\.\d{3})+")
_TIMES_ONLY = re.compile(r"\.?\s?(?:[x×х*@]|po|à|á|a|zu|je|по)\s?")
_CENTS = re.compile(r"[.,]\d{2}$")
_COUNT_LAST = re.compile(r"\s?(?:[:：=]|\s[-–—])\s?(\d{1,5})\s?(?:x|×)?\s*$")
LEAST_DASHED = 10
LONG_NUMBER = 6  # digits of a bare number that is an item's rather than a count
SPELLED_WITHIN = 60  # characters from a word to the number that is looked for behind it
_CLAUSE = re.compile(r"[,;:，；、]|\s(?:and|und|et|ed?|y|en|i|oraz|и|а|a|és|ve|och|og|ja|și|si|sowie|plus)\s")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Mention:
    """A quantity named in a text."""

    value: Decimal
    unit: str | None
    start: int
    end: int


def leading(body: str, style: Style | None) -> Mention | None:
    """A quantity at the start: figure and unit, figure and "x", or a figure before words."""
    match = re.match(rf"\s*({FIGURE.pattern})(\s*[x×]\s|\s+|(?=[^\W\d_]))", body)
    if match and (dashed := _DASHED.match(body, match.end())) and codes.looks_like_code(dashed[1]):
        value = parse(match.group(1), style)
        if value is not None and value >= LEAST_DASHED:
            return Mention(value, None, match.start(), dashed.start(1))
    if match:
        value = parse(match.group(1), style)
        unit, end = unit_after(body, match.end())
        glued = match.group(2) == ""
        times = bool(match.group(2).strip())
        if (
            value is not None
            and (unit or times or (not glued and ("." not in match.group(1) or _thousands(match.group(1), style))))
            and not dates.find(body[: match.end() + 12])
        ) and (unit or times or _plain_word(body[end:])):
            return Mention(value, unit, match.start(), end)
    return _worded(body, at_start=True)


def _thousands(figure: str, style: Style | None) -> bool:
    """Whether the points of a figure part its thousands ("5.000" where the comma is the decimal mark)."""
    return style is Style.COMMA and _GROUPS_OF_THREE.fullmatch(figure) is not None


def _plain_word(rest: str) -> bool:
    return bool(re.match(r"[^\W\d_]{2,}", rest)) and normal(rest.split()[0]) not in months()


def unit_after(body: str, at: int) -> tuple[str | None, int]:
    """The unit just behind a figure, None for none, and where the text goes on behind it."""
    match = re.match(r"\s*((?>[^\W\d_][^\W\d_²³]{0,13})[²³]?|[㎡])(\.?)(?!-\d)", body[at:])
    if match and normal(match.group(1)) in units():
        return match.group(1), at + match.end()
    if match:
        for size in (2, 1):
            if normal(match.group(1)[:size]) in _east_units() and any(
                "\u3040" <= c <= "\u9fff" for c in match.group(1)[:size]
            ):
                return match.group(1)[:size], at + match.start(1) + size
    return None, at


@cache
def _east_units() -> frozenset[str]:
    words = vocabulary()["units"]["zh"]
    assert isinstance(words, list)
    return frozenset(normal(str(w)) for w in words)


def _worded(body: str, at_start: bool) -> Mention | None:
    words = body.split(None, 4)
    if not words or not _opens_number(words[0]):
        return None
    for size in (3, 2, 1):
        name = normal(" ".join(words[:size]))
        if len(words) > size and name in number_words() and not (size == 1 and len(name) < 3):
            end = _end_of_words(body, size)
            unit, after = unit_after(body, end)
            if unit or size > 1 or normal(words[size]) in ("more", "of"):
                return Mention(Decimal(number_words()[name]), unit, 0, after)
    return None


@lru_cache(maxsize=4096)
def _opens_number(word: str) -> bool:
    """Whether a spelled number may begin with this word; one of signs or of one letter tells nothing."""
    first, _, _ = normal(word).partition(" ")
    return len(first) < 2 or first in _opening_words()


@cache
def _opening_words() -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in number_words())


def _end_of_words(body: str, size: int) -> int:
    at = 0
    for _ in range(size):
        match = re.compile(r"\s*\S+").match(body, at)
        at = match.end() if match else at
    return at


def labelled_quantity(body: str, figures: Sequence[Amount], style: Style | None) -> Mention | None:
    """The first figure behind a word for quantity or the sign for times, that of sizes ("5 x 10") aside."""
    for figure in figures:
        before = body[max(0, figure.start - LABEL_WITHIN) : figure.start]
        if _QTY_LABEL.search(before) and not re.search(r"\d\s*[x×]\s*$", before):
            unit, end = unit_after(body, figure.end)
            return Mention(figure.value, unit, figure.start, end)
    return None


def multiplied(body: str, style: Style | None) -> Mention | None:
    """The quantity behind an item number and the sign for times ("AB-1204 x 48 @ 3.50")."""
    match = _TIMES.match(body)
    if match is None or not codes.looks_like_code(match[1], LONG_NUMBER):
        return None
    value = parse(match[3], style)
    unit, end = unit_after(body, match.end())
    rest = body[match.end() : match.end() + 6]
    if value is None or _NO_COUNT.match(rest) or _NO_COUNT.match(body, end) or (unit is None and rest[:1].isalpha()):
        return None
    return Mention(value, unit, match.start(2), end)


def times_price(body: str, figures: Sequence[Amount]) -> Mention | None:
    """The quantity with its unit that is multiplied by a price ("tape, AB-12 - 42 rolls x 6.80")."""
    for figure, following in pairwise(figures):
        unit, end = unit_after(body, figure.end)
        if unit and _TIMES_ONLY.fullmatch(body[end : following.start]) and _CENTS.search(following.figure):
            return Mention(figure.value, unit, figure.start, end)
    return None


def ending(body: str, figures: Sequence[Amount], priced: int | None) -> Mention | None:
    """The quantity that ends a phrase, its price aside, behind a comma, colon or dash ("tape 48 mm x 50 m - 12 rolls").

    Sizes inside the name of the goods stand before it.
    """
    before = figures[:priced] if priced is not None else figures
    if not before or before[-1].currency is not None:
        return None
    unit, end = unit_after(body, before[-1].end)
    if not unit or not _BEHIND.search(body[: before[-1].start]):
        return None
    rest = body[end : figures[priced].start] if priced is not None else body[end:]
    if len(rest) > PRICE_WORDS_WITHIN or (priced is None and rest.strip(" .,;。")):
        return None
    return Mention(before[-1].value, unit, before[-1].start, end)


def counted_last(body: str, style: Style | None) -> Mention | None:
    """The bare count that ends a phrase behind its item number and a colon ("white flour 16 kg (WF16): 12")."""
    match = _COUNT_LAST.search(body)
    value = parse(match[1], style) if match and _coded(body[: match.start()]) else None
    return Mention(value, None, match.start(), len(body)) if match and value is not None else None


def ends_in_bare_count(text: str) -> bool:
    """Whether a row names goods with an item number, and behind a colon nothing but their count."""
    match = _COUNT_LAST.search(text)
    return match is not None and _coded(text[: match.start()])


def _coded(goods: str) -> bool:
    """Whether goods are named in words and with an item number."""
    words = goods.replace("(", " ").replace(")", " ").split()
    return len(words) > 1 and any(codes.looks_like_code(word, LONG_NUMBER) for word in words)


def before_price(body: str, figures: Sequence[Amount], priced: int | None, style: Style | None) -> Mention | None:
    """The last figure with a unit before the price ("P/N SB-10 bag 400 pcs @ SGD 0.25"); a measure may be a size."""
    best = None
    for number, figure in enumerate(figures):
        if priced is not None and number >= priced:
            break
        unit, end = unit_after(body, figure.end)
        if (
            unit
            and not _PACK_BEFORE.search(body[max(0, figure.start - LABEL_WITHIN) : figure.start])
            and figure.currency is None
            and not _inside_brackets(body, figure.start)
            and not (best is not None and measures(unit) and not measures(best.unit))
        ):
            best = Mention(figure.value, unit, figure.start, end)
    return best


def unit_behind(text: str, at: int) -> str | None:
    """The unit just behind a figure."""
    return unit_after(text, at)[0]


def measures(unit: str | None) -> bool:
    """Whether a unit measures rather than counts, as sizes of goods are told in it too."""
    return unit is not None and normal(unit) in word_set("measures")


def _inside_brackets(body: str, at: int) -> bool:
    return body.rfind("(", 0, at) > body.rfind(")", 0, at)


def mentions_in(sentence: str, style: Style | None) -> Iterator[Mention]:
    last_end, behind = -1, -1
    spelled = [word.start() for word in _LETTERS.finditer(sentence) if _opens_number(word[0])]
    for match in (_FIGURE_OR_WORDS if spelled else _LONE_FIGURE).finditer(sentence):
        if match[0][0].isalpha():
            following = bisect_left(spelled, match.start())
            if following == len(spelled) or spelled[following] - match.start() >= SPELLED_WITHIN:
                continue
        text = match.group(0)
        if (
            match.start() < last_end
            or _PACK_BEFORE.search(sentence[: match.start()][-12:])
            or _inside_brackets(sentence, match.start())
        ):
            continue
        if text[0].isdigit() or text[0] in "+-":
            value = parse(text, style)
            unit, end = unit_after(sentence, match.end())
            of = re.match(r"\s+of\s|\s?[x×]\s", sentence[match.end() : match.end() + 5])
            if sentence[end : end + 1] == "/":
                continue  # so many to the box
            if SIGN.match(sentence[max(0, match.start() - 1) :]) and not SIGN.match(sentence, end):
                continue  # the size of the goods in front of it
            if behind >= 0 and measures(unit) and not _CLAUSE.search(sentence, behind, match.start()):
                continue  # a size in the name of the goods
            if value and (unit or of) and not dates.find(sentence[match.start() : match.end() + 14]):
                last_end, behind = end + 12, end
                yield Mention(value, unit, match.start(), end)
        else:
            worded = _word_at(sentence, match.start())
            if worded is not None:
                last_end, behind = worded.end + 12, worded.end
                yield worded


def _word_at(sentence: str, at: int) -> Mention | None:
    """A number word in the sentence, looked for at each of its words by the caller."""
    for word in re.finditer(r"(?<!\w)[^\W\d_]+", sentence[at : at + SPELLED_WITHIN]):
        if not _opens_number(word[0]):
            continue
        start = at + word.start()
        found = _worded(sentence[start : start + 60], at_start=False)
        if found is not None:
            return Mention(found.value, found.unit, start, start + found.end)
    return None
