"""Calendar days as people print them, and the order of day and month a document uses.

Nothing is guessed: "10/02/2021" has two readings until the document, its country or its mail tells which.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from pipeline.orders.day_words import leading_words, months, named_by, weekdays
from pipeline.orders.labels import CACHED, normal, units

YEARS = range(1980, 2100)
_SEP = r"\s?[./\-]\s?"
_ISO = re.compile(r"(?<![\d.])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_EAST = re.compile(r"(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]")
_NUMERIC = re.compile(r"(?<![\d.,/\-])(\d{1,2})(\s?[./\-]\s?)(\d{1,2})\2(\d{4}|\d{2})(?![\d/]|[.,]\d)")
_SHORT = re.compile(
    r"(?<![\d.,/\-\w])(\d{1,2})([./])(\d{1,2})(?:\.|(?![\d/]|[.,]\d))(?!\d)"
    r"(?!\s?(?:%|[\"”″]|'')|\s?(?:inch|zoll|pouces?|pulg|дюйма?|BSP|NPT)\b)"
)
_DAY_WORD = re.compile(
    r"(?<![\d.,])(\d{1,2})(?:\.|st|nd|rd|th|er|º|ª|°)?[\s\-/,]{0,3}(?:de |of |d')?([^\W\d_]{3,12})\.?"
    r"[\s\-/,.']{0,3}(?:de |del )?(\d{4}|\d{2}(?![\d:h]))?(?!\d)"
)
_WORD_DAY = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{3,12})\.?\s{0,2}-?(\d{1,2})(?:st|nd|rd|th)?(?:\s?,\s?|\s|-)(\d{4}|\d{2}(?![\d:.,]))?(?![\d/])"
)
_YEAR_WORD_DAY = re.compile(r"(?<!\d)(\d{4})\.?\s{1,2}(?:de\s)?([^\W\d_]{3,14})\.?\s{1,2}(\d{1,2})(?![\d:/])")
_WEEKDAY_DAY = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{2,12})(?:-feira)?\.?,?\s(?:the |den |le |el |il |dia |dnia )?(\d{1,2})(?:\.|st|nd|rd|th)?"
    r"(?![\d:/hx]|[.,]\d|\s?(?:h|uhr|Uhr|am|pm|heures)\b)"
)
# "3.XII.2026"
_ROMAN = re.compile(r"(?<![\d.,/])(\d{1,2})\s?[. ]\s?(X?(?:IX|IV|V?I{1,3}|V)|X)\s?[. ]\s?(20\d\d)(?!\d)")
_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_ORDINAL = re.compile(r"(\d(?<!\d.)\d?)(?:st|nd|rd|th)\b")
_COMPACT = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_DIGIT = re.compile(r"\d")
_TWO_MARKS = re.compile(r"\d\s?[./\-]\s?\d{1,2}\s?[./\-]\s?\d")
_DOTTED = re.compile(r"\d\.\d\d?(?!\d)")
_MONEY = re.compile(r"(?i)\s?(?:[€$£¥]|zł|zl|eur|usd|pln|czk|sek|dkk|nok|huf|ron|kč|kr|lei|ft|tl|руб|грн)")
WORD_BEFORE = 16  # characters in which the word beside a day is looked for
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class DayOrder(StrEnum):
    """Which comes first in 03/04/2026."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Found:
    """A day in a text: its readings (one, or two where day and month may be swapped), whether the year was printed."""

    readings: tuple[date, ...]
    start: int
    end: int
    text: str
    swappable: bool = False
    year: bool = True


def find(text: str, anchor: date | None = None) -> list[Found]:
    """All days of a text, in order; days without a year are placed near ``anchor`` and left out without one."""
    return list(_days_short(text, anchor) if len(text) <= CACHED else _days(text[:4000], anchor))


@lru_cache(maxsize=4096)
def _days_short(text: str, anchor: date | None) -> list[Found]:
    return _days(text, anchor)


