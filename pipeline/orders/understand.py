"""A laid-out document into drafts of orders: fields by their labels, lines by arithmetic, several orders apart."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from maild.domain.order import OrderType, Party
from maild.domain.problem import Problem
from pipeline.orders import dates, identity, language, money, parties, totals
from pipeline.orders.crosscheck import contradictions
from pipeline.orders.found import Draft, Line, Value
from pipeline.orders.labels import field_of, normal, says, vocabulary
from pipeline.orders.layout import Layout, Row
from pipeline.orders.lines import MAX_LINES, line_sum, read_lines
from pipeline.orders.numbers import FIGURE, Style, open_figure, vote
from pipeline.orders.pairs import Pair, pairs

_TEXT_FIELDS = (
    "ship_method",
    "freight_terms",
    "freight_account",
    "payment_terms",
    "contact",
    "notes",
    "end_user",
    "revision",
)


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a document: the mail's subject, who wrote it, when; ``mail`` is True for a mail's own text, ``answer`` where its subject
    is that of an earlier mail."""

    subject: str = ""
    author: str = ""
    day: date | None = None
    mail: bool = False
    answer: bool = False
    depth: int = 0
    style: Style | None = None
    day_order: dates.DayOrder | None = None


def understand(layout: Layout, context: Context) -> list[Draft]:
    """The orders of one document; one draft without lines where it holds no order or hides it."""
    parts = _sections(layout)
    drafts = [_draft(part, context) for part in parts]
    if len(parts) > 1:
        filled = [draft for draft in drafts if draft.lines]
        if len(filled) >= 2:
            whole = _draft(layout, replace(context, subject=""), with_lines=False)
            return [_lend(draft, whole) for draft in filled]
        return [_draft(layout, context)]
    return drafts


def _draft(layout: Layout, context: Context, with_lines: bool = True) -> Draft:
    text = layout.text
    found = pairs(layout)
    country = parties.country_of(text)
    days = _all_days(layout, context)
    order = context.day_order or dates.vote(days) or _order_by_day(days, layout, context)
    order = order or language.day_order_of(country, language.language_of(text))
    style = context.style or vote(_figures(text))
    best = _styled(layout, style, order, with_lines)
    style, lines, sums, way = best
    draft = Draft(layout.format, lines=lines[:MAX_LINES], way=way)
    draft = draft.with_values("po_number", *identity.candidates(layout, found), *_from_subject(context))
    draft = _with_dates(draft, layout, found, context, order)
    draft = _with_sums(draft, layout, sums, lines)
    draft = _with_parties(draft, layout, found, context)
    draft = _with_texts(draft, layout, found)
    draft = _with_currency(draft, layout, found, country)
    draft = replace(draft, **_type(layout, context, draft))  # type: ignore[arg-type]
    if context.mail:
        draft = draft.doubt(*contradictions(layout, lines, style))
    if style is None and any(open_figure(f) for f in _figures(text)):
        draft = draft.doubt(Problem("po.number_style", "1.234 may be read two ways and nothing decides", "lines"))
    if len(lines) > MAX_LINES:
        draft = draft.doubt(Problem("po.too_many_lines", f"more than {MAX_LINES} lines", "lines"))
    return draft


def _styled(
    layout: Layout, style: Style | None, order: "dates.DayOrder | None", with_lines: bool
) -> tuple[Style | None, tuple[Line, ...], list[totals.Stated], str]:
    """Lines and sums under the document's style; where it tells none, under the one that proves more."""
    tries = []
    for each in (style,) if style else (Style.POINT, Style.COMMA):
        stated = totals.stated(layout, each)
        figures = [s.figure for s in stated if s.kinds & {"total", "subtotal"}]
        reading = read_lines(layout, each, order, figures) if with_lines else None
        found = (reading.score, each, reading.lines, stated, reading.way) if reading else (0.0, each, (), stated, "")
        tries.append(found)
    best = max(tries, key=lambda t: t[0])
    undecided = len(tries) > 1 and tries[0][0] == tries[1][0]
    return (None if undecided else best[1]), best[2], best[3], best[4]


