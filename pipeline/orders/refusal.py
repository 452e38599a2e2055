"""Documents and mails that are no orders, however much they look like one, and why."""

import re
from decimal import Decimal
from functools import cache

from maild.domain.problem import Problem
from pipeline.orders.composed import is_yours
from pipeline.orders.found import Draft
from pipeline.orders.labels import normal, phrases, says
from pipeline.orders.layout import Layout
from pipeline.orders.lines import line_sum, proves

TITLE_ROWS = 14
_CONFIRMS = r"confirm|acknowledg|bestatig|conferma|bekraft|bekraef|bekreft|bevestig|potwierdz|potvrz|подтвержд|vahvist"
_NUMBERED = re.compile(r"(?: (?:no|nr|n|number|num|numero|nummer|numer|номер)\b)?(?: [^\W\d]{1,4})?(?: \w*\d\w*)+$")
_THANKS = re.compile(
    r"thank|confirm|acknowledg|dank|bestatig|merci|remerci|grazi|ringrazi|conferm|graci|agradec|bevestig|obrigad|dziekuj"
    r"|potwierdz|спасибо|благодар|подтвержд|感谢|感謝|确认|確認|\btac?kk?\b|kiitos|bekraft|bekraef|bekreft|dekuj|potvrz|tesekkur"
    r"|multum|koszon|visszaigaz"
)
_OF_YOURS = re.compile(r" (?:zu|for|fur|to|de|di|a|alla|al|per|van|voor|op|do|para|na|till|til|for|k|к|на) .*$")
_ORDER = re.compile(
    r"(?i)(\w*)\W*(?:purchase\s?order|bestellung|bon de commande|ordine|pedido|encomenda|zamówienie|заказ|订单)"
)
_BRACKETED = re.compile(r"(?<=\w)\s*\([^)]{1,12}\)$")  # "Documento di trasporto (D.D.T.)"
_REPORT = re.compile(  # what a buyer prints for itself, or sends to hurry its supplier
    r"(?:(?:list of )?(?:all )?(?:open|outstanding|overdue|past due|late|unconfirmed) (?:purchase )?orders?"
    r"(?: lines?| items?)?|(?:purchase )?orders? (?:status|history|expedite|expediting)|back ?orders?|expediting"
    r"|offene bestellungen|ruckstandsliste|bestellubersicht|commandes (?:en cours|en retard)|ordini (?:aperti|inevasi)"
    r"|pedidos (?:pendientes|abiertos|em aberto|pendentes)|openstaande (?:bestellingen|orders)"
    r"|(?:otwarte|niezrealizowane) zamowienia)"
    r"(?: (?:report|list|liste|lijst|listing|by|as of|per|je|nach|par|por)\b.*)?$"
    r"|(?:goods|material|purchase order) receipts?(?: report| list)?$|receiving report$"
)
OPENING = 1500  # characters in which a letter says what it is


def refusal(
    layout: Layout, draft: Draft, subject: str = "", is_mail: bool = False, answer: bool = False
) -> tuple[str, str] | None:
    """(code, reason) where it is no order; None where it may be one.

    The subject of an ``answer`` is of the mail it answers, which a seller may have written.
    """
    titled = title_of(layout)
    if titled and not (is_mail and draft.best("po_number") and not _opens(layout, titled)):
        return "po.other_document", f"the document calls itself {titled!r}"
    text = f"{subject}\n{layout.text}"
    strong = _strength(draft)
    asked = says(text, "quotation")
    if asked and not (draft.type_why and strong >= 2) and (strong < 3 or says(subject, "quotation") or _denies(text)):
        return "po.quotation", f"it asks for a quotation ({asked!r})"
    own_subject = "" if answer else subject
    spoken = says(f"{own_subject}\n{layout.text}"[:OPENING], "seller_speaks")
    if spoken in phrases("not_order_title"):
        spoken = _seller_speaks(own_subject, layout)
    if spoken and (strong < 4 or says(own_subject, "seller_speaks")):
        return "po.seller_document", f"the seller speaks ({spoken!r})"
    grumbled = says(text, "complaint")
    if grumbled and strong < 3 and not draft.type_why:
        return "po.about_order", f"it is about an order, not one ({grumbled!r})"
    thanked = says(text, "delivered") if is_mail and not draft.type_why and _nothing_wanted(draft) else None
    if thanked:
        return "po.about_order", f"it is about a delivery ({thanked!r})"
    if not draft.lines and not draft.best("po_number"):
        return "po.none_found", "neither a PO number nor order lines were found"
    if not is_mail and not draft.best("po_number") and not any(line.price is not None for line in draft.lines):
        return "po.none_found", "no PO number and no prices: a list of goods, not an order"
    if is_mail and not draft.best("po_number") and not says(text, "order"):
        return "po.none_found", "no PO number, and nothing is ordered in words"
    if not is_mail and not draft.lines and not draft.text("total") and not draft.ship_to:
        return "po.blank", "a form without order lines"
    return None