def _days(text: str, anchor: date | None) -> list[Found]:
    found: list[Found] = []
    for pattern, read in _readers(text, anchor):
        for match in pattern.finditer(text):
            if any(f.start < match.end() and match.start() < f.end for f in found):
                continue
            day = read(match, anchor)
            if day is not None:
                found.append(day)
    return sorted(found, key=lambda f: f.start)


def may_be_day(figure: str) -> bool:
    """Whether a day can stand in a figure: it has two marks, or eight digits and one."""
    return len(figure) > 8 or figure.count(".") > 1


def may_show_order(text: str) -> bool:
    """Whether a day of which the order of day and month could be told, or is open, can stand in a text."""
    return "/" in text or _TWO_MARKS.search(text) is not None


def vote(found: Iterable[Found]) -> DayOrder | None:
    """The order that days with a number above 12 show; None where none shows it, or they disagree."""
    day = month = False
    for each in found:
        match = _NUMERIC.fullmatch(each.text)
        if match and not each.swappable and match[1] != match[3]:
            day = day or int(match[1]) > 12
            month = month or int(match[3]) > 12
    return None if day == month else (DayOrder.DAY if day else DayOrder.MONTH)


def choose(found: Found, order: DayOrder | None) -> date | None:
    """The one day meant; None where the order of day and month is needed and unknown."""
    if not found.swappable:
        return found.readings[0]
    if order is None:
        return None
    return found.readings[0] if order is DayOrder.DAY else found.readings[1]


def compact(text: str) -> date | None:
    """A day of eight digits (CCYYMMDD), or six (YYMMDD), as EDI writes them."""
    digits = text.strip()[:8] if len(text.strip()) >= 8 else text.strip()
    if not digits.isdigit() or len(digits) not in (6, 8):
        return None
    if len(digits) == 6:
        digits = ("20" if int(digits[:2]) < 80 else "19") + digits
    return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def by_weekday(text: str, found: Found) -> date | None:
    """The reading whose weekday stands just before or after it in the text."""
    near = normal(text[max(0, found.start - 14) : found.start] + " " + text[found.end : found.end + 12]).split()
    named = {weekdays()[word] for word in near if word in weekdays()}
    fitting = [day for day in found.readings if day.weekday() in named]
    return fitting[0] if len(fitting) == 1 else None


def _read_iso(match: re.Match[str], anchor: date | None) -> Found | None:
    return _found(match, _day(int(match[1]), int(match[2]), int(match[3])))


def _read_east(match: re.Match[str], anchor: date | None) -> Found | None:
    if match[1]:
        return _found(match, _day(int(match[1]), int(match[2]), int(match[3])))
    return _found(match, _near(int(match[2]), int(match[3]), anchor), year=False)


def _read_numeric(match: re.Match[str], anchor: date | None) -> Found | None:
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if "." in match[2]:
        return _found(match, day_first)
    if day_first and month_first and day_first != month_first:
        return Found((day_first, month_first), match.start(), match.end(), match[0], swappable=True)
    return _found(match, day_first or month_first)


def _read_short(match: re.Match[str], anchor: date | None) -> Found | None:
    first, second = int(match[1]), int(match[3])
    if match[2] == ".":
        told = match[0].endswith(".") or _wanted_by(match)
        return _found(match, _near(second, first, anchor), year=False) if told else None
    if match.string[match.end() : match.end() + 1] in (",", ".") and not _wanted_by(match):
        return None
    day_first, month_first = _near(second, first, anchor), _near(first, second, anchor)
    if day_first and month_first and day_first != month_first:
        return Found((day_first, month_first), match.start(), match.end(), match[0], swappable=True, year=False)
    return _found(match, day_first or month_first, year=False)


def _wanted_by(match: re.Match[str]) -> bool:
    """Whether "26.11" follows a weekday or a word like "until", and counts or costs nothing."""
    before = normal(match.string[max(0, match.start() - WORD_BEFORE) : match.start()]).split()[-1:]
    if not before or not (before[0] in weekdays() or before[0] in leading_words()):
        return False
    behind = match.string[match.end() : match.end() + WORD_BEFORE]
    unit = normal(behind).split()[:1] if behind[:1] not in ",;:)" else []
    return not ((unit and unit[0] in units()) or _MONEY.match(behind))


