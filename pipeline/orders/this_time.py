"""Quantities that a sentence orders other than usual, in bare figures: "the cups: 60 this time", "纸杯要80"."""

import re
from collections.abc import Iterator, Sequence

from pipeline.orders import dates
from pipeline.orders.east import SCRIPT, SIGN, signs_by_two
from pipeline.orders.found import Line
from pipeline.orders.labels import normal
from pipeline.orders.money import Amount, amounts
from pipeline.orders.numbers import Style

NEAR = 80  # characters between the words and their figure
LONGEST = 400  # characters of a sentence that is looked into
LEAST = 3  # letters of a word that names goods
_ENDS = re.compile(r"[.!?;]\s+|[。！？；]|\n\s*\n")
_WORDS = re.compile(
    r"(?i)\b(?:this time|diesmal|dieses mal|cette fois(?:-ci)?|questa volta|esta vez|desta vez|dessa vez|tym razem"
    r"|deze keer|ditmaal|(?:на|в) этот раз|tentokr[áa]t|den h[äa]r g[åa]ngen|denne gang"
    r"|tällä kertaa|ezúttal|de data aceasta|bu sefer)\b"
    r"|这次|這次|这回|本次|此次|今回|変更|이번|변경"
    r"|(?<=[\u4e00-\u9fff])(?:要|改为|改成|改為|加到|加至|减到|减至)(?=\s?\d)"
)
_NO_QUANTITY = re.compile(
    r"(?i)\s?(?:%|°|cm|mm|kw\b|h\b|uhr|hours?|days?|weeks?|tage?n?\b|wochen?|jours?|semaines?|giorni|d[íi]as|semanas?|dni"
    r"|tygodni\w*|дн\w+|недел\w+|dagen|weken|天|日|月|号|周|点|小时|일|월|주\b|[/:]\d)"
)
_WORD = re.compile(rf"[{SCRIPT}]{{2,}}|[^\W\d_{SCRIPT}]{{3,}}")


def this_time(text: str, style: Style | None, lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """(what is said, an ordered line of these goods) for each sentence that says what differs from other times."""
    if not _WORDS.search(text):
        return
    known = [(line, list(_names(line.description))) for line in lines]
    for sentence in _ENDS.split(text):
        match = _WORDS.search(sentence) if len(sentence) <= LONGEST else None
        figure = _figure(sentence, match, style) if match else None
        if figure is None:
            continue
        said = set(_names(sentence))
        for line, names in known:
            if any(_alike(ours, theirs) for ours in said for theirs in names):
                yield Line(quantity=figure.value), line


def _figure(sentence: str, words: re.Match[str], style: Style | None) -> Amount | None:
    """The first bare figure behind the words; where there is none, the last in front of them."""
    days = [(day.start, day.end) for day in dates.find(sentence)]
    bare = [
        each
        for each in amounts(sentence, style)
        if each.currency is None
        and each.value > 0
        and not _NO_QUANTITY.match(sentence, each.end)
        and not any(start <= each.start < end for start, end in days)
        and not re.search(r"[\w№#][-/.]?$", re.sub(rf"{SIGN.pattern}$", " ", sentence[: each.start]))
    ]
    behind = [each for each in bare if words.end() <= each.start <= words.end() + NEAR]
    before = [each for each in bare if words.start() - NEAR <= each.end <= words.start()]
    return behind[0] if behind else before[-1] if before else None


def _names(text: str | None) -> Iterator[str]:
    """The words of a text without their endings; of a script without blanks each two signs."""
    for word in _WORD.findall(normal(text or "")):
        if SIGN.match(word):
            yield from signs_by_two(word)
        else:
            yield word


def _alike(ours: str, theirs: str) -> bool:
    """Whether two words are the same but for their endings."""
    if SIGN.match(ours) or min(len(ours), len(theirs)) < LEAST:
        return ours == theirs
    shared = same_beginning(ours, theirs)
    return shared >= LEAST and 3 * shared >= 2 * max(len(ours), len(theirs))


def same_beginning(ours: str, theirs: str) -> int:
    """How many letters two words begin with alike."""
    apart = (at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b)
    return next(apart, min(len(ours), len(theirs)))
