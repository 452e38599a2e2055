"""Numbers that a text spells, put into figures: "zwölf Ventile" is "12 Ventile", "half a dozen tubes" "6 tubes"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from pipeline.orders.labels import normal, units, vocabulary, word_set

_ALIKE = {"es": "pt", "pt": "es"}  # short texts of the two are told apart by their numbers only
_EAST_DIGITS = {"一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_EAST_COUNT = re.compile(
    r"(?<![元块塊第每/一二两兩三四五六七八九十百千万萬零〇亿億几幾数數多点點之周週期.])(?!(?<=\d)百)([一二两兩三四五六七八九]?百)?([一二两兩三四五六七八九]?十)?([二两兩三四五六七八九])?"
    r"(?<=[百十二两兩三四五六七八九])(?=([\u4e00-\u9fff]))"
)
MOST_WORDS = 4  # of one spelled number
MOST_PARTS = 6  # numbers that one is put together of
_NO_NUMBER = {"pt": frozenset({"dos"})}  # what a number of the language beside it means in this one
_SCORES = (("soixante", 60), ("soixante et", 60), ("quatre vingt", 80))  # "soixante-quinze", "quatre-vingt-dix"
_JOINTS = frozenset({"and", "und", "et", "e", "y", "en", "och", "og"})  # "two hundred and fifty"
_HALF = re.compile(r"(?i)\s(?:and a half|et demie?|e mezz[oa]|e meia|y medi[oa]|en een half|i pół|с половиной)\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’-](?=[^\W\d_])[^\W\d_]+)*['’]?")
_DOZENS = re.compile(
    r"(?i)(?<![\w.,/-])(\d{1,2}|\w{3,12})\s+(?:dozens?|doz\.?|dutzend|dtzd\.?|douzaines de|dozzine di"
    r"|docenas de|dozijn|d[uú]zias de|tuziny|tuzin[oó]w|дюжины|дюжин|tucty|tuct[uů]|dussin|dusin)\s+(?=([^\W\d_]+))"
)
_FIGURE_BEFORE = re.compile(r"(?<![\w-])\d[\d.,]*\s*$")  # "2 hundred"
_EACH = re.compile(
    r"(?i)\b(?:each|ea|apiece|pro stück|das stück|pi[eè]ce|l['’]uno|l['’]una|al pezzo|cada|la unidad|per stuk|za sztukę"
    r"|za szt|за штуку|за шт|za kus)\b"
)


def in_figures(text: str, language: str | None) -> str:
    """The text with its spelled numbers above one as figures, of its own language only; one itself before a unit."""
    if language == "zh":
        return _EAST_COUNT.sub(_east_figure, text)
    for each in (language, _ALIKE.get(language or "")):
        told = _in_figures(text, each, _NO_NUMBER.get(language or "", frozenset())) if each else text
        if told != text:
            return told
    return text


def _in_figures(text: str, language: str, others: frozenset[str]) -> str:
    openings = _openings_of(language) - others
    words = list(_WORD.finditer(text)) if openings else []
    if any(normal(word[0]).partition(" ")[0] in openings for word in words):
        known = _numbers_of(language)
        text = "".join(_pieces(text, words, {name: known[name] for name in known if name not in others}))
    return _DOZENS.sub(lambda found: _dozens(found, text), text)


def _pieces(text: str, words: list[re.Match[str]], known: Mapping[str, str]) -> Iterator[str]:
    at, number = 0, 0
    while number < len(words):
        size, figure = _whole_at(text, words, number, known)
        if figure:
            yield text[at : words[number].start()]
            yield figure
            at = words[number + size - 1].end()
            if text[at - 1] in "'’":
                yield " "
        number += max(size, 1)
    yield text[at:]


def _whole_at(text: str, words: list[re.Match[str]], first: int, known: Mapping[str, str]) -> tuple[int, str]:
    """How many words one number takes with all that belongs to it ("two hundred and fifty"), and its figure.

    No figure where its parts make no number: then nobody is to take the last of them for the whole.
    """
    size, figure = _number_at(text, words, first, known)
    figures, end = [figure], first + size
    while size and len(figures) < MOST_PARTS:
        following = end + 1 if end < len(words) and _is_scale(figures[-1]) and _joins(text, words, end) else end
        more, figure = _number_at(text, words, following, known)
        if not more or _apart(text, words[end - 1 : following + 1]):
            break
        figures.append(figure)
        end = following + more
    begin = words[first].start()
    multiplied = _is_scale(figures[0]) and _FIGURE_BEFORE.search(text[max(0, begin - 12) : begin])
    if not size or multiplied or _HALF.match(text, words[end - 1].end()):
        return end - first, ""
    if len(figures) > 1:
        return end - first, _sum_of(figures)
    alone = figures[0] == "1000" and normal(words[end][0]) not in units()  # "mille mercis"
    return size, "" if alone else figures[0]


def _is_scale(figure: str) -> bool:
    """Whether smaller numbers may follow a number in the same one."""
    return len(figure) in (3, 4) and figure.endswith("00")


def _joins(text: str, words: list[re.Match[str]], at: int) -> bool:
    return normal(words[at][0]) in _JOINTS and not _apart(text, words[at - 1 : at + 1])


def _sum_of(figures: Sequence[str]) -> str:
    """The number that hundreds, tens and ones make in this order, "" where they make none."""
    thousands, own = 0, 0
    for value in (int(figure) if figure.isdecimal() else 0 for figure in figures):
        if value == 1000 and not thousands:
            thousands, own = 1000 * (own or 1), 0
        elif value == 100 and own < 100:
            own = 100 * (own or 1)  # "fifteen hundred"
        elif 0 < value < 1000 and (not own or (own % 100 == 0 and value < 100) or (_is_tens(own) and value < 10)):
            own += value
        else:
            return ""
    return str(thousands + own)


def _is_tens(value: int) -> bool:
    return value % 100 >= 20 and value % 10 == 0


def _number_at(text: str, words: list[re.Match[str]], first: int, known: Mapping[str, str]) -> tuple[int, str]:
    """How many words spell a number here and its figure; none where they stand apart or nothing is counted.

    One is a number where it opens an item of a list, or a unit or scale follows; elsewhere it is an article.
    """
    for size in range(min(MOST_WORDS, len(words) - first - 1), 0, -1):
        own = words[first : first + size]
        name = normal(text[own[0].start() : own[-1].end()])
        figure = known.get(name)
        if figure is None or _apart(text, words[first : first + size + 1]):
            continue
        before = text[: own[0].start()].strip()
        opens = before != "" and not any(map(str.isalpha, before))
        behind = normal(words[first + size][0])
        if figure == "1" and not opens and behind not in units() and not _is_scale(known.get(behind, "")):
            continue
        return size, figure
    return 0, ""


def _apart(text: str, words: list[re.Match[str]]) -> bool:
    """Whether more than a blank stands between two of these words."""
    return any(text[one.end() : two.start()].strip() for one, two in pairwise(words))


def _dozens(found: re.Match[str], text: str) -> str:
    """A counted dozen in pieces, where the goods have a unit of their own or the price is of one piece."""
    counted = found[1].isdecimal() and (
        normal(found[2]) in units() or _EACH.search(text, found.end(), found.end() + 80) is not None
    )
    return f"{12 * int(found[1])} " if counted else found[0]


def _east_figure(found: re.Match[str]) -> str:
    """The figure of a Chinese number in front of a counted unit, apart from the item number before it."""
    if found[4] not in _east_units():
        return found[0]
    hundreds, tens = (_EAST_DIGITS.get((part or "")[:1], 1 if part else 0) for part in (found[1], found[2]))
    return f" {100 * hundreds + 10 * tens + _EAST_DIGITS.get(found[3] or '', 0)}"


@cache
def _east_units() -> frozenset[str]:
    words = vocabulary()["units"]["zh"]
    assert isinstance(words, list)
    return frozenset(str(word) for word in words if len(str(word)) == 1) - word_set("measures") - set("元円件层層")


@cache
def _numbers_of(language: str) -> Mapping[str, str]:
    """The spelled numbers of a language to their figures, compounds with them."""
    base: dict[str, str] = {}
    for section in ("number_words", "spelled_numbers"):
        words = vocabulary()[section].get(language, {})
        assert isinstance(words, dict)
        base.update({normal(str(word)): str(figure) for word, figure in words.items()})
    joint = vocabulary()["number_joints"].get(language)
    tens = {word: figure for word, figure in base.items() if figure.isdigit() and int(figure) in range(20, 100, 10)}
    ones = {word: figure for word, figure in base.items() if figure.isdigit() and int(figure) < 10}
    made = {
        normal(str(joint).format(ten=ten, one=one)): str(int(tens[ten]) + int(ones[one]))
        for ten in tens
        for one in ones
        if joint and "dozen" not in ten
    }
    teens = {word: figure for word, figure in base.items() if figure.isdigit() and 10 <= int(figure) < 20}
    made |= {
        normal(f"{score} {word}"): str(begun + int(figure))
        for score, begun in (_SCORES if language == "fr" else ())
        for word, figure in (ones | teens).items()
        if "d" not in word.split()[-1:] and "de" not in word.split()
    }
    return made | base


@cache
def _openings_of(language: str) -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in _numbers_of(language))