def _figures(text: str) -> list[str]:
    """Figures that are no dates, codes or sizes."""
    kept = []
    for match in FIGURE.finditer(text[:200_000]):
        around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
        if (
            not re.search(r"[\w/\-×]", around.replace("€", "").replace("$", ""))
            and match.group(0).count(".") + match.group(0).count(",") >= 1
        ):
            if not dates.find(match.group(0)):
                kept.append(match.group(0))
    return kept[:5000]


def _sections(layout: Layout) -> list[Layout]:
    """The document cut where a new PO number opens a new order; the head before the first goes with the first."""
    opened: list[tuple[int, str]] = []
    for at, number in identity.numbers_rows(layout.rows):
        if not opened or identity.normal_number(opened[-1][1]) != identity.normal_number(number):
            opened.append((at, number))
    numbers = [identity.normal_number(number) for _, number in opened]
    if len(set(numbers)) < 2 or len(opened) > 200 or len(set(numbers)) != len(numbers):
        return [layout]
    cuts = [_section_start(layout.rows, at) for at, _ in opened[1:]]
    bounds = [0, *cuts, len(layout.rows)]
    return [layout.only(layout.rows[a:b]) for a, b in zip(bounds, bounds[1:], strict=False)]


def _section_start(rows: Sequence[Row], at: int) -> int:
    """A PO number lower on a page opens its whole page where paged, else its own row."""
    if rows[at].box is None:
        return at
    while at > 0 and rows[at - 1].page == rows[at].page:
        at -= 1
    return at


def _lend(draft: Draft, whole: Draft) -> Draft:
    """Fields that stand once for all orders of a document."""
    lent = draft
    for name in ("order_date", "requested_date", "buyer", "currency", "payment_terms", "contact"):
        if not lent.best(name):
            lent = lent.with_values(name, *whole.values.get(name, ())[:1])
    for name in ("buyer",):
        if whole.best(name):
            lent = replace(lent, values={**lent.values, name: whole.values[name]})
    return replace(lent, ship_to=lent.ship_to or whole.ship_to, bill_to=lent.bill_to or whole.bill_to, type=lent.type)


def _from_subject(context: Context) -> list[Value]:
    place = Layout((), "subject").place(Row(()), context.subject)
    weight = 0 if context.answer else 1
    return [Value(number, place, weight, name) for number, name in identity.spoken(context.subject)]


def _all_days(layout: Layout, context: Context) -> list[dates.Found]:
    return [day for row in layout.rows[:3000] for day in dates.find(row.text, context.day)][:3000]


def _order_by_day(days: Iterable[dates.Found], layout: Layout, context: Context) -> "dates.DayOrder | None":
    """By the day the mail was sent, which orders are dated with, and by weekdays beside a date."""
    for day in days:
        if day.swappable and context.day in day.readings and day.year:
            return dates.DayOrder.DAY if day.readings[0] == context.day else dates.DayOrder.MONTH
    for row in layout.rows[:3000]:
        for day in dates.find(row.text, context.day):
            chosen = dates.by_weekday(row.text, day) if day.swappable else None
            if chosen is not None:
                return dates.DayOrder.DAY if day.readings[0] == chosen else dates.DayOrder.MONTH
    return None