def _opens(layout: Layout, title: str) -> bool:
    """Whether a letter begins with this title, as a document put into a mail does."""
    return bool(layout.rows) and layout.rows[0].text.strip()[:60] == title.strip()


def _seller_speaks(subject: str, layout: Layout) -> str | None:
    """What a seller would say, in the subject or the first rows; a buyer who asks for a confirmation names one too."""
    length = 0
    for text in (subject, *(row.text for row in layout.rows)):
        if length > OPENING:
            return None
        length += len(text) + 1
        spoken = says(text, "seller_speaks")
        if spoken and not (spoken in phrases("not_order_title") and len(text.split()) > len(spoken.split()) + 2):
            return spoken
    return None


def title_of(layout: Layout) -> str | None:
    """The title of another kind of document among the first rows, None for an order's or none."""
    known = set(phrases("not_order_title"))
    for row in layout.rows[:TITLE_ROWS]:
        for cell in row.cells:
            latin = normal(re.sub(r"[^\x00-\u024f]+", " ", cell.text))
            if latin in known and not cell.text.isascii():
                return cell.text[:60]
            name = _NUMBERED.sub("", normal(_BRACKETED.sub(" ", cell.text))).strip()
            if ":" not in cell.text and _REPORT.match(name):  # a box of a form asks for them: "Back orders: no"
                return cell.text[:60]
            if (
                (name in known or _OF_YOURS.sub("", name) in _confirmations())
                and ":" not in cell.text
                and not any(c.islower() for c in cell.text[:1])
            ):
                return cell.text[:60]
            if any(not is_yours(normal(match[1])) for match in _ORDER.finditer(cell.text[:200])):
                return None
    return None


@cache
def _confirmations() -> frozenset[str]:
    """Titles that say whose order they answer: "Order confirmation for your order 4711"."""
    return frozenset(name for name in phrases("not_order_title") if re.search(_CONFIRMS, name))


def seller_doubt(layout: Layout) -> Problem | None:
    """A doubt where words that only a seller says stand on what else reads as an order."""
    spoken = says(layout.text[:OPENING], "seller_speaks")
    if not spoken or spoken in phrases("not_order_title") or not _THANKS.search(spoken):
        return None
    return Problem("po.seller_document", f"the seller seems to speak ({spoken!r})", "type")


def _nothing_wanted(draft: Draft) -> bool:
    """Whether nothing tells that goods are ordered: no day, no price, at most a count without an item number."""
    named = any(line.price is not None or line.sku or line.customer_sku or line.gtin for line in draft.lines)
    return len(draft.lines) < 2 and not named and not draft.text("requested_date")


def _strength(draft: Draft) -> int:
    """How much speaks for an order: a number by its label, priced lines, a total, a place or day to deliver."""
    number = draft.best("po_number")
    return (
        (1 if number and number.weight >= 2 else 0)
        + (1 if any(line.price is not None for line in draft.lines) else 0)
        + (1 if any(proves(line) for line in draft.lines) else 0)
        + (1 if _summed(draft) else 0)
        + (1 if draft.ship_to and draft.ship_to.postcode and draft.text("requested_date") else 0)
    )


def _summed(draft: Draft) -> bool:
    """Whether a total is stated, which is not less than what the lines come to: such is a credit's."""
    total, made = draft.text("total"), line_sum(draft.lines)
    return total is not None and (made is None or Decimal(total) >= made or bool(draft.charges))


def _denies(text: str) -> bool:
    return bool(
        re.search(
            r"(?i)not an?(?: purchase)? order|not yet an order|keine bestellung|pas (?:encore )?une commande"
            r"|no constituye|(?:todavía|aún) no es (?:un )?pedido|geen bestelling|non costituisce"
            r"|non è ancora (?:un )?ordine|nie stanowi|jeszcze nie (?:jest )?zamówienie|nie jest jeszcze zamówienie"
            r"|não constitui|ainda não é (?:um )?pedido|ainda não é (?:uma )?encomenda"
            r"|не является заказом|(?:ещ[её]|пока) не заказ|ještě není objednávka"
            r"|不构成|暂不下单|仅询价|还不是订单",
            text,
        )
    )
