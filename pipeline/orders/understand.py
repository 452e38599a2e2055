"""A laid-out document into drafts of orders: fields by their labels, lines by arithmetic, several orders apart."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from maild.domain.order import OrderType
from maild.domain.problem import Problem
from pipeline.orders import dates, identity, language, order_number, parties, totals
from pipeline.orders.addresses import body_rows, labelled_address, spoken_address
from pipeline.orders.bare import unread
from pipeline.orders.buyer import buyer_of
from pipeline.orders.context import Context
from pipeline.orders.crosscheck import contradictions
from pipeline.orders.days import day_order, with_dates
from pipeline.orders.found import Draft, Line, Value
from pipeline.orders.heads import Head, find_heads
from pipeline.orders.labels import says
from pipeline.orders.layout import Layout, Row
from pipeline.orders.letter_days import with_letter_days
from pipeline.orders.lines import MAX_LINES, read_lines
from pipeline.orders.numbered import ANNOUNCED
from pipeline.orders.numbers import FIGURE, Style, open_figure, vote
from pipeline.orders.pairs import Pair, pairs
from pipeline.orders.stated_sums import met, with_sums
from pipeline.orders.titled_day import titled_day
from pipeline.orders.titles import cancels
from pipeline.orders.whose_money import with_currency

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
OPENING_ROWS = 12  # of a document, which say what it is
IN_SUBJECT = "subject"  # stands for the label of a number that the subject repeats
_EAST_CHANGE = re.compile(r"[从由從]\s?\d{1,6}\s?[\u4e00-\u9fff]{0,2}(?:改成|改为|改為|调整为|增加到|减少到)\s?\d")
_JOINED = re.compile(r"[\w/\-×]")


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
    order = day_order(layout, context, country)
    figures = _figures(text)
    style = context.style or vote(figures)
    is_open = style is None and any(map(open_figure, figures))
    likely = language.style_of(country, language.language_of(text)) if is_open else Style.POINT
    best = _styled(layout, style, likely, order, with_lines)
    if best[0] is None and context.usual_style is not None:
        best = _styled(layout, context.usual_style, likely, order, with_lines)
    style, lines, sums, way = best
    draft = Draft(layout.format, lines=lines[:MAX_LINES], way=way)
    if way == "bare" and not all(line.sku or line.customer_sku or line.gtin for line in lines) and _names_items(layout):
        draft = draft.doubt(Problem("po.item_unclear", "a head names item numbers, which were not read", "lines"))
    draft = draft.with_values(
        "po_number",
        *_said_twice(said := identity.candidates(layout, found), context),
        *_from_subject(context, not said),
    )
    found = [*found, *titled_day(layout, draft.text("po_number"))]
    draft = with_dates(draft, layout, found, context, order)
    draft = draft if context.mail else with_letter_days(draft, layout, order)
    draft = with_sums(draft, layout, sums, lines, style)
    draft = draft.doubt(*_unread(draft, layout, style))
    draft = _with_parties(draft, layout, found, context)
    draft = _with_texts(draft, layout, found)
    draft = with_currency(draft, layout, found, country)
    draft = replace(draft, **_type(layout, context, draft))  # type: ignore[arg-type]
    if context.mail:
        draft = draft.doubt(*contradictions(layout, lines, style, in_blocks=way == "records"))
    if style is None and is_open:
        draft = draft.doubt(Problem("po.number_style", "1.234 may be read two ways and nothing decides", "lines"))
    if len(lines) > MAX_LINES:
        draft = draft.doubt(Problem("po.too_many_lines", f"more than {MAX_LINES} lines", "lines"))
    return draft


def _names_items(layout: Layout) -> bool:
    """Whether the head of a table names a column of item numbers."""
    return any(head.roles & {"sku", "customer_sku", "gtin"} or _item_head(head) for head in find_heads(layout.rows))


def _item_head(head: Head) -> bool:
    counted = any(column.roles == {"line"} for column in head.columns)  # then no other column counts the lines
    others = {"description"} if counted else {"line", "description"}
    return any("item" in column.roles and not column.roles & others for column in head.columns)


def _styled(
    layout: Layout, style: Style | None, likely: Style, order: "dates.DayOrder | None", with_lines: bool
) -> tuple[Style | None, tuple[Line, ...], list[totals.Stated], str]:
    """Lines and sums under the document's style; where it tells none, the one that proves more, else the likely one."""
    tries = []
    for each in (style,) if style else sorted(Style, key=lambda each: each is not likely):
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
        figure = match[0]
        if "." not in figure and "," not in figure:
            continue
        around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
        if not _JOINED.search(around) and not (dates.may_be_day(figure) and dates.find(figure)):
            kept.append(figure)
    return kept[:5000]


