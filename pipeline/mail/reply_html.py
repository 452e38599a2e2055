"""HTML replies, cut where mail programs mark their quotations, as text in which what is left of them has "> "."""

from itertools import islice
from typing import Final

from lxml import etree, html

from pipeline.mail import html_text

DIVIDER: Final = "-----Original Message-----"

# Elements that hold a quotation, by the program that writes them.
QUOTATION_CLASSES: Final = frozenset(
    {
        "gmail_quote",
        "gmail_extra",
        "yahoo_quoted",
        "protonmail_quote",
        "tutanota_quote",
        "zmail_extra",
        "front-blockquote",
        "missive_quote",
        "cm_quote",
        "quoted-text",
        "sh-quoted-content",
        "ms-outlook-mobile-reference-message",
        "hs_reply",
        "zmail_extra_hr",
        "history_container",
        "ntes-mailmaster-quote",
        "freshdesk_quote",
    }
)
QUOTATION_IDS: Final = frozenset(
    {"mail-app-auto-quote", "isforwardcontent", "yahoo_quoted", "spark-quote", "reply-intro"}
)
QUOTATION_NAMES: Final = frozenset({"messagereplysection", "quote"})
SIGNATURE_NAMES: Final = frozenset({"messagesignaturesection"})
# Elements above which the answer ends: everything behind them is the old mail.
DIVIDER_IDS: Final = frozenset(
    {"divrplyfwdmsg", "appendonsend", "stopspelling", "zwchr", "orm_divider", "x_divrplyfwdmsg"}
)
DIVIDER_CLASSES: Final = frozenset({"xm_compose_origin_mail_container"})
DIVIDER_BORDERS: Final = ("#e1e1e1", "#b5c4df", "rgb(225", "rgb(181", "#e5e5e5", "windowtext")
SIGNATURE_CLASSES: Final = frozenset(
    {
        "gmail_signature",
        "moz-signature",
        "protonmail_signature_block",
        "front-signature",
        "tutanota_signature",
        "edo-signature",
        "bloop_sign",
    }
)
SIGNATURE_IDS: Final = frozenset({"signature", "ms-outlook-mobile-signature", "applemailsignature"})


def to_text(markup: str) -> str:
    """Text of an HTML reply; marked quotations are dropped, unless text follows them, which answers them."""
    root = html_text.parse(markup)
    if root is None:
        return ""
    marked, first, last = _marked(root)
    for element, kind, ended in marked:
        if kind == "divider":
            _divide(element)
        elif kind == "indented":
            element.tag = "div"
        elif (kind == "signature" and first < ended) or (kind == "quotation" and ended >= last):
            element.tag = "template"  # which has no text
        elif kind == "quotation":
            element.tag = "blockquote"
    return html_text.text_of(root, quoted=True)


def _marked(root: html.HtmlElement) -> tuple[list[tuple[html.HtmlElement, str, int]], int, int]:
    """The elements that mean something with their kind and the place where each ends, and the places of the first and
    the last text outside quotations and signatures and above dividers. One pass."""
    found: list[tuple[html.HtmlElement, str, int]] = []
    first, last, inside, divided = html_text.MOST_TAGS, 0, 0, False
    tags = islice(etree.iterwalk(root, events=("start", "end")), html_text.MOST_TAGS)
    for place, (event, element) in enumerate(tags):
        kind = _kind(element) if isinstance(element.tag, str) else ""
        hides = kind in ("quotation", "signature")
        if event == "start":
            inside += hides
            divided = divided or kind == "divider"
        else:
            inside -= hides
            if kind:
                found.append((element, kind, place))
        said = (element.text if event == "start" else element.tail) or ""
        if not inside and not divided and element.tag not in html_text.SILENT and said.strip(" \t\r\n\xa0"):
            first, last = min(first, place), place + 1
    return found, first, last


def _kind(element: html.HtmlElement) -> str:
    name, identity = element.get("name", "").lower(), element.get("id", "").lower()
    classes = set(element.get("class", "")[:500].lower().split())
    if (
        identity in DIVIDER_IDS
        or classes & DIVIDER_CLASSES
        or element.get("data-marker") == "__DIVIDER__"
        or _is_outlook_border(element)
    ):
        return "divider"
    if (
        classes & SIGNATURE_CLASSES
        or identity in SIGNATURE_IDS
        or name in SIGNATURE_NAMES
        or element.get("data-smartmail") == "gmail_signature"
    ):
        return "signature"
    if classes & QUOTATION_CLASSES or identity in QUOTATION_IDS or name in QUOTATION_NAMES:
        return "quotation"
    if element.tag != "blockquote":
        return ""
    style = element.get("style", "")[:300].lower()
    return "quotation" if element.get("type") == "cite" or element.get("cite") or "border-left" in style else "indented"


def _is_outlook_border(element: html.HtmlElement) -> bool:
    """The line that Outlook draws above From, Sent, To and Subject."""
    style = element.get("style", "")[:300].lower().replace(" ", "") if element.tag == "div" else ""
    return "border-top:solid" in style and any(border in style for border in DIVIDER_BORDERS)


def _divide(element: html.HtmlElement) -> None:
    marker = html.Element("p")
    marker.text = DIVIDER
    if element.getparent() is not None:
        element.addprevious(marker)
