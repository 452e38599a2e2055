"""The PO number: every candidate with its label, and where two of them disagree."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from pipeline.orders.composed import is_yours
from pipeline.orders.found import Value
from pipeline.orders.glance import CACHED, NUMBERS, may_label
from pipeline.orders.labels import fields, normal, units, word_set
from pipeline.orders.layout import Layout, Row
from pipeline.orders.numbered import ANNOUNCED, LEAST, announced, ends_sentence, in_street, stays
from pipeline.orders.order_number import NO_PREFIX, normal_number, number_in
from pipeline.orders.pairs import Pair
from pipeline.orders.titled_number import under_title
from pipeline.orders.titles import MAX_TITLE, by_title

_CONTRACT = re.compile(
    r"(?i)(?:blanket|framework|frame|outline|master)\s*(?:/\s*\w+\s*)?$"
)  # its number is none of the order
HOUSE = 4  # characters that a house number has at most
OPENING_ROWS = 60  # in which a number without a label of its own is looked for
_NUMBER_WORDS = frozenset({"no", "nr", "num", "number", "numer", "nummer", "numero", "n", "номер"})
_PAPER = frozenset({"order", "auftrag", "unser auftrag", "bc", "oc"})  # in a sentence they say little
_EAST_KERNELS = ("采购订单", "订单", "采购单", "订购单", "单号", "採購單", "訂單", "訂購單", "單號", "采购合同")
_ELIDED = re.compile(r"(?i)(?<!\w)(?:dell|all|nell|sull|l|d)['’](?=[^\W\d_])")  # "l'ordine", "d'achat"
_COUNTER = re.compile(r"\s*\d{1,2}\)\s")  # "our orders:" over "1) order K-501"
_SHORT_NUMBER = re.compile(r"\d{2,3}")
_ENUMERATED = re.compile(r"^\s*(?:\(?(?:\d{1,2}|[a-z])[.):]|[-•*–])\s*")
_REPLACED = re.compile(
    r"(?i)(?:replac\w+|supersed\w+|instead of|previous|earlier|old|last|ersetzt|statt|alte|bisherige|remplace"
    r"|sostituisce|vecchi\w|sustituye|anterior|reemplaza|vervangt|vorige|"
    r"substitui|zast[eę]puje|poprzedni\w*|взамен|предыдущ\w+|прошл\w+|取代|替代|原|unchanged|sigue igual|unverändert)"
    r"\W+(?:\w+\W+){0,4}$"
)


def candidates(layout: Layout, found: Iterable[Pair]) -> list[Value]:
    """All numbers that stand by a PO label, heaviest first: its own field 3, below it 2, in a sentence 1."""
    values: list[Value] = []
    for pair in found:
        if "po_number" not in pair.fields or _COUNTER.match(pair.value):
            continue
        number = number_in(pair.value)
        if number and not (pair.name in word_set("weak_labels") and pair.weight < 3):
            if _is_weak(pair.name) and len(number) < (2 if pair.value.strip() == number else 4):
                continue
            weight = max(pair.weight - 1, 1) if _is_weak(pair.name) else pair.weight
            values.append(Value(number, layout.place(pair.row, pair.value), weight, pair.name))
    values += by_title(layout)
    values += under_title(layout)
    for row in layout.levels:
        values += [Value(number, layout.place(row), _spoken_weight(name), name) for number, name in spoken(row.text)]
    if not values:
        for row in layout.levels[:OPENING_ROWS]:
            found_here = ((number_in(text, numbered=True), name) for text, name in announced(row.text))
            values += [Value(number, layout.place(row), 1, ANNOUNCED) for number, _ in found_here if number]
    merged: dict[str, Value] = {}
    for value in values:
        kept = merged.get(normal_number(value.text))
        if kept is None or value.weight > kept.weight:
            merged[normal_number(value.text)] = value
    return sorted(merged.values(), key=lambda v: -v.weight)


def of_subject(subject: str) -> tuple[tuple[str, str], ...]:
    """(number, label) of PO numbers in a subject; a short one where it says nothing else ("order 88")."""
    label, _, number = subject.strip().rpartition(" ")
    known = word_set("titles") | word_set("weak_labels")
    if _SHORT_NUMBER.fullmatch(number) and normal(label) in known and normal(label) not in _NUMBER_WORDS:
        return ((number, normal(label)),)
    return spoken(subject)


def _spoken_weight(name: str) -> int:
    return int(name not in _PAPER and not name.startswith("your "))


def spoken(text: str) -> tuple[tuple[str, str], ...]:
    """(number, label) of PO numbers in running text."""
    if not may_label(text, NUMBERS):
        return ()
    return _spoken_short(text) if len(text) <= CACHED else tuple(_spoken(text[:3000]))


@lru_cache(maxsize=2048)
def _spoken_short(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_spoken(text))


def _spoken(text: str) -> Iterator[tuple[str, str]]:
    if not text.isascii():
        yield from _spoken_east(text)
    words = _ELIDED.sub("", text).split()
    at = 0
    while at < len(words):
        size, name = _label_at(words, at)
        if not size:
            at += 1
            continue
        follow = at + size
        if (
            words[follow - 1][-1:] in ".!?"
            and len(words[follow - 1]) > 4
            and normal(words[follow - 1]) not in word_set("fillers") | word_set("abbreviations")
            and not normal(words[follow - 1]).endswith(("nr", "no", "num"))
        ):
            at += size
            continue
        while follow < len(words) and follow < at + size + 3 and normal(words[follow]) in word_set("fillers") | {""}:
            follow += 1
        number = number_in(
            " ".join(words[follow : follow + (4 if words[follow + 1 : follow + 2] in (["-"], ["–"]) else 2)]),
            numbered=_says_number(words[at:follow]),
        )
        if number and size == 1 and _is_prefix(words, at):
            number = f"{words[at]} {number}"
        if number and (
            (_is_weak(name) and _is_count(words, follow, number, name)) or _is_preposition(words, at, number)
        ):
            number = None
        if number and ((len(number) <= HOUSE and in_street(words, at)) or stays(words[follow + number.count(" ") :])):
            number = None
        if (
            number
            and not _CONTRACT.search(" ".join(words[max(0, at - 4) : at]) + " ")
            and not _REPLACED.search(" ".join(words[max(0, at - 6) : at]) + " ")
        ):
            yield number, f"your {name}" if at and is_yours(normal(words[at - 1])) else name
        at = max(follow + (number or "").count(" "), at + 1)


def _says_number(words: Sequence[str]) -> bool:
    """Whether a label ends in the word for number, so that even what looks like a day is one ("nr 3/05/2026")."""
    return bool(words) and normal(words[-1]).split(" ")[-1] in _NUMBER_WORDS


def _is_prefix(words: Sequence[str], at: int) -> bool:
    """Whether capitals behind a label of their own belong to the number ("Número: OC 55.201")."""
    labelled = at > 0 and words[at - 1].endswith(":") and normal(words[at - 1]) in _NUMBER_WORDS
    return labelled and words[at].isalpha() and words[at].isupper() and words[at] not in NO_PREFIX


def _is_count(words: Sequence[str], at: int, number: str, name: str) -> bool:
    """Whether the figure behind a word that only names the paper is too short for its number, or counts something."""
    unit = normal(words[at + 1]) if at + 1 < len(words) and not ends_sentence(words[at]) else ""
    if len(number) == LEAST and (name not in word_set("ordering_verbs") or at == 1):
        return not (at + 1 == len(words) or ends_sentence(words[at]))
    return len(number) < 4 or (number.isdigit() and (unit in units() or unit == "x"))


def _is_preposition(words: Sequence[str], at: int, number: str) -> bool:
    """Whether "po" is the Slavic word for "each" or "at": "po 50 szt.", "po 12 zł"."""
    if words[at] != "po" or words[at + 1 : at + 2] != [number] or not number.isdigit():
        return False
    unit = normal(words[at + 2]) if at + 2 < len(words) else ""
    return len(number) < 4 or unit in units() or unit in ("zl", "pln", "eur", "usd", "netto")


def _spoken_east(text: str) -> Iterator[tuple[str, str]]:
    """In scripts without blanks a label stands anywhere in its sentence."""
    for match in _east_labels().finditer(text):
        number = number_in(match.group(2))
        if number:
            yield number, match.group(1)


@cache
def _east_labels() -> re.Pattern[str]:
    names = [name for name, kinds in fields().items() if "po_number" in kinds and re.match(r"[\u3040-\u9fff]{2}", name)]
    labels = "|".join(sorted((re.escape(name) for name in (*names, *_EAST_KERNELS)), key=len, reverse=True))
    return re.compile(
        rf"({labels}|(?<=[\u3040-\u9fff])PO)\s?(?:号码?|编号|編號|號|[一二三四五六七八九十](?=[:：]))?\s?[:：为是#]?\s?([A-Za-z0-9][\w./-]{{2,30}})",
        re.A,
    )


def numbers_rows(rows: Iterable[Row]) -> list[tuple[int, str]]:
    """(row index, number) of the rows that open an order: a PO label in them, else a title with its number.

    Rows that go on behind the number ("2) Order K-502 - shop in Mill Lane") tell orders apart where all begin alike.
    """
    found: list[tuple[int, str]] = []
    titles: list[tuple[int, str]] = []
    heads: list[tuple[int, str, str]] = []
    for at, row in enumerate(rows):
        spoken_here = spoken(row.text)
        hits = [number for number, name in spoken_here if not (_is_weak(name) or name.startswith("your "))]
        if hits:
            found.append((at, hits[0]))
        elif spoken_here and normal(_ENUMERATED.sub("", row.text[:MAX_TITLE])).startswith(spoken_here[0][1]):
            number, name = spoken_here[0]
            if len(row.text) <= MAX_TITLE:
                titles.append((at, number))
            heads.append((at, number, name))
    alike = len({name for _, _, name in heads}) == 1 and len({number for _, number, _ in heads}) == len(heads) > 1
    return found or ([(at, number) for at, number, _ in heads] if alike else titles)


def _is_weak(name: str) -> bool:
    """A label that only names the kind of paper, not its number."""
    return name in word_set("weak_labels") or name in word_set("titles")


@cache
def _first_words() -> frozenset[str]:
    """The words PO labels begin with, so that other words cost nothing."""
    return frozenset(name.split()[0] for name, kinds in fields().items() if "po_number" in kinds)


def _label_at(words: list[str], at: int) -> tuple[int, str]:
    known = fields()
    first = normal(words[at]).split()[:1]
    if not first or (len(first[0]) > 1 and first[0] not in _first_words()):
        return 0, ""
    for size in range(min(6, len(words) - at), 0, -1):
        name = normal(" ".join(words[at : at + size]))
        if name == "po" and at + 1 < len(words) and normal(words[at + 1]) == "box":
            return 0, ""
        if words[at + size - 1].endswith(","):
            continue  # a street: "Via Po, 112"
        if name and "po_number" in known.get(name, frozenset()) and "other" not in known.get(name, frozenset()):
            return size, name
    return 0, ""
