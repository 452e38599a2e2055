"""A sentence cut into its positions: each begins with a count and goes on past its item number or price."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from pipeline.orders import codes, dates, identity, parties
from pipeline.orders.labels import normal, word_set
from pipeline.orders.mentions import unit_behind
from pipeline.orders.money import Amount, amounts
from pipeline.orders.numbers import Style

_ANY_DAY = date(2024, 1, 1)  # what year a day without one lies in does not matter here
LONGEST = 1500  # characters of a sentence
MOST = 400  # figures of a sentence
PRICE_WITHIN = 24  # characters from a price's word to its figure
_PRICED = re.compile(
    r"(?i)(?:@|(?<!\w)(?:à|at|zu|je|für|for|por|per|au|cada|tegen|voor|za|po|po cenie|по|за|цена|cena|price|preis|prix"
    r"|precio|prezzo|prijs|preço|a))\s*[€$£¥]?\s*$"
)
_TOKEN = re.compile(r"[^\s,;()，；（）]{3,40}")
_NO_COUNT = re.compile(
    r"(?i)\s?(?:%|°|[x×х*/:]\s?\d|[-–—]\d|[\"”″]|(?:uhr|h|hrs?|hours?|days?|tage?n?|wochen?|weeks?|jours?|semaines?"
    r"|giorni|d[ií]as|semanas?|dni|tygodni\w*|дн\w+|недел\w+|dagen|weken|dn[íů]|dagar)\b)"
)
_COUNTS = re.compile(r"\s?[^\W\d_]|\s[\"«(]")
_FRACTION = re.compile(r"\d[\d\-/.,]*/\d+")


def counted_phrases(sentence: str, style: Style | None) -> list[str]:
    """The positions, none where an item number stands before the first count: who knows what belongs to what then."""
    if len(sentence) > LONGEST:
        return []
    figures = amounts(sentence, style)[:MOST]
    starts = _starts(sentence, figures)
    if not starts or _has_code(_own(sentence[: starts[0]])):
        return []
    phrases = (sentence[a:b].strip(" ,;:–-") for a, b in pairwise([*starts, len(sentence)]))
    return [phrase for phrase in phrases if not _is_place(phrase)]


def _starts(sentence: str, figures: Sequence[Amount]) -> list[int]:
    """Where counts begin: the first, and each behind the item number or price of the one before."""
    days = [(day.start, day.end) for day in dates.find(sentence, _ANY_DAY)]
    numbers = [number for number, _ in identity.spoken(sentence)]
    starts: list[int] = []
    told, since = True, 0
    for figure in figures:
        told = told or _has_code(sentence[since : figure.start])
        since = max(since, sentence.rfind(" ", since, figure.start))
        if (
            told
            and figure.figure not in numbers
            and not any(a <= figure.start < b for a, b in days)
            and _counts(sentence, figure)
        ):
            starts.append(figure.start)
            told, since = False, figure.start
        else:
            told = told or figure.currency is not None
    return starts


def _is_place(phrase: str) -> bool:
    """Whether a phrase is a street and its number rather than counted goods ("14 Mill Lane, Otley LS21 3NX")."""
    figure = amounts(phrase, None)[0]
    priced = any(each.currency is not None for each in amounts(phrase, None))
    return not priced and unit_behind(phrase, figure.end) is None and parties.postcode_in(phrase) is not None


def _counts(sentence: str, figure: Amount) -> bool:
    """Whether a figure counts what follows: no money, no price, no size, in no brackets."""
    before = sentence[max(0, figure.start - PRICE_WITHIN) : figure.start]
    end = figure.end
    if figure.currency is not None or figure.value <= 0 or _NO_COUNT.match(sentence, end):
        return False
    if sentence.rfind("(", 0, figure.start) > sentence.rfind(")", 0, figure.start) or re.search(r"[\w/.\-×]$", before):
        return False
    unit = unit_behind(sentence, end)
    if unit is None and (figure.value != int(figure.value) or not _COUNTS.match(sentence, end)):
        return False
    return not _PRICED.search(before) or (unit is not None and "," not in figure.figure and "." not in figure.figure)


def _own(head: str) -> str:
    """What stands before the first count, without what a colon leads up to."""
    return head[max(head.rfind(":"), head.rfind("：")) + 1 :]


def _has_code(text: str) -> bool:
    return any(is_item_code(token.strip(".:")) for token in _TOKEN.findall(text))


def is_item_code(token: str) -> bool:
    """Whether a word of a sentence is written like an item number, and is no fraction."""
    if _FRACTION.fullmatch(token) or normal(token) in word_set("measures"):
        return False
    return codes.looks_like_code(token, 5) or codes.may_be_code(token)
