"""Attached text and HTML pages."""

from dataclasses import replace

from maild.domain.problem import Problem
from pipeline.orders.context import Context
from pipeline.orders.detect import decoded
from pipeline.orders.found import Document
from pipeline.orders.html import read_html
from pipeline.orders.layout import Layout
from pipeline.orders.refusal import refusal, seller_doubt
from pipeline.orders.text import read_text
from pipeline.orders.understand import understand


def read_html_page(name: str, data: bytes, context: Context) -> Document:
    """An HTML file as a document of its own."""
    return read_page(read_html(decoded(data), name), context)


def read_text_page(name: str, data: bytes, context: Context) -> Document:
    """A text file attached to a mail."""
    return read_page(read_text(decoded(data), name), context)


def read_page(layout: Layout, context: Context) -> Document:
    """The orders of a laid-out document, or why it holds none."""
    own = replace(context, subject="", mail=False)
    drafts, problems = [], []
    for draft in understand(layout, own):
        why = refusal(layout, draft)
        if why is None:
            doubt = seller_doubt(layout)
            drafts.append(draft.doubt(doubt) if doubt else draft)
        else:
            problems.append(Problem(*why))
    return Document(tuple(drafts), tuple(problems))
