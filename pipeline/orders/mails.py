"""All parts of a mail together: one order in several forms is one order, several orders stay several."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from maild.domain.mail import Attachment, Mail, MailKind
from maild.domain.order import OrderType, Reading
from maild.domain.problem import Problem
from pipeline.mail import own_letter
from pipeline.orders import order_number, thread
from pipeline.orders.arithmetic import sums
from pipeline.orders.context import Context
from pipeline.orders.crosscheck import deviations, differing
from pipeline.orders.dates import DayOrder
from pipeline.orders.found import Document, Draft, Value
from pipeline.orders.judge import judge
from pipeline.orders.labels import says
from pipeline.orders.letter import read_letter
from pipeline.orders.lines import line_sum
from pipeline.orders.numbers import Style

MAX_PARTS = 40
MAX_LETTER = 4_000  # characters of a letter that are held against what it brings
_LETTERS = frozenset({"text", "html"})
_DAY_ORDERS = {"day": DayOrder.DAY, "month": DayOrder.MONTH}
_STYLES = {"point": Style.POINT, "comma": Style.COMMA}
PartReader = Callable[[Attachment, Context], Document]


def read_mail_orders(mail: Mail, read_part: PartReader, usual: Mapping[str, str]) -> Reading:
    """The orders of a mail, judged; ``usual`` is as in `habits.usual_of`."""
    found = read_drafts(mail, read_part, usual)
    return Reading(tuple(judge(draft) for draft in found.drafts), found.problems)


def read_drafts(mail: Mail, read_part: PartReader, usual: Mapping[str, str] = MappingProxyType({})) -> Document:
    """The orders of a mail before they are judged; the body's problems are told only where there is no order."""
    if mail.kind is MailKind.BOUNCE:
        return Document(problems=(Problem("po.automatic", "a delivery report"),))
    mail = own_letter.above(mail)
    context = context_of(mail, usual)
    body, context = read_letter(mail, context)
    if mail.kind is MailKind.AUTO_REPLY and not _generated(mail):
        body = _whole_orders(body)
    documents = [read_part(attachment, context) for attachment in mail.attachments[:MAX_PARTS]]
    drafts = _against_letter(combine(body, documents, context), mail.text)
    problems = tuple(p for document in documents for p in document.problems)
    return Document(tuple(drafts), problems if drafts else (*problems, *body.problems))


def _against_letter(drafts: list[Draft], text: str) -> list[Draft]:
    """The one order that is attached, with a doubt where its letter says another figure for this time."""
    if len(drafts) != 1 or drafts[0].format in _LETTERS or any(p.code == "po.text_differs" for p in drafts[0].problems):
        return drafts
    own = "\n".join(row for row in text[:MAX_LETTER].split("\n") if not row.startswith(">"))
    return [drafts[0].doubt(*deviations(own, None, drafts[0].lines))]


def _generated(mail: Mail) -> bool:
    """Whether a machine wrote it of its own accord, as purchasing systems do, and not as an answer (RFC 3834, 5)."""
    marks = [value.strip().lower() for value in mail.header("auto-submitted")]
    return not any(mark.startswith("auto-replied") for mark in marks) and not mail.in_reply_to


def _whole_orders(body: Document) -> Document:
    """Of a machine's answer only what is an order by itself: with a number and lines. It may speak of orders too."""
    drafts = tuple(draft for draft in body.drafts if draft.lines and draft.best("po_number"))
    problems = body.problems if drafts else (*body.problems, Problem("po.automatic", "an automatic reply"))
    return Document(drafts, problems)


def context_of(mail: Mail, usual: Mapping[str, str]) -> Context:
    """Subject without marks, author and day of a mail; the subject of a reply names the thread, not the order."""
    author = f"{mail.sender.name} <{mail.sender.address}>" if mail.sender else ""
    day: date | None = mail.date.date() if mail.date else None
    days, style = _DAY_ORDERS.get(usual.get("day_order", "")), _STYLES.get(usual.get("decimal", ""))
    subject, answer = thread.bare_subject(mail.subject), thread.is_reply(mail.subject)
    return Context(subject, author, day, mail=True, answer=answer, usual_days=days, usual_style=style)


def combine(body: Document, documents: Sequence[Document], context: Context) -> list[Draft]:
    """Drafts of all parts: equal PO numbers (or none) are one order, told by its best part, checked by the others."""
    attached = [draft for document in documents for draft in document.drafts]
    letters = list(body.drafts)
    if not attached:
        return letters
    if not letters and body.beside is not None:
        letters = [body.beside]
    merged: list[Draft] = []
    for draft in attached:
        twin = next((n for n, other in enumerate(merged) if _same_order(draft, other)), None)
        if twin is None:
            merged.append(draft)
        else:
            merged[twin] = _joined(merged[twin], draft)
    if len(letters) <= 1:
        letter = letters[0] if letters else None
        if letter is not None:
            merged = [_told(draft, letter, alone=len(merged) == 1) for draft in merged]
            if letter.lines and letter.best("po_number") and not any(_same_order(letter, d) for d in merged):
                merged.insert(0, letter)
        return [_from_context(draft, context) for draft in merged]
    for letter in letters:
        twin = next((n for n, other in enumerate(merged) if _same_order(letter, other)), None)
        if twin is None and letter.lines:
            merged.append(letter)
        elif twin is not None:
            merged[twin] = _told(merged[twin], letter, alone=False)
    return merged


