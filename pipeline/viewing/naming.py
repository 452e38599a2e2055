"""Which files of a mail name an address, and which of them nobody can read. Runs in the child."""

import html
import re

import pypdfium2 as pdfium

from maild.domain.mail import Attachment
from maild.domain.spellings import Spellings
from pipeline.orders import archive
from pipeline.orders.detect import MAIL, detect

MOST_PAGES = 500
_TAG = re.compile(r"<[^<>]{0,4000}>")
_PLAIN = frozenset({"xml", "x12", "edifact", "tradacoms", "csv", "html", "plain", "empty"})
_OFFICE = frozenset({"xlsx", "docx", "ods"})


def names(file: Attachment, spellings: Spellings) -> bool | None:
    """Whether the text of a file names the address; None where it cannot be read (a picture, an encrypted file)."""
    kind = detect(file.content, file.name)
    if kind in MAIL or kind in _PLAIN:
        return spellings.in_bytes(file.content) or spellings.in_text(html.unescape(_decoded(file.content)))
    if kind == "pdf":
        return _in_pdf(file.content, spellings)
    if kind in _OFFICE:
        return _in_office(file, spellings)
    return spellings.in_text(file.name) if kind == "zip" and _is_whole(file) else None


def _in_pdf(data: bytes, spellings: Spellings) -> bool | None:
    try:
        book = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        return None
    try:
        said = [page.get_textpage().get_text_range() for page, _ in zip(book, range(MOST_PAGES), strict=False)]
        if any(spellings.in_text(text) for text in said) or spellings.in_text("".join("".join(said).split())):
            return True
        whole = len(book) <= MOST_PAGES and all(text.strip() for text in said)  # a page without text is a picture
        return False if whole else None
    except pdfium.PdfiumError:
        return None
    finally:
        book.close()


def _in_office(file: Attachment, spellings: Spellings) -> bool | None:
    """Spreadsheets and documents are archives of XML (ECMA-376, ISO/IEC 26300)."""
    inside, problems = archive.unpack(file.name, file.content, file.part)
    texts = [_decoded(one.content) for one in inside if one.name.endswith((".xml", ".rels"))]
    found = any(spellings.in_text(html.unescape(said)) for text in texts for said in (text, _TAG.sub("", text)))
    return True if found else None if problems else False


def _is_whole(file: Attachment) -> bool:
    """What lies in an archive is asked about file by file."""
    return not archive.unpack(file.name, file.content, file.part)[1]


def _decoded(data: bytes) -> str:
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return data.decode("utf-16" if wide else "utf-8", "replace")
