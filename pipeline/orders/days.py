"""The days of an order: by their labels, else in sentences, in the order of day and month the document shows."""

import re
from collections.abc import Sequence
from datetime import date

from maild.domain.problem import Problem
from pipeline.orders import dates, language
from pipeline.orders.context import Context
from pipeline.orders.east import SIGN
from pipeline.orders.found import Draft, Value
from pipeline.orders.labels import field_of, normal
from pipeline.orders.layout import Layout
from pipeline.orders.pairs import Pair
from pipeline.orders.said_days import said_day

NEAR = 30  # characters between an order's number and its day
SHORT = 120  # characters of a row that names one position
BEFORE = 45  # characters between a day and the number it stands in front of
_NO_LONGER = re.compile(
    r"\b(?:not|nicht|niet|non|nie|не|instead of|statt|anstatt|anstelle|au lieu de?|invece d[ei]l?|en lugar de|en vez de"
    r"|em vez de|in plaats van|zamiast|вместо|misto|i stallet for|i stedet for)"
    r"(?: (?:on|by|for|the|am|vom|zum|den|dem|op|le|du|il|del|el|do|dia|dnia|na|w|z|с|до|на))*$"
)
_FROM = re.compile(
    r"\b(?:from|vom|von|du|de|del|dal|da|do|van|z|ze|с|со|från|fra|fran)(?: (?:the|den|dem|dia|dnia|le|el|il))?$"
)
_TO = re.compile(
    r"(?:(?:r|roku|г|года) )?(?:to|auf|zum|au|a|al|ao|para|ad|naar|na|till|til|на)"
    r"(?: (?:the|den|dem|le|el|il|o|dia|dnia))? (?:\d|[^\W\d_]+ \d)"
)
_SENTENCE = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=\d\d))[.!?]\s+(?=[A-ZÀ-ÝА-Я])")
_ANOTHER = re.compile(r"[.!?]\s+[^\W\d_]|[。！？]|\d\s")  # sentence, or day, begins between a number and its day
_ANY_DAY = ("date", "datum", "data", "fecha", "от", "du", "le", "del", "日期", "дата", "din", "van", "dd")


def day_order(layout: Layout, context: Context, country: str | None) -> "dates.DayOrder | None":
    """The order of day and month: as the document shows it, else its mail's day, its customer, its country."""
    found = context.day_order or _shown_order(layout, context) or context.usual_days
    return found or language.day_order_of(country, language.language_of(layout.text))


def _shown_order(layout: Layout, context: Context) -> "dates.DayOrder | None":
    """By days above 12, by the day the mail was sent, which orders are dated with, and by weekdays beside a date."""
    texts = [row.text for row in layout.rows[:3000] if dates.may_show_order(row.text)]
    beside = [(text, day) for text in texts for day in dates.find(text, context.day)]
    days = [day for _, day in beside[:3000]]
    if voted := dates.vote(days):
        return voted
    for day in days:
        if day.swappable and context.day in day.readings and day.year:
            return dates.DayOrder.DAY if day.readings[0] == context.day else dates.DayOrder.MONTH
    for text, day in beside:
        chosen = dates.by_weekday(text, day) if day.swappable else None
        if chosen is not None:
            return dates.DayOrder.DAY if day.readings[0] == chosen else dates.DayOrder.MONTH
    return None


def with_dates(
    draft: Draft, layout: Layout, found: Sequence[Pair], context: Context, order: "dates.DayOrder | None"
) -> Draft:
    open_dates: list[Problem] = []
    for name in ("order_date", "requested_date"):
        values: list[Value] = []
        for pair in found:
            if name not in pair.fields or (name == "order_date" and pair.fields & {"requested_date"}):
                continue
            for text in (pair.value, *pair.block[:2])[: 3 if pair.below else 1]:
                day = next(iter(dates.find(text[:80], context.day)), None)
                if day is None:
                    continue
                chosen = dates.choose(day, order) or dates.by_weekday(text, day)
                if chosen is None:
                    open_dates.append(_undecided(name, day))
                else:
                    values.append(
                        Value(chosen.isoformat(), layout.place(pair.row, text), _date_weight(pair, name), pair.name)
                    )
                break
        draft = draft.with_values(name, *values)
        if not values and open_dates and open_dates[-1].field == name:
            draft = draft.doubt(open_dates[-1])
    return _spoken_dates(draft, layout, context, order)


def _date_weight(pair: Pair, name: str) -> int:
    """Less for labels that only say that a day follows, and for those that may name either day."""
    both = name == "requested_date" and "order_date" in pair.fields
    return pair.weight - (both or (name == "order_date" and pair.name in _ANY_DAY))


