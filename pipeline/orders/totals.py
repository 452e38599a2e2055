"""Totals, taxes and charges as printed, and which of them is the grand total."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.orders.arithmetic import sums
from pipeline.orders.east import SIGN
from pipeline.orders.found import Value
from pipeline.orders.glance import SUMS, may_label
from pipeline.orders.heads import Column, head_columns
from pipeline.orders.labels import field_of, normal
from pipeline.orders.layout import Cell, Layout, Row
from pipeline.orders.money import Amount, amounts
from pipeline.orders.numbers import FIGURE, Style, plain

_NET = re.compile(
    r"\b(?:ex|excl\w*|exkl\w*|before|net|nett|netto|ht|sin|senza|sem|bez|hors|imponible|imponibile|excluding"
    r"|htva|zzgl|exclusief|s iva"
    r"|base|"
    r"без|line|goods|part|service|items)\b|不含|未税|未稅|税前|小计|小計"
)
_GROSS = re.compile(
    r"\b(?:inc|incl\w*|inkl\w*|ttc|brutto|gross|con iva|grand|including|tvac|ivato|compresa|inclusa|inclusief|com iva"
    r"|c iva|с ндс"
    r"|к оплате|do zaplaty|payable|payer|pagar|due|general|geral|complessivo)\b|价税|含税(?<!不含税)|含稅"
)
_SKIP = re.compile(
    r"\b(?:qty|quantity|weight|lines|pieces|items|menge|gewicht|kg|cartons|boxes|units|pallets|stk|positionen|ilosc|peso|poids|колво|вес|mest)\b|数量|重量|件数|件數"
)

_VERB = re.compile(  # "It's £410.00 plus VAT", "Dá 410,00 € mais IVA"
    r"(?:^|[.!?]\s+)(D[áa]|Isto dá|Fa|Fanno|Sono|Viene|Son|Hace|Hacen|Dat is|Dat maakt|Das sind|Das macht|Daje"
    r"|Выйдет|Будет|It['’]s|That['’]s|That is|Ça donne|C['’]est)\s*(?:[€$£]|R\$|EUR)?\s*$"
)
MOST_LABEL = 120  # characters in front of a sum, of the words that say what it is
MOST_EAST = 12  # signs in which a label ends a sentence
MOST_BELOW = 12  # rows below the last line in which its columns are summed up
_ANY_FIGURE = re.compile(r"[\d.,'\u2019 \u00a0]+")
_RATE = re.compile(r"\s*\d{1,2}(?:[.,]\d{1,3})?\s?%\s+(?:on|of|auf|von|sur|de|di|su|op|van|over|af|av|z|od|от|с|на)\s")
_CENTS = re.compile(r"[.,]\d{2}$")  # a round figure may be where carriage paid begins


@dataclass(frozen=True, slots=True)
class Stated:
    """One printed sum: what it may be, its normal label, its value and where it stands."""

    kinds: frozenset[str]
    name: str
    amount: Amount
    value: Value

    @property
    def figure(self) -> Decimal:
        return self.amount.value


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums chosen, and all charges that may stand between goods and total."""

    total: Stated | None = None
    subtotal: Stated | None = None
    tax: Decimal | None = None
    charges: tuple[Decimal, ...] = ()
    all: tuple[Stated, ...] = ()


def stated(layout: Layout, style: Style | None) -> list[Stated]:
    """All labelled sums of a document, in reading order."""
    rows = layout.levels
    found: list[Stated] = []
    columns: tuple[Column, ...] = ()
    for at, row in enumerate(rows):
        if head := head_columns(row):
            columns = head
        elif may_label(row.text, SUMS):
            found += _in_row(layout, rows, at, _in_amounts(row, columns), style)
    return found


def _in_amounts(row: Row, columns: Sequence[Column]) -> Row:
    """A sheet's row of sums without those of other columns (pieces, cartons), where one stands under the amounts."""
    gross = any("gross" in column.roles for column in columns)
    under = {column.x0: column.roles for column in columns}
    summed = [cell for cell in row.cells if "amount" in under.get(cell.x0, ()) and FIGURE.search(cell.text)]
    if row.grid <= 0 or gross or len(summed) != 1:
        return row
    kept = tuple(cell for cell in row.cells if cell is summed[0] or not _ANY_FIGURE.fullmatch(cell.text.strip()))
    return replace(row, cells=kept)


def choose(found: Sequence[Stated], line_sum: Decimal | None) -> Totals:
    """The grand total, the goods, and the charges between them.

    A gross sum that is goods plus printed taxes and charges wins; then what is labelled as grand total; then the last
    total; a sum that only ever means goods is the total where nothing else is printed.
    """
    taxes = _values(found, "tax")
    others = _values(found, "freight") + _values(found, "discount")
    charges = tuple(dict.fromkeys([*taxes, *others]))
    candidates = [s for s in found if s.kinds & {"total", "subtotal"} and s.figure > 0]
    if not candidates:
        return Totals(charges=charges, tax=taxes[-1] if taxes else None, all=tuple(found))
    total = _grand(candidates, charges, line_sum)
    goods = [s for s in candidates if s.figure != total.figure and "subtotal" in s.kinds]
    matching = [s for s in candidates if line_sum is not None and abs(s.figure - line_sum) < Decimal("0.02")]
    subtotal = next((s for s in matching if s.figure != total.figure), None) or (goods[0] if goods else None)
    return Totals(total, subtotal, sum(dict.fromkeys(taxes), Decimal(0)) if taxes else None, charges, tuple(found))


