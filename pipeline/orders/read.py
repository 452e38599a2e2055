"""The one door: a mail or a document in, the orders it holds out, whatever its bytes are.

A format is one line in ``READERS``: its name and the function that reads it.
"""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from maild.domain.habits import Usual, usual_of
from maild.domain.mail import Attachment, Mail
from maild.domain.order import Reading
from maild.domain.problem import Problem
from pipeline.mime import read_mail
from pipeline.orders import archive, csv, docx, edifact, pages, pdf, tradacoms, x12, xls, xlsx, xml
from pipeline.orders.context import Context
from pipeline.orders.detect import MAIL, detect
from pipeline.orders.found import Document
from pipeline.orders.judge import judge
from pipeline.orders.mails import read_drafts, read_mail_orders

# A document that trips one of the readers or their libraries is one that nobody could read; the mail goes on.
FAILURES: tuple[type[BaseException], ...] = (Exception,)

MAX_DEPTH = 2
WRAPPERS = frozenset({"mail", "msg", "zip"})

READERS: dict[str, Callable[[str, bytes, Context], Document]] = {
    "x12": x12.read_x12,
    "edifact": edifact.read_edifact,
    "tradacoms": tradacoms.read_tradacoms,
    "xml": xml.read_xml,
    "pdf": pdf.read_pdf,
    "csv": csv.read_csv,
    "xlsx": xlsx.read_xlsx,
    "xls": xls.read_xls,
    "docx": docx.read_docx,
    "ods": xls.read_xls,
    "html": pages.read_html_page,
    "plain": pages.read_text_page,
}


def read_orders(mail: Mail, usual: Usual = MappingProxyType({})) -> Reading:
    """All orders of a mail, its text and attachments compared; any mail gives a reading.

    ``usual`` decides what a document and its own arithmetic leave open.
    """
    known = usual_of(mail.sender.address, usual) if mail.sender and usual else {}
    try:
        return read_mail_orders(mail, read_attachment, known)
    except FAILURES as error:
        return Reading(problems=(_failed("the mail", error),))


def read_document(name: str, data: bytes) -> Reading | None:
    """The orders of a bare document; None where the bytes are a mail, or text to be read as a mail's body."""
    kind = detect(data, name)
    if kind in MAIL:
        return None
    if kind == "zip":
        whole = Attachment(name, "", len(data), "1", content=data)
        document = _unwrapped(kind, whole, Context())
        return Reading(tuple(judge(draft) for draft in document.drafts), document.problems)
    document = _read(kind, name, data, Context())
    return Reading(tuple(judge(draft) for draft in document.drafts), document.problems)


def read_attachment(attachment: Attachment, context: Context) -> Document:
    """One attachment, read by what it is and not by what it is called."""
    kind = detect(attachment.content, attachment.name)
    if kind in WRAPPERS:
        return _unwrapped(kind, attachment, context)
    if kind not in READERS:
        return Document(problems=_unread(kind, attachment))
    return _read(kind, attachment.name, attachment.content, context)


def _read(kind: str, name: str, data: bytes, context: Context) -> Document:
    reader = READERS.get(kind)
    if reader is None:
        return Document(problems=(Problem("att.unknown", f"{name!r}: {kind} is not read"),))
    try:
        return reader(name, data, context)
    except FAILURES as error:
        return Document(problems=(_failed(name, error),))


def _unwrapped(kind: str, attachment: Attachment, context: Context) -> Document:
    """A mail or archive attached to a mail, opened once: what lies wrapped inside it again stays closed."""
    if context.depth >= MAX_DEPTH:
        return Document(problems=(Problem("zip.limits", f"{attachment.name!r} lies too deep and was not opened"),))
    deeper = replace(context, depth=context.depth + 1)
    if kind == "zip":
        files, problems = archive.unpack(attachment.name, attachment.content, attachment.part)
        found = [read_attachment(file, deeper) for file in files]
        drafts = tuple(draft for document in found for draft in document.drafts)
        return Document(drafts, (*problems, *(p for document in found for p in document.problems)))
    return read_drafts(read_mail(attachment.content), lambda inner, _: read_attachment(inner, deeper))


def _unread(kind: str, attachment: Attachment) -> tuple[Problem, ...]:
    if kind in ("image", "empty", "calendar") or attachment.inline:
        return ()
    return (Problem("att.unknown", f"{attachment.name!r}: {kind} is not read"),)


def _failed(what: str, error: BaseException) -> Problem:
    return Problem("po.unreadable", f"{what}: reading failed ({type(error).__name__})")