def _same_order(a: Draft, b: Draft) -> bool:
    first, second = a.text("po_number"), b.text("po_number")
    if first and second:
        return order_number.normal_number(first) == order_number.normal_number(second) and not (
            a.strict and b.strict and a.format == b.format
        )
    return True


def _joined(first: Draft, second: Draft) -> Draft:
    """Two parts of one order: the stricter or fuller tells, a difference is a doubt."""
    better, other = (first, second) if _fullness(first) >= _fullness(second) else (second, first)
    joined = _filled(better, other)
    if better.lines and other.lines and not _agree(better, other):
        return joined.doubt(
            Problem("po.parts_differ", f"the {better.format} and the {other.format} part differ", "lines")
        )
    return joined


def _told(draft: Draft, letter: Draft, alone: bool) -> Draft:
    """An attached order with what its letter says."""
    if not alone and not _names(letter, draft):
        return draft if draft.best("buyer") else _filled(draft, replace(letter, lines=()))
    told = _filled(draft, letter)
    if letter.type is not OrderType.NEW and draft.type is OrderType.NEW:
        told = replace(told, type=letter.type, type_why=letter.type_why)
    if (
        draft.lines
        and letter.lines
        and any(line.price is not None for line in letter.lines)
        and not _agree(draft, letter)
    ):
        told = told.doubt(Problem("po.parts_differ", "the letter and the attachment differ", "lines"))
    elif draft.lines and letter.lines:
        told = told.doubt(*differing(letter.lines, draft.lines))
    return told


def _names(letter: Draft, draft: Draft) -> bool:
    number = draft.text("po_number")
    return bool(number) and any(
        order_number.normal_number(v.text) == order_number.normal_number(number or "")
        for v in letter.values.get("po_number", ())
    )


def _filled(better: Draft, other: Draft) -> Draft:
    """The better draft with what only the other says; PO numbers of both, so that a difference shows."""
    result = better
    for name, values in other.values.items():
        if not values:
            continue
        if name == "po_number":
            known = {order_number.normal_number(v.text) for v in result.values.get(name, ())}
            fresh = [v for v in values if order_number.normal_number(v.text) not in known]
            if not result.best(name) or any(v.weight >= 2 for v in fresh):
                result = result.with_values(name, *(replace(v, weight=min(v.weight, 2)) for v in fresh))
        elif not result.best(name) or (
            name in ("buyer",) and (result.best(name) or values[0]).weight < values[0].weight
        ):
            result = result.with_values(name, *values[:1])
        elif name == "total" and result.text(name) != values[0].text:
            result = result.doubt(*_total_differs(result, values[0]))
    ship = result.ship_to
    if other.ship_to and (ship is None or (not ship.postcode and other.ship_to.postcode)):
        ship = other.ship_to
    return replace(
        result,
        lines=result.lines or other.lines,
        ship_to=ship,
        bill_to=result.bill_to or other.bill_to,
        charges=result.charges or other.charges,
    )


def _total_differs(draft: Draft, value: Value) -> list[Problem]:
    own = draft.text("total") or "0"
    from decimal import Decimal

    if (
        sums([Decimal(value.text)], Decimal(own), draft.charges)
        or value.text == draft.text("subtotal")
        or Decimal(own) == Decimal(value.text)
    ):
        return []
    return [Problem("po.parts_differ", f"one part states {own}, another {value.text}", "total", (own, value.text))]


def _agree(a: Draft, b: Draft) -> bool:
    if len(a.lines) != len(b.lines):
        return False
    first, second = line_sum(a.lines), line_sum(b.lines)
    if first is not None and second is not None:
        return sums([first], second)
    return sorted(str(x.quantity) for x in a.lines) == sorted(str(x.quantity) for x in b.lines)


def _fullness(draft: Draft) -> tuple[bool, bool, int, bool]:
    return (bool(draft.lines), draft.strict, len(draft.lines), bool(draft.text("total")))


def _from_context(draft: Draft, context: Context) -> Draft:
    """What the mail says where no part does: the day it was sent is not the order's, but its author buys."""
    if says(context.subject, "cancel") and draft.type is OrderType.NEW:
        return draft.doubt(Problem("po.subject_differs", "the subject speaks of a cancellation", "type"))
    return draft