def across(layout: Layout, last: int, made: Decimal | None, style: Style | None) -> tuple[Decimal, ...]:
    """What a row of sums of columns adds to the lines' sum: "1,091.00 | 250.93 | 1,341.93" adds the second of them."""
    if made is None:
        return ()
    for row in layout.rows[last + 1 : last + 1 + MOST_BELOW]:
        figures = [amount.value for amount in amounts(row.text[:400], style)] if len(row.cells) >= 2 else []
        if made in figures:
            rest = figures[figures.index(made) + 1 :]
            added = [value for value in rest if 0 < value < made and made + value in rest]
            if added:
                return (added[0],)
    return ()


def left_out(chosen: Totals, line_sum: Decimal | None) -> tuple[Stated, ...]:
    """Taxes and freight printed below a total that is the goods alone: then the sum that holds them was not read."""
    total = chosen.total
    if total is None or line_sum is None or not sums([line_sum], total.figure) or not _goods_only(total):
        return ()
    below = [s for s in chosen.all if s.figure > 0 and _CENTS.search(s.amount.figure) and _order(s) > _order(total)]
    return tuple(s for s in below if s.kinds & {"tax", "freight"} and not s.kinds & {"total", "subtotal"})


def _goods_only(total: Stated) -> bool:
    return "total" not in total.kinds or bool(_NET.search(total.name) and not _GROSS.search(total.name))


def _order(each: Stated) -> tuple[int, int]:
    return each.value.place.page or 0, each.value.place.line or 0


def _grand(candidates: Sequence[Stated], charges: Sequence[Decimal], line_sum: Decimal | None) -> Stated:
    positive = [c for c in charges if c]
    for top in sorted(candidates, key=lambda s: -s.figure):
        bases = [s.figure for s in candidates if s.figure < top.figure] + ([line_sum] if line_sum is not None else [])
        if (
            positive
            and "total" in top.kinds
            and any(base != top.figure and sums([base], top.figure, positive) for base in bases)
        ):
            return top
    if line_sum is not None:
        gross = [s for s in candidates if _GROSS.search(s.name) and not _NET.search(s.name) and s.figure >= line_sum]
        if gross:
            return max(gross, key=lambda s: s.figure)
    return max(enumerate(candidates), key=lambda pair: (_rank(pair[1], line_sum), pair[0]))[1]


def _rank(each: Stated, line_sum: Decimal | None) -> tuple[int, int, int, int]:
    total = "total" in each.kinds
    matches = line_sum is not None and abs(each.figure - line_sum) < Decimal("0.02")
    gross = 1 if _GROSS.search(each.name) else 0
    return (each.value.weight > 1, total, matches, gross)


def _values(found: Sequence[Stated], kind: str) -> list[Decimal]:
    return [s.figure for s in found if kind in s.kinds and not s.kinds & {"total", "subtotal"}]


def _in_row(layout: Layout, rows: Sequence[Row], at: int, row: Row, style: Style | None) -> Iterator[Stated]:
    cells = row.cells
    hit = False
    for number, cell in enumerate(cells):
        label, rest = _label_and_rest(cell.text)
        kinds = _kinds(label)
        if not kinds or _SKIP.search(normal(label)):
            continue
        amount = _last(rest, style) if rest and not _is_base(rest, cells[number + 1 :], style) else None
        if amount is None:
            amount = _following(cells[number + 1 :], style)
        if amount is None and not FIGURE.search(row.text) and (len(cells) > 1 or field_of(cell.text) & SUMS):
            amount = _under(rows, at, cell, style)
        if amount is not None and not rest.strip().startswith("%"):
            hit = True
            yield _stated(layout, row, kinds, normal(label), amount, 3)
    if not hit:
        yield from _spoken(layout, row, style)


def _is_base(rest: str, following: Sequence[Cell], style: Style | None) -> bool:
    """Whether a rate's label goes on with what it is taken of, and its own figure follows: "VAT 6% on 2,097.10"."""
    if not _RATE.match(rest) or not following:
        return False
    return bool(amounts(following[0].text, style)) and not _kinds(_label_and_rest(following[0].text)[0])


def _stated(layout: Layout, row: Row, kinds: frozenset[str], name: str, amount: Amount, weight: int) -> Stated:
    return Stated(kinds, name, amount, Value(plain(amount.value), layout.place(row), weight, name))


