"""Order lines out of running text: list items, rows that start with a quantity, and sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.orders import codes, dates
from pipeline.orders.arithmetic import product
from pipeline.orders.closing import closing
from pipeline.orders.found import Line
from pipeline.orders.labels import field_of
from pipeline.orders.layout import Layout, Row
from pipeline.orders.mentions import Mention, before_price, instead, labelled_quantity, leading, mentions_in
from pipeline.orders.money import Amount, amounts
from pipeline.orders.numbers import FIGURE, Style, plain

MAX_ITEMS = 5_000
_PRICE_BEFORE = re.compile(
    r"(?:@|(?<!\w)(?:à|at|zu|zum|je|a|por|de|per|au|cada|tegen|voor|za|po|по|за|цена|cena|price|prix|preis|precio|prezzo|prijs|preço|preco|单价|單價|每\w?|для))\s*"
    r"(?:preis von|price of|prix de|cenie|цене|po cenie|ao preço de|al prezzo di|einzelpreis|stück|stk\.?|unit price)?"
    r"[\s:]*$",
    re.I,
)
_LEAD = re.compile(r"^\s*(?:[-*•·–—▪►●○◦+]\s+|\(?\d{1,3}[.)]\s+|\d{1,2}\s?、\s?)")
_SENTENCE_END = re.compile(r"(?<=[a-zà-ÿ)\d\"'я])[.!?;](?=\s+[A-ZÀ-ÝА-Я«\"(])|[。；！？]")


def list_items(layout: Layout, style: Style | None) -> list[Line]:
    """Lines out of rows that are list items or start with a quantity and a unit, with their wrapped rest."""
    found = []
    for row, text, at in _wrapped(layout.rows):
        line = item(text, style)
        if line is not None:
            found.append(_placed(line, layout, row, at))
        if len(found) > MAX_ITEMS:
            break
    return found


def sentences(layout: Layout, style: Style | None) -> list[Line]:
    """Lines out of sentences: each quantity with a unit begins one, up to the next."""
    found: list[Line] = []
    for row, text, at in _paragraphs(layout.rows):
        if len(text) > 6000:
            continue
        for sentence in _SENTENCE_END.split(text):
            found += [_placed(line, layout, row, at) for line in _in_sentence(sentence, style)]
    return found[:MAX_ITEMS]


def item(text: str, style: Style | None) -> Line | None:
    """One position written in one phrase ("10 boxes WS-50 wood screw @ £8.90"); None where no quantity is named."""
    lead = _LEAD.match(text)
    body = text[lead.end() :] if lead else text
    figures = amounts(body, style)
    priced = _priced(body, figures)
    mention = (
        instead(body, style)
        or leading(body, style)
        or labelled_quantity(body, figures, style)
        or before_price(body, figures, priced, style)
    )
    if mention is None or mention.value <= 0:
        return None
    price, amount = _price_and_amount(body, figures, priced, mention)
    return _item_line(body, mention, price, amount)


def _item_line(body: str, mention: Mention, price: Amount | None, amount: Amount | None) -> Line | None:
    rest = body[: mention.start] + " " + body[mention.end :] if not price else (
        body[: mention.start] + " " + body[mention.end : max(price.start, mention.end)]
        if mention.end <= price.start
        else body[: mention.start]
    )  # fmt: skip
    described = re.sub(r"(?i)^\s*(?:of the|of|de la|de|d'|di|von|van|the|x|×)\s+", "", " ".join(rest.split())).strip(
        " ,;:-–—@="
    )
    found, sure = _codes_of(body, price)
    if not re.search(r"[^\W\d_]{2,}", described) and not found:
        return None
    if (
        mention.unit is None
        and price is None
        and (not found or mention.value > 99999 or found[0] == plain(mention.value))
    ):
        return None
    return Line(
        quantity=mention.value,
        price=price.value if price else None,
        amount=amount.value if amount else None,
        sku=found[0] if found else None,
        customer_sku=found[1] if len(found) > 1 else None,
        description=described[:500] or None,
        unit=mention.unit,
        sure=sure,
    )


def _codes_of(body: str, price: Amount | None) -> tuple[list[str], bool]:
    """The item numbers of a phrase, and whether there was no choice between several."""
    own = list(dict.fromkeys(code for _, code in codes.labelled(body)))
    if own:
        return own[:2], len(own) <= 2
    bracketed = [t for t in re.findall(r"\(([^()\s]{3,30})\)", body) if codes.looks_like_code(t)]
    spoken = re.findall(r"(?i)(?:that's|that is|das ist|c'est|es el|è il|to jest|это)\s+([\w./-]{3,30})", body)
    tokens = [
        t for t in re.findall(r"[^\s,;()]{3,40}", body[: price.start if price else None]) if codes.looks_like_code(t, 5)
    ]
    marked = [t for t in tokens if any(c.isalpha() for c in t) or "-" in t or t.isdigit()]
    candidates = [
        t.strip(".,;:") for t in bracketed + [s for s in spoken if codes.looks_like_code(s.strip("."))] + marked
    ]
    unique = list(dict.fromkeys(candidates))
    return unique[:1], len(unique) <= 1


def _priced(body: str, figures: Sequence[Amount]) -> int | None:
    """Which figure is the price: with a currency, or after "@" and the like."""
    for number, figure in enumerate(figures):
        before = body[max(0, figure.start - 24) : figure.start]
        if (figure.currency is not None and number > 0) or (_PRICE_BEFORE.search(before) and number > 0 and (
            "," in figure.figure or "." in figure.figure or "@" in before or figure.currency is not None
        )):  # fmt: skip
            return number
    for number, figure in enumerate(figures):
        if figure.currency is not None and _is_money(figure):
            return number
        if (
            number
            and re.match(r"\s*(?:each|ea|apiece|per|/)\b", body[figure.end :], re.I)
            and re.search(r"[.,]\d", figure.figure)
        ):
            return number
    return None


def _price_and_amount(
    body: str, figures: Sequence[Amount], priced: int | None, mention: Mention
) -> tuple[Amount | None, Amount | None]:
    money = [f for f in figures if f.start >= mention.end or f.end <= mention.start]
    for a in reversed(money):
        for p in money:
            if (
                p.start < a.start
                and p is not a
                and _is_money(p)
                and _is_money(a)
                and product(mention.value, p.value, a.value, Decimal(1))
            ):
                return p, a
    if priced is None:
        return _last_decimal(body, money, mention), None
    price = figures[priced]
    if price not in money:
        return None, None
    later = [f for f in money if f.start > price.end and (f.currency is not None or "=" in body[price.end : f.start])]
    amount = later[-1] if later else None
    if amount and "=" not in body[price.end : amount.start] and not product(mention.value, price.value, amount.value):
        amount = None
    return price, amount


def _is_money(figure: Amount) -> bool:
    return figure.currency is not None or bool(re.search(r"[.,]\d", figure.figure))


def _last_decimal(body: str, money: Sequence[Amount], mention: Mention) -> Amount | None:
    """A bare last figure with two decimals, where a row ends in its price."""
    if (
        money
        and money[-1].start >= mention.end
        and re.search(r"[.,]\d{2,4}$", money[-1].figure)
        and not body[money[-1].end :].strip()
    ):
        return money[-1]
    return None


def _in_sentence(sentence: str, style: Style | None) -> Iterator[Line]:
    mentions = list(mentions_in(sentence, style))
    if not mentions and labelled_quantity(sentence, amounts(sentence, style), style):
        line = item(sentence, style)
        if line is not None and line.sku:
            yield line
    for number, mention in enumerate(mentions):
        end = mentions[number + 1].start if number + 1 < len(mentions) else len(sentence)
        segment = sentence[mention.start : end]
        line = item(segment, style)
        if line is None:
            body = sentence[mention.end : end]
            line = (
                _item_line(segment, Mention(mention.value, mention.unit, 0, mention.end - mention.start), None, None)
                if body.strip()
                else None
            )
        if line is not None and _worth(line):
            yield line


def _worth(line: Line) -> bool:
    return bool(line.sku or (line.description and len(re.findall(r"[^\W\d_]{3,}", line.description)) >= 1))


def _wrapped(rows: Sequence[Row]) -> Iterator[tuple[Row, str, int]]:
    """List items and rows that start with a figure, joined with the rows they wrap into."""
    at = 0
    while at < len(rows):
        row = rows[at]
        text = row.text
        start = at
        if closing(row) or row.grid or not (row.bullet or _starts_item(text)):
            at += 1
            continue
        indent = row.cells[0].x0
        at += 1
        while at < len(rows) and _continues(rows[at], indent, row):
            text += " " + rows[at].text
            at += 1
        yield row, text[:1500], start


def _starts_item(text: str) -> bool:
    match = re.match(rf"\s*(?:{FIGURE.pattern})", text)
    return bool(match) and not dates.find(text[:16])


def _continues(row: Row, indent: float, first: Row) -> bool:
    if row.gap or row.bullet or row.grid or closing(row) or (_starts_item(row.text) and row.cells[0].x0 <= indent + 3):
        return False
    if field_of(row.text.split(":")[0]) and ":" in row.text:
        return False
    return row.cells[0].x0 > indent or first.bullet


def _paragraphs(rows: Sequence[Row]) -> Iterator[tuple[Row, str, int]]:
    start: int | None = None
    for at in range(len(rows) + 1):
        ends = at == len(rows) or rows[at].gap or rows[at].grid or rows[at].bullet
        if start is not None and ends:
            yield rows[start], " ".join(row.text for row in rows[start:at]), start
            start = None
        if at < len(rows) and start is None and not rows[at].grid:
            start = at


def _placed(line: Line, layout: Layout, row: Row, at: int) -> Line:
    place = layout.place(row)
    return replace(
        line, places=tuple((n, place) for n in ("quantity", "unit_price", "amount", "sku", "description")), at=at
    )
