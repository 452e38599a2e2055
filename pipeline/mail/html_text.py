"""HTML as the plain text a person would read. One pass over libxml2's tree, no recursion."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree, html

LONGEST: Final = 2 * 1024 * 1024  # characters of HTML that are read
SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "meta", "link"})
PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote", "dl"})
_LINES = """
    div tr li dt dd section article header footer main address center form fieldset figure hr body tbody thead
    caption aside nav"""
LINES: Final = frozenset(_LINES.split())

_WHITE = re.compile(r"[ \t\r\n\f\v]+")
_TRAILING = re.compile(r"[ \t\xa0]+\n")
_NEWLINES = re.compile(r"\n{3,}")


def to_text(markup: str, title: bool = False) -> str:
    """Text of ``markup``: blocks on lines of their own, cells parted by tabs, scripts and styles left out.

    With ``title`` the document's title, if it has one, is the first line.
    """
    root = parse(markup)
    if root is None:
        return ""
    text = text_of(root)
    named = _WHITE.sub(" ", root.findtext(".//title") or "").strip() if title else ""
    return f"{named}\n\n{text}" if named and not text.startswith(named) else text


def parse(markup: str) -> html.HtmlElement | None:
    """A tree, or None where there is nothing to read. Depth and size are bounded by the parser's own limits."""
    data = markup[:LONGEST].replace("\x00", "").encode("utf-8", "replace")
    if not data.strip():
        return None
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def text_of(root: html.HtmlElement) -> str:
    """Text of a tree, as ``to_text``."""
    text = "".join(_pieces(root)).replace("\xa0", " ")
    return _NEWLINES.sub("\n\n", _TRAILING.sub("\n", text)).strip()


def _pieces(root: html.HtmlElement) -> Iterator[str]:
    silent, pre, fresh = 0, 0, True
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        opening = event == "start"
        if tag in SILENT:
            silent += 1 if opening else -1
        pre += (1 if opening else -1) if tag == "pre" else 0
        if not silent:
            mark = _mark(tag, opening)
            if mark and not (fresh and mark == "\n" and tag != "br"):
                yield mark
                fresh = mark.endswith("\n")
        text = element.text if opening else element.tail
        if text and not silent:
            said = text if pre else _WHITE.sub(" ", text)
            said = said.lstrip(" ") if fresh and not pre else said
            if said:
                yield said
                fresh = said.endswith("\n")


def _mark(tag: str, opening: bool) -> str:
    if tag == "br":
        return "\n" if opening else ""
    if tag in PARAGRAPHS:
        return "\n" if opening else "\n\n"
    if tag in LINES:
        return "\n"
    return "\t" if tag in ("td", "th") and not opening else ""