def _with_dates(
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
    return pair.weight - (
        1
        if name == "order_date"
        and pair.name in ("date", "datum", "data", "fecha", "от", "du", "le", "del", "от", "日期", "дата")
        else 0
    )


def _undecided(name: str, day: dates.Found) -> Problem:
    return Problem(
        "po.date_order", f"{day.text} may be two days", name, tuple(reading.isoformat() for reading in day.readings)
    )


def _spoken_dates(draft: Draft, layout: Layout, context: Context, order: "dates.DayOrder | None") -> Draft:
    """Days in sentences: the one by the PO number is the order's, a later one the delivery's."""
    if draft.best("order_date") and draft.best("requested_date"):
        return draft
    numbers = [value.text for value in draft.values.get("po_number", ())]
    for row in layout.rows[:400]:
        if row.grid:
            continue
        for day in dates.find(row.text, context.day):
            chosen = dates.choose(day, order) or dates.by_weekday(row.text, day)
            if chosen is None:
                continue
            near = any(n in row.text and 0 <= day.start - row.text.find(n) - len(n) < 30 for n in numbers)
            value = Value(chosen.isoformat(), layout.place(row, day.text), 1)
            if not draft.best("order_date") and day.year and (near or chosen == context.day):
                draft = draft.with_values("order_date", value)
            elif (
                context.mail
                and not draft.best("requested_date")
                and _is_later(chosen, context, draft)
                and not _other_day(row.text, day)
            ):
                draft = draft.with_values("requested_date", value)
    return draft


def _is_later(day: date, context: Context, draft: Draft) -> bool:
    ordered = draft.text("order_date")
    start = date.fromisoformat(ordered) if ordered else context.day
    return start is not None and 0 <= (day - start).days < 400 and day.isoformat() != ordered


def _other_day(text: str, day: dates.Found) -> bool:
    """A day that belongs to a quotation, an invoice or a payment."""
    before = normal(text[max(0, day.start - 60) : day.start])
    if re.search(
        r"\b(?:week of|week|woche vom|woche|semana del|semana|semaine du|semaine|settimana del|settimana|tydzien|tygodniu|неделе|неделя)$",
        re.sub(r"\b(?:de|del|du|vom|of|the|do|da)$", "", before).strip(),
    ):
        return True
    return bool(
        re.search(
            r"\b(?:quot\w*|offer\w*|angebot|invoice|rechnung|offre|offerta|oferta|cotiz\w*|valid\w*|last time|oferty|счет|кп|rev)\b",
            before,
        )
    )


def _with_sums(draft: Draft, layout: Layout, stated: Sequence[totals.Stated], lines: Sequence[Line]) -> Draft:
    chosen = totals.choose(stated, line_sum(lines))
    if not chosen.total and lines:
        bare = _unlabelled_total(layout, lines)
        draft = draft.with_values("total", *bare)
    if chosen.total:
        draft = draft.with_values("total", chosen.total.value)
    if chosen.subtotal:
        draft = draft.with_values("subtotal", chosen.subtotal.value)
    if chosen.tax is not None:
        row = next(s for s in stated if "tax" in s.kinds)
        draft = draft.with_values("tax", Value(format(chosen.tax, "f"), row.value.place, 3))
    for each in stated:
        if each.amount.currency:
            draft = draft.with_values("currency", Value(each.amount.currency, each.value.place, 3))
    return replace(draft, charges=chosen.charges)


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


def _with_parties(draft: Draft, layout: Layout, found: Sequence[Pair], context: Context) -> Draft:
    ship = _address("ship_to", found)
    bill = _address("bill_to", found)
    if (ship is None or not ship.postcode) and context.mail:
        ship = _spoken_address(layout, {line.at for line in draft.lines}) or ship
    buyer = _buyer(layout, found, ship, bill, context)
    if buyer:
        draft = draft.with_values("buyer", buyer)
    return replace(draft, ship_to=ship, bill_to=bill)


def _address(name: str, found: Sequence[Pair]) -> Party | None:
    """The address of the best labelled block: one with a postcode before one without."""
    best: tuple[int, Party] | None = None
    for pair in found:
        if name not in pair.fields or dates.find(pair.value[:24]):
            continue
        party = parties.party(pair.block)
        if party is None:
            continue
        worth = (
            4 * bool(party.postcode)
            + 2 * bool(party.company and party.street)
            + (pair.weight >= 2)
            + (pair.name not in ("delivery", "location", "ship", "store"))
        )
        if (party.postcode or party.street or pair.weight >= 2) and (best is None or worth > best[0]):
            best = (worth, party)
    return best[1] if best else None


def _spoken_address(layout: Layout, taken: set[int]) -> Party | None:
    """The first sentence of the letter, before its closing, that holds a postcode and no ordered item."""
    for text in _paragraphs(body_rows(layout.rows), taken):
        for sentence in re.split(r"(?<=[^\W\d_]{3})[.!?](?=\s+[A-ZÀ-ÝА-Я])|[。；]", text):
            if parties.postcode_in(sentence) and not parties.labelled_postcode(sentence):
                party = parties.party([_around_postcode(sentence)])
                if party and party.postcode and (party.street or party.company):
                    return party
    return None


def _around_postcode(sentence: str) -> str:
    """The address in a sentence: from the last colon or bracket before the postcode to the bracket behind it."""
    code = parties.postcode_in(sentence) or ""
    at = sentence.find(code)
    start = max((sentence.rfind(mark, 0, at) for mark in (":", "：", "(")), default=-1) + 1
    end = re.compile(r"[);]|\s-\s").search(sentence, at + len(code))
    return sentence[start : end.start() if end else None]


def _paragraphs(rows: Sequence[Row], taken: set[int]) -> list[str]:
    """Running text joined over its line ends; list items, table rows and rows with order lines left out."""
    texts: list[str] = []
    for at, row in enumerate(rows):
        if row.grid > 0 or row.bullet or at in taken:
            texts.append("")
        elif row.gap or not texts:
            texts.append(row.text)
        else:
            texts[-1] += (", " if row.text[:1].isupper() and len(texts[-1].split("\n")[-1]) < 45 else " ") + row.text
    return [text[:3000] for text in texts if text]


def body_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows before the closing of a letter."""
    closings = {normal(str(w)) for w in vocabulary()["closings"]["all"]}  # type: ignore[attr-defined]
    for at, row in enumerate(rows):
        name = normal(row.text)
        if at and (name in closings or row.text.strip() in ("--", "-- ")):
            return list(rows[:at])
    return list(rows)


def _buyer(
    layout: Layout, found: Sequence[Pair], ship: Party | None, bill: Party | None, context: Context
) -> Value | None:
    seller_rows = {id(pair.row): pair for pair in found if "seller" in pair.fields}
    sellers = {normal(line) for pair in found if "seller" in pair.fields for line in pair.block[:2]}
    hints = _hints(ship, bill, context)
    scored: list[tuple[float, int, Value]] = []
    for pair in found:
        if "buyer" in pair.fields and pair.block and not re.match(r"^[\W\d]", pair.value) and len(pair.value) < 90:
            name = parties.company_in(pair.value) or (
                parties.company_in(pair.block[1]) if len(pair.block) > 1 else None
            )
            if field_of(pair.value):
                continue
            person = "contact" in pair.fields or pair.name in ("from", "von", "de", "da", "van", "od", "от")
            company_like = name or (None if person else pair.value.split(",")[0])
            if company_like and not any(c.isdigit() for c in company_like[:3]):
                scored.append(
                    (
                        3.5 + 1.5 * bool(name) + _shared(company_like, hints),
                        0,
                        Value(company_like.strip(), layout.place(pair.row), 3),
                    )
                )
    count = len(layout.rows)
    for at, row in enumerate(layout.rows):
        for cell in row.cells:
            for text in cell.lines or (cell.text,):
                name = parties.company_in(text) if len(text) < 400 else None
                if (
                    not name
                    or normal(name) in sellers
                    or _names_label(name)
                    or (id(row) in seller_rows
                    and normal(name) in normal(seller_rows[id(row)].value))
                ):
                    continue
                if re.match(
                    r"(?i)\W*(?:to|an|spett\.?le|proveedor|dear|fournisseur|vendor|supplier|leverancier)\b",
                    text.strip(),
                ):
                    continue
                position = (at / count if context.mail else 1 - at / count) if count else 0.0
                scored.append((2.0 + position + 2 * _shared(name, hints), at, Value(name, layout.place(row, text), 2)))
    if not context.mail:
        scored += [
            (2.7 + _shared(name, hints), 0, value) for name, value in _letterhead(layout) if normal(name) not in sellers
        ]
    for party, other, weight in ((bill, ship, 2.0), (ship, bill, 2.4)):
        own = _hints(other, None, context)
        if (
            party
            and party.company
            and not party.company[0].isdigit()
            and len(party.company) < 70
            and normal(party.company) not in sellers
        ):
            scored.append(
                (weight + _shared(party.company, own), 0, Value(party.company, layout.place(Row(()), party.company), 1))
            )
    author = re.sub(r"<[^>]*>|\"", "", context.author).strip()
    if author and "@" not in author:
        scored.append((1.0 + _shared(author, hints), 0, Value(author, layout.place(Row(()), context.author), 0)))
    return max(scored, key=lambda s: s[0])[2] if scored else None


def _letterhead(layout: Layout) -> list[tuple[str, Value]]:
    """The name in the first rows of a page: words alone, no label and no title."""
    found = []
    for row in layout.rows[:4]:
        for cell in row.cells[:2]:
            text = cell.text.strip()
            words = re.findall(r"[^\W\d_]{2,}", text)
            if (
                2 <= len(words) <= 8
                and not re.search(r"[:：@\d]|www|http", text)
                and not field_of(text)
                and not identity.is_title(text)
                and text[0].isupper()
            ):
                if text.isupper() or text.istitle() or parties.company_in(text):
                    found.append((text, Value(text, layout.place(row, text), 1)))
    return found[:2]


def _names_label(name: str) -> bool:
    return bool(field_of(name))


def _hints(ship: Party | None, bill: Party | None, context: Context) -> str:
    domain = context.author.rpartition("@")[2].rstrip("> ").rpartition(".")[0]
    return re.sub(
        r"[\W_]+",
        "",
        normal(
            " ".join(
                filter(
                    None,
                    [
                        context.author.split("<")[0] if context.mail else "",
                        domain,
                        ship.company if ship else "",
                        bill.company if bill else "",
                    ],
                )
            )
        ),
    )


def _shared(name: str, hints: str) -> float:
    """How much of a name's telling words the sender's address or the delivery block know."""
    words = [w for w in normal(name).split() if len(w) >= 4]
    return (
        min(1.0, sum(w in hints for w in words) / max(len(words), 1) + 0.3 * any(w in hints for w in words))
        if words
        else 0.0
    )


def _with_texts(draft: Draft, layout: Layout, found: Sequence[Pair]) -> Draft:
    for name in _TEXT_FIELDS:
        for pair in found:
            if name in pair.fields and pair.value.strip(" .:-") and not (name == "notes" and pair.weight < 3):
                draft = draft.with_values(
                    name, Value(" ".join(pair.value.split())[:300], layout.place(pair.row), pair.weight, pair.name)
                )
    return draft


def _with_currency(draft: Draft, layout: Layout, found: Sequence[Pair], country: str | None) -> Draft:
    for pair in found:
        if "currency" in pair.fields:
            code = money.currency_of(pair.value, country)
            if code:
                draft = draft.with_values("currency", Value(code, layout.place(pair.row), 4))
    if not draft.best("currency"):
        code = money.currency_of(layout.text[:100_000], country)
        if code is None and draft.text("total") and country == "US":
            code = "USD"
        if code:
            draft = draft.with_values("currency", Value(code, layout.place(Row(())), 1))
    return draft


def _type(layout: Layout, context: Context, draft: Draft) -> dict[str, object]:
    """New, or what the subject and the letter say otherwise; a document's own pages only by their first rows."""
    rows = body_rows(layout.rows) if context.mail else list(layout.rows[:6])
    text = " \n ".join(row.text for row in rows if not row.grid)[:3000]
    cancel = says(context.subject, "cancel") or (says(text, "cancel") if context.mail else None)
    priced = sum(line.price is not None and line.sure for line in draft.lines)
    if cancel and not priced:
        return {"type": OrderType.CANCEL, "type_why": cancel}
    change = says(context.subject, "change") or (says(text, "change") if context.mail else None)
    replaced = says(context.subject, "replace") or says(text, "replace")
    if replaced and any(line.sure or line.price is not None for line in draft.lines):
        return {"type": OrderType.REPLACE, "type_why": replaced}
    if change or replaced:
        return {"type": OrderType.CHANGE, "type_why": change or replaced}
    return {"type": OrderType.NEW, "type_why": ""}


def total_of(draft: Draft) -> Decimal | None:
    """The stated total as a figure."""
    text = draft.text("total")
    return Decimal(text) if text else None