def _read_day_word(match: re.Match[str], anchor: date | None) -> Found | None:
    return _named(match, match[2], match[1], match[3], anchor)


def _read_word_day(match: re.Match[str], anchor: date | None) -> Found | None:
    return _named(match, match[1], match[2], match[3], anchor)


def _read_year_word_day(match: re.Match[str], anchor: date | None) -> Found | None:
    """ "2026. november 20.": the year first, as in Hungarian."""
    return _named(match, match[2], match[3], match[1], anchor)


def _read_ordinal(match: re.Match[str], anchor: date | None) -> Found | None:
    if anchor is None:
        return None
    for ahead in range(45):
        day = anchor + timedelta(days=ahead)
        if day.day == int(match[1]):
            return _found(match, day, year=False)
    return None


def _read_weekday_day(match: re.Match[str], anchor: date | None) -> Found | None:
    """ "Wednesday 18": the next 18th, where it is a Wednesday."""
    wanted = weekdays().get(normal(match[1]))
    if anchor is None or wanted is None:
        return None
    for ahead in range(60):
        day = anchor + timedelta(days=ahead)
        if day.day == int(match[2]) and day.weekday() == wanted:
            return _found(match, day, year=False)
    return None


def _read_roman(match: re.Match[str], anchor: date | None) -> Found | None:
    month = _MONTHS.index(match[2]) + 1 if match[2] in _MONTHS else 0
    return _found(match, _day(int(match[3]), month, int(match[1])))


def _read_compact(match: re.Match[str], anchor: date | None) -> Found | None:
    return _found(match, _day(int(match[1]), int(match[2]), int(match[3])))


def _named(match: re.Match[str], word: str, day: str, year: str | None, anchor: date | None) -> Found | None:
    month = months().get(normal(word))
    if month is None:
        return None
    if year:
        return _found(match, _day(_year(year), month, int(day)))
    return _found(match, _near(month, int(day), anchor), year=False)


Reader = tuple[re.Pattern[str], Callable[[re.Match[str], date | None], Found | None]]


def _readers(text: str, anchor: date | None) -> Iterator[Reader]:
    """The ways of writing a day that may occur in a text at all, the surest first: most texts have none."""
    if not _DIGIT.search(text):
        return
    marked = _TWO_MARKS.search(text) is not None
    if marked:
        yield _ISO, _read_iso
    if not text.isascii():
        yield _EAST, _read_east
    if marked:
        yield _NUMERIC, _read_numeric
    if "20" in text and ("I" in text or "V" in text or "X" in text):
        yield _ROMAN, _read_roman
    named = {kind for word in _LETTERS.findall(text) for kind in named_by(word)}
    if "month" in named:
        yield _YEAR_WORD_DAY, _read_year_word_day
        yield _WORD_DAY, _read_word_day
        yield _DAY_WORD, _read_day_word
    if "20" in text:
        yield _COMPACT, _read_compact
    if anchor is None:
        return
    if "/" in text or _DOTTED.search(text):
        yield _SHORT, _read_short
    if "weekday" in named:
        yield _WEEKDAY_DAY, _read_weekday_day
    yield _ORDINAL, _read_ordinal


def _found(match: re.Match[str], day: date | None, year: bool = True) -> Found | None:
    return None if day is None else Found((day,), match.start(), match.end(), match[0], year=year)


def _near(month: int, day: int, anchor: date | None) -> date | None:
    """The day of that month nearest to the anchor, rather after it than before."""
    if anchor is None:
        return None
    days = [d for y in (anchor.year - 1, anchor.year, anchor.year + 1) if (d := _day(y, month, day))]
    return min(days, key=lambda d: (d - anchor).days if d >= anchor else (anchor - d).days * 3, default=None)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else (2000 if int(text) < 80 else 1900) + int(text)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None
