"""A mail's own text: the newest words, or what was forwarded, in the better of its text and HTML forms."""

import re
from collections.abc import Iterator
from dataclasses import replace

from maild.domain.mail import Mail
from maild.domain.problem import Problem
from pipeline.orders import thread
from pipeline.orders.alternatives import disagreements
from pipeline.orders.context import Context
from pipeline.orders.found import Document, Draft
from pipeline.orders.html import quoted_out, read_html
from pipeline.orders.layout import Layout
from pipeline.orders.lines import line_sum, score
from pipeline.orders.refusal import refusal
from pipeline.orders.text import read_text
from pipeline.orders.understand import understand

MIN_WORDS = 4
_MARK = re.compile(r"^> ?")


def read_letter(mail: Mail, context: Context) -> tuple[Document, Context]:
    """The orders in the text of a mail, and the context as the forwarded mail corrects it (who really wrote)."""
    if thread.is_automatic(mail.subject):
        return Document(problems=(Problem("po.about_order", "a program answers while somebody is away"),)), context
    best: tuple[Document, Context] | None = None
    for layout in _forms(mail):
        document, inner = _read(layout, mail, context)
        if best is None or _worth(document) > _worth(best[0]) + 0.5:
            best = (document, inner)
        if any(draft.lines for draft in best[0].drafts):
            break  # the other form says the same, or _compared tells that it does not
    return (_compared(best[0], mail), best[1]) if best else (Document(), context)


def _compared(document: Document, mail: Mail) -> Document:
    """One order told by the HTML, with a doubt where the plain text orders other quantities."""
    if not mail.html or len(document.drafts) != 1 or document.drafts[0].format != "html":
        return document
    [draft] = document.drafts
    return replace(document, drafts=(draft.doubt(*disagreements(draft.lines, mail.text)),))


def _forms(mail: Mail) -> Iterator[Layout]:
    """The forms of the body, the clearer first, each made when it is asked for."""
    if mail.html:
        yield read_html(quoted_out(mail.html), "html")
    if mail.text.strip():
        yield read_text(_unmarked(mail.text) if thread.is_forward(mail.subject) else mail.text, "text")


def _unmarked(text: str) -> str:
    """A forwarded mail whose rows are all marked as quoted, without the marks."""
    rows = text.split("\n")
    first = next((at for at, row in enumerate(rows) if row.startswith(">")), None)
    if first is None or not all(row.startswith(">") for row in rows[first:] if row.strip()):
        return text
    return "\n".join([*rows[:first], *(_MARK.sub("", row, count=1) for row in rows[first:])])


def _read(layout: Layout, mail: Mail, context: Context) -> tuple[Document, Context]:
    split = thread.split(layout.rows)
    own = layout.only(split.new)
    document = _orders(own, context)
    forwarded = thread.is_forward(mail.subject) or not own.text.strip()
    if split.below and forwarded:
        below, inner = _forwarded(layout, split, context)
        if (both := _numbered_above(document, below)) is not None:
            return both, replace(inner, author=context.author)
        if _worth(below) >= _worth(document):
            return below, inner
    return document, context


def _numbered_above(above: Document, below: Document) -> Document | None:
    """The lines of a mail below under the number that the mail above them gives; a person looks at such."""
    named = above.drafts[0] if len(above.drafts) == 1 else None
    told = below.drafts[0] if len(below.drafts) == 1 else below.beside
    number = named.best("po_number") if named is not None and not named.lines else None
    if number is None or told is None or not told.lines or told.best("po_number"):
        return None
    buyers = named.values.get("buyer", ()) if named is not None else ()
    draft = replace(told.with_values("po_number", number), type_why="")
    draft = replace(draft, values={**draft.values, "buyer": buyers}) if buyers else draft
    doubt = Problem("po.number_unclear", f"{number.text} stands in the mail above the order", "po_number")
    return Document((draft.doubt(doubt),), above.problems)


def _forwarded(layout: Layout, split: thread.Thread, context: Context) -> tuple[Document, Context]:
    """What was forwarded: the first mail down the thread that orders, where those above it only hand it on."""
    first: tuple[Document, Context] | None = None
    for level in thread.forwarded(split):
        subject = thread.bare_subject(level.subject or context.subject)
        inner = replace(context, author=level.author or context.author, subject=subject)
        document = _orders(layout.only(level.new), inner)
        first = first or (document, inner)
        if document.drafts:
            return document, inner
        if any(problem.code != "po.none_found" for problem in document.problems):
            break
    return first or (Document(), context)


def _orders(layout: Layout, context: Context) -> Document:
    drafts = understand(layout, context)
    kept: list[Draft] = []
    problems: list[Problem] = []
    beside: Draft | None = None
    for draft in drafts:
        why = refusal(layout, draft, context.subject, is_mail=True, answer=context.answer)
        if why is None:
            kept.append(draft)
        else:
            problems.append(Problem(*why))
            beside = draft if why[0] == "po.none_found" and len(drafts) == 1 else None
    return Document(tuple(kept), tuple(problems), beside)


def _worth(document: Document) -> float:
    total = 0.0
    for draft in document.drafts:
        total += score(draft.lines, [v for v in [line_sum(draft.lines)] if v is not None]) + 5.0 * bool(
            draft.best("po_number")
        )
        total += 2.0 * bool(draft.ship_to and draft.ship_to.postcode)
    return total