def _sections(layout: Layout) -> list[Layout]:
    """The document cut where a new PO number opens a new order; the head before the first goes with the first."""
    opened: list[tuple[int, str]] = []
    for at, number in identity.numbers_rows(layout.rows):
        if not opened or order_number.normal_number(opened[-1][1]) != order_number.normal_number(number):
            opened.append((at, number))
    numbers = [order_number.normal_number(number) for _, number in opened]
    if len(set(numbers)) < 2 or len(opened) > 200 or len(set(numbers)) != len(numbers):
        return [layout]
    cuts = [_section_start(layout.rows, at) for at, _ in opened[1:]]
    bounds = [0, *cuts, len(layout.rows)]
    return [layout.only(layout.rows[a:b]) for a, b in itertools.pairwise(bounds)]


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


def _said_twice(values: Sequence[Value], context: Context) -> list[Value]:
    """Numbers that only the word for number announces; those of the subject too are surely meant."""
    subject = () if context.answer else context.subject.split()
    known = {word.strip(" .,;:#№()[]\"'«»") for word in subject}
    return [replace(v, name=IN_SUBJECT) if v.name == ANNOUNCED and v.text in known else v for v in values]


def _from_subject(context: Context, alone: bool) -> list[Value]:
    """The numbers of the subject; a short one of a subject that says nothing else where the letter names none."""
    place = Layout((), "subject").place(Row(()), context.subject)
    weight = 0 if context.answer else 1
    told = identity.of_subject(context.subject) if alone else identity.spoken(context.subject)
    return [Value(number, place, weight, name) for number, name in told]


def _unread(draft: Draft, layout: Layout, style: Style | None) -> list[Problem]:
    """A doubt where no total proves that all lines were found, and a row looks like one that was not."""
    if not draft.lines or met(draft):
        return []
    rows = unread(layout, draft.lines, style)
    return [Problem("po.unread", f"row {rows[0].line} looks like a line too", "lines")] if rows else []


def _with_parties(draft: Draft, layout: Layout, found: Sequence[Pair], context: Context) -> Draft:
    ship = labelled_address("ship_to", found)
    bill = labelled_address("bill_to", found)
    if (ship is None or not ship.postcode) and context.mail:
        numbers = [value.text for value in draft.values.get("po_number", ())]
        goods = [line.sku for line in draft.lines if line.sku]
        numbers += [sku for sku in goods if not sku.isdigit()]
        said = spoken_address(layout, {line.at for line in draft.lines}, numbers, goods)
        ship = said if said and (ship is None or said.street or said.company) else ship
    buyer, rival = buyer_of(layout, found, ship, bill, context)
    if buyer:
        draft = draft.with_values("buyer", buyer)
    if buyer and rival:
        text = f"{buyer.text} buys, or {rival}"
        draft = draft.doubt(Problem("po.buyer_unclear", text, "buyer", (buyer.text, rival)))
    return replace(draft, ship_to=ship, bill_to=bill)


def _with_texts(draft: Draft, layout: Layout, found: Sequence[Pair]) -> Draft:
    for name in _TEXT_FIELDS:
        for pair in found:
            if name in pair.fields and pair.value.strip(" .:-") and not (name == "notes" and pair.weight < 3):
                draft = draft.with_values(
                    name, Value(" ".join(pair.value.split())[:300], layout.place(pair.row), pair.weight, pair.name)
                )
    return draft


def _type(layout: Layout, context: Context, draft: Draft) -> dict[str, object]:
    """New, or what the subject and the letter say otherwise; a document's own pages only by their first rows."""
    rows = body_rows(layout.rows) if context.mail else list(layout.rows[:OPENING_ROWS])
    text = " \n ".join(row.text for row in rows if not row.grid)[:3000]
    cancel = says(context.subject, "cancel") or (says(text, "cancel") if context.mail else None)
    titled = None if context.mail else cancels(rows)
    if titled:
        return {"type": OrderType.CANCEL, "type_why": titled}
    priced = draft.way != "bare" and any(line.price is not None and line.sure for line in draft.lines)
    if cancel and not priced:
        return {"type": OrderType.CANCEL, "type_why": cancel}
    change = says(context.subject, "change") or (says(text, "change") if context.mail else None)
    replaced = says(context.subject, "replace") or says(text, "replace")
    told = draft.way in ("table", "records") or any(line.price is not None for line in draft.lines)
    if replaced and draft.lines and told:
        return {"type": OrderType.REPLACE, "type_why": replaced}
    if not draft.lines and context.mail and not change:
        change = says(f"{context.subject} \n {text}", "moved")
    change = change or ("改成" if context.mail and _EAST_CHANGE.search(text) else None)
    if change or replaced:
        return {"type": OrderType.CHANGE, "type_why": change or replaced}
    return {"type": OrderType.NEW, "type_why": ""}