def _undecided(name: str, day: dates.Found) -> Problem:
    return Problem(
        "po.date_order", f"{day.text} may be two days", name, tuple(reading.isoformat() for reading in day.readings)
    )


def _spoken_dates(draft: Draft, layout: Layout, context: Context, order: "dates.DayOrder | None") -> Draft:
    """Days in sentences: the one by the PO number is the order's, a later one the delivery's."""
    if draft.best("order_date") and draft.best("requested_date"):
        return draft
    numbers = [value.text for value in draft.values.get("po_number", ())]
    goods = {line.at for line in draft.lines}
    for at, row in enumerate(layout.rows[:400]):
        if row.grid and len(row.cells) > 1:
            continue
        for day in dates.find(row.text, context.day):
            if at in goods and _is_size(row.text, day):
                continue
            chosen = dates.choose(day, order) or dates.by_weekday(row.text, day)
            if chosen is None:
                continue
            near = any(_by_number(row.text, day, number) for number in numbers)
            past = context.day is not None and chosen <= context.day
            value = Value(chosen.isoformat(), layout.place(row, day.text), 1)
            if not draft.best("order_date") and (
                (near and (day.year or past))
                or (day.year and chosen == context.day)
                or ((day.year or SIGN.search(day.text)) and past and _dates(row.text, day, numbers))
            ):
                draft = draft.with_values("order_date", value)
            elif (
                context.mail
                and not draft.best("requested_date")
                and _is_later(chosen, context, draft)
                and not _other_day(row.text, day)
            ):
                draft = draft.with_values("requested_date", value)
    return _with_said_day(draft, layout, context)


def _is_size(text: str, day: dates.Found) -> bool:
    """Whether what looks like a day without a year is a size in the name of goods ("hose 3/8in, 100 m coil")."""
    return not day.year and "/" in day.text and len(text) < SHORT and not _wanted(text[: day.start])


def _with_said_day(draft: Draft, layout: Layout, context: Context) -> Draft:
    """The draft with the day its letter wants the goods on in words ("tomorrow"), where it names no date."""
    if not context.mail or context.day is None or draft.best("requested_date"):
        return draft
    said = {day: row for row in layout.rows[:400] if not row.grid and (day := said_day(row.text, context.day))}
    if len(said) != 1:
        return draft
    [(day, row)] = said.items()
    return draft.with_values("requested_date", Value(day.isoformat(), layout.place(row), 1, "said"))


def _by_number(text: str, day: dates.Found, number: str) -> bool:
    """Whether a day stands just behind the order's number, and no word says that goods are wanted on it."""
    end = text.find(number) + len(number)
    between = text[end : day.start]
    return number in text and 0 <= day.start - end < NEAR and not (_wanted(between) or _ANOTHER.search(between))


def _dates(text: str, day: dates.Found, numbers: Sequence[str]) -> bool:
    """Whether a day in front of the order's number is told of the order: "our order of 20.11.2026, no. 4471"."""
    return any(number in text[day.end : day.end + BEFORE + len(number)] for number in numbers) and not _other_day(
        text, day
    )


def _wanted(text: str) -> bool:
    """Whether the words before a day say that goods are wanted on it."""
    words = text.split()
    return any(field_of(" ".join(words[-size:])) == {"requested_date"} for size in range(1, min(len(words), 4) + 1))


def _is_later(day: date, context: Context, draft: Draft) -> bool:
    ordered = draft.text("order_date")
    start = date.fromisoformat(ordered) if ordered else context.day
    return start is not None and 0 <= (day - start).days < 400 and day.isoformat() != ordered


def _other_day(text: str, day: dates.Found) -> bool:
    """A day that belongs to a quotation, an invoice or a payment, or that another one takes the place of."""
    before = normal(_SENTENCE.split(text[max(0, day.start - 60) : day.start])[-1])
    behind = text[day.end : day.end + 40]
    moved = _FROM.search(before) and _TO.match(normal(behind)) and dates.find(behind, day.readings[0])
    if _NO_LONGER.search(before) or moved:
        return True
    if re.search(
        r"\b(?:week of|week|woche vom|woche|semana del|semana|semaine du|semaine|settimana del|settimana|tydzien"
        r"|tygodniu"
        r"|неделе|неделя)$",
        re.sub(r"\b(?:de|del|du|vom|of|the|do|da)$", "", before).strip(),
    ):
        return True
    return bool(
        re.search(
            r"\b(?:quot\w*|offer\w*|angebot|invoice|rechnung|offre|offerta|oferta|cotiz\w*|valid\w*|last time|oferty"
            r"|счет|кп|rev)\b",
            before,
        )
    )
