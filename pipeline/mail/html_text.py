"""HTML as the plain text a person would read. One pass over libxml2's tree, no recursion."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml import etree, html

LONGEST: Final = 1024 * 1024  # characters of HTML that are read
MOST_TAGS: Final = 120_000  # opening and closing ones
MOST_QUOTED: Final = 20
SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "meta", "link"})
PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote", "dl"})
_LINES = """
    div tr li dt dd section article header footer main address center form fieldset figure hr body tbody thead
    caption aside nav"""
LINES: Final = frozenset(_LINES.split())

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_:-]{2,40})", re.IGNORECASE)
_WHITE = re.compile(r"[ \t\r\n\f\v]+")
_TRAILING = re.compile(r"[ \t\xa0]+\n")
_NEWLINES = re.compile(r"\n{3,}")


def charset(data: bytes) -> str | None:
    """The charset that a document names in its first 2 KiB (HTML, 13.2.3.2), None where it names none."""
    found = _CHARSET.search(data[:2048])
    return found.group(1).decode("ascii") if found else None


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


def text_of(root: html.HtmlElement, quoted: bool = False) -> str:
    """Text of a tree, as ``to_text``; with ``quoted``, lines inside blockquotes begin with "> "."""
    pieces = list(_pieces(root))
    if quoted and any(depth for depth, _ in pieces):
        return _tidy("\n".join(_quoted_lines(pieces)))
    return _tidy("".join(text for _, text in pieces))


def _tidy(text: str) -> str:
    return _NEWLINES.sub("\n\n", _TRAILING.sub("\n", text.replace("\xa0", " "))).strip()


def _quoted_lines(pieces: list[tuple[int, str]]) -> Iterator[str]:
    depth, line = 0, ""
    for deep, text in pieces:
        if deep != depth and line:
            yield ("> " * depth + line).rstrip()
            line = ""
        depth = deep
        *whole, rest = (line + text).split("\n")
        for full in whole:
            yield ("> " * depth + full).rstrip()
        line = rest
    yield ("> " * depth + line).rstrip()


def _pieces(root: html.HtmlElement) -> Iterator[tuple[int, str]]:
    """(depth of blockquotes, text) in order; white space is folded, and no line begins with it."""
    silent, pre, deep, fresh = 0, 0, 0, True
    for event, element in islice(etree.iterwalk(root, events=("start", "end")), MOST_TAGS):
        tag = element.tag if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        silent += step if tag in SILENT else 0
        pre += step if tag == "pre" else 0
        mark = "" if silent else _mark(tag, step > 0)
        if mark and not (fresh and mark == "\n" and tag != "br"):
            yield deep, mark
            fresh = True if mark.endswith("\n") else fresh
        deep = min(deep + step, MOST_QUOTED) if tag == "blockquote" else deep
        said = (element.text if step > 0 else element.tail) or ""
        if said and not silent:
            said = said if pre else _WHITE.sub(" ", said)
            said = said.lstrip(" ") if fresh and not pre else said
            if said:
                yield max(deep, 0), said
                fresh = said.endswith("\n")


def _mark(tag: str, opening: bool) -> str:
    if tag == "br":
        return "\n" if opening else ""
    if tag in PARAGRAPHS:
        return "\n" if opening else "\n\n"
    if tag in LINES:
        return "\n"
    return "\t" if tag in ("td", "th") and not opening else ""