def _label_and_rest(text: str) -> tuple[str, str]:
    """A label with its rate ("IVA 21 %", "19 % MwSt.") aside, and what follows it."""
    match = re.match(
        r"\s*(?:\d{1,2}(?:[.,]\d{1,2})?\s?%\s)?([^:：\d]{2,60}?)(?:\s*[@(]?\s*\d{1,2}(?:[.,]\d{1,3})?\s*%\)?)?(?:\s*\([^)]{0,40}\))?\s*[:：.]*\s*(?=[:：]|(?<![^\W\d_])[-+]?\s?(?:[^\w\s]{1,2}\s?|[A-Z]{1,3}\.?\$?\s?)?\d|$)(.*)",
        text,
        re.S,
    )
    if not match:
        return text, ""
    return match.group(1), match.group(2).lstrip(":： ")


def _kinds(label: str) -> frozenset[str]:
    clean = re.sub(r"\([^)]*\)?", " ", label)
    clean = re.sub(
        r"\b(?:EUR|USD|GBP|CHF|CAD|AUD|SGD|INR|PLN|RUB|CNY|RMB|BRL|MXN|NZD|CZK|SEK|NOK|DKK)\b|[€$£¥]", " ", clean
    ).strip(" .-–=*")
    found = field_of(clean) & SUMS or field_of(label) & SUMS
    if found:
        return found
    words = clean.split()
    if len(words) > 1 and "total" in field_of(words[0]) and field_of(" ".join(words[1:])) & SUMS == {"tax"}:
        return frozenset({"tax"})  # "Total VAT"
    if not 1 < len(words) <= 7:
        return frozenset()
    for size in range(min(len(words) - 1, 4), 0, -1):
        found = field_of(" ".join(words[:size])) & SUMS
        if found & {"total", "subtotal", "tax"}:
            return found
    return field_of(words[-1]) & {"total"}


def _last(text: str, style: Style | None) -> Amount | None:
    found = [a for a in amounts(text, style) if not text[a.end :].lstrip().startswith("%")]
    money = [a for a in found if a.currency is not None]
    if money and len(money) < len(found):
        return money[0]
    decimal = [a for a in found if _CENTS.search(a.figure)]
    found = decimal if decimal and not money else found
    return found[-1] if found and len(text) < 60 else (found[0] if found else None)


def _following(cells: Sequence[Cell], style: Style | None) -> Amount | None:
    best: Amount | None = None
    for cell in cells[:5]:
        if _kinds(_label_and_rest(cell.text)[0]) and not amounts(cell.text, style):
            break
        found = _last(cell.text, style)
        if found is not None and len(re.findall(r"[^\W\d_]", cell.text)) <= 8:
            best = found
    return best


def _under(rows: Sequence[Row], at: int, cell: Cell, style: Style | None) -> Amount | None:
    labels = rows[at].cells
    boxed = labels[-1] is cell and len(labels) > 1 and rows[at].box is not None  # its figure may end at the box's edge
    for row in rows[at + 1 : at + 3]:
        if row.page != rows[at].page:
            return None
        for other in row.cells:
            beside = boxed and other is row.cells[-1] and other.x0 > cell.x0 and len(row.cells) <= len(labels)
            if beside or (other.x0 < cell.x1 + 3 and other.x1 > cell.x0 - 3):
                found = amounts(other.text, style)
                return found[-1] if len(found) == 1 and len(re.findall(r"[^\W\d_]", other.text)) < 5 else None
    return None


def _east_total(before: str) -> str | None:
    """The label that a Chinese sentence ends in, which no blank parts from its other words ("...单价39元。合计")."""
    before = before[-MOST_EAST:].rstrip(" :：为是约￥¥")
    if not SIGN.match(before[-1:]):
        return None
    if re.search(r"(?:^|[,，。；;\s])共$", before):
        return "共"
    return next((before[-size:] for size in (5, 4, 3, 2) if "total" in field_of(before[-size:])), None)


def _spoken(layout: Layout, row: Row, style: Style | None) -> Iterator[Stated]:
    """A total inside a sentence: "Macht 410,00 EUR netto", "per un totale di € 410,00"."""
    text = row.text
    for amount in amounts(text, style):
        if amount.currency is None and not _CENTS.search(amount.figure):
            continue
        if verb := _VERB.search(text, max(0, amount.start - MOST_LABEL), amount.start):
            yield _stated(layout, row, frozenset({"total"}), normal(verb[1]), amount, 1)
            return
        if name := _east_total(text[: amount.start]):
            yield _stated(layout, row, frozenset({"total"}), name, amount, 1)
            return
        words = text[max(0, amount.start - MOST_LABEL) : amount.start].split()[-5:]
        for size in range(1, len(words) + 1):
            for end in range(len(words), max(size - 1, len(words) - 3), -1):
                name = " ".join(words[end - size : end]) if end - size >= 0 else ""
                if name == "tot" and amount.currency is None:
                    continue  # in Dutch it is until: "tot 15.12"
                if name and "total" in field_of(name) and not _SKIP.search(normal(name)):
                    yield _stated(layout, row, frozenset({"total"}), normal(name), amount, 1)
                    return
