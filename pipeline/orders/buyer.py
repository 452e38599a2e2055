"""Who buys: by label, letterhead, signature and the addresses, never the seller."""

import re
from collections.abc import Sequence

from maild.domain.order import Party
from pipeline.orders import identity, parties
from pipeline.orders.context import Context
from pipeline.orders.found import Value
from pipeline.orders.labels import field_of, normal
from pipeline.orders.layout import Layout, Row
from pipeline.orders.pairs import Pair


def buyer_of(
    layout: Layout, found: Sequence[Pair], ship: Party | None, bill: Party | None, context: Context
) -> Value | None:
    seller_rows = {id(pair.row): pair for pair in found if "seller" in pair.fields}
    sellers = {normal(line) for pair in found if "seller" in pair.fields for line in pair.block[:2]}
    hints = _hints(ship, bill, context)
    scored: list[tuple[float, int, Value]] = []
    for pair in found:
        if "buyer" in pair.fields and pair.block and not re.match(r"^[\W\d]", pair.value) and len(pair.value) < 90:
            name = parties.company_in(pair.value) or (
                parties.company_in(pair.block[1]) if len(pair.block) > 1 else None
            )
            if field_of(pair.value):
                continue
            person = "contact" in pair.fields or pair.name in ("from", "von", "de", "da", "van", "od", "от")
            company_like = name or (None if person else pair.value.split(",")[0])
            if company_like and not any(c.isdigit() for c in company_like[:3]):
                scored.append(
                    (
                        3.5 + 1.5 * bool(name) + _shared(company_like, hints),
                        0,
                        Value(company_like.strip(), layout.place(pair.row), 3),
                    )
                )
    count = len(layout.rows)
    for at, row in enumerate(layout.rows):
        for cell in row.cells if parties.may_name_company(row.text) else ():
            for text in cell.lines or (cell.text,):
                name = parties.company_in(text) if len(text) < 400 else None
                if (
                    not name
                    or normal(name) in sellers
                    or _names_label(name)
                    or (id(row) in seller_rows and normal(name) in normal(seller_rows[id(row)].value))
                ):
                    continue
                if re.match(
                    r"(?i)\W*(?:to|an|spett\.?le|proveedor|dear|fournisseur|vendor|supplier|leverancier)\b",
                    text.strip(),
                ):
                    continue
                position = (at / count if context.mail else 1 - at / count) if count else 0.0
                scored.append((2.0 + position + 2 * _shared(name, hints), at, Value(name, layout.place(row, text), 2)))
    if not context.mail:
        scored += [
            (2.7 + _shared(name, hints), 0, value) for name, value in _letterhead(layout) if normal(name) not in sellers
        ]
    for party, other, weight in ((bill, ship, 2.0), (ship, bill, 2.4)):
        own = _hints(other, None, context)
        if (
            party
            and party.company
            and not party.company[0].isdigit()
            and len(party.company) < 70
            and normal(party.company) not in sellers
        ):
            scored.append(
                (weight + _shared(party.company, own), 0, Value(party.company, layout.place(Row(()), party.company), 1))
            )
    author = re.sub(r"<[^>]*>|\"", "", context.author).strip()
    if author and "@" not in author:
        scored.append((1.0 + _shared(author, hints), 0, Value(author, layout.place(Row(()), context.author), 0)))
    return max(scored, key=lambda s: s[0])[2] if scored else None


def _letterhead(layout: Layout) -> list[tuple[str, Value]]:
    """The name in the first rows of a page: words alone, no label and no title."""
    found = []
    for row in layout.rows[:4]:
        for cell in row.cells[:2]:
            text = cell.text.strip()
            words = re.findall(r"[^\W\d_]{2,}", text)
            if (
                2 <= len(words) <= 8
                and not re.search(r"[:：@\d]|www|http", text)
                and not field_of(text)
                and not identity.is_title(text)
                and text[0].isupper()
            ) and (text.isupper() or text.istitle() or parties.company_in(text)):
                found.append((text, Value(text, layout.place(row, text), 1)))
    return found[:2]


def _names_label(name: str) -> bool:
    return bool(field_of(name))


def _hints(ship: Party | None, bill: Party | None, context: Context) -> str:
    domain = context.author.rpartition("@")[2].rstrip("> ").rpartition(".")[0]
    return re.sub(
        r"[\W_]+",
        "",
        normal(
            " ".join(
                filter(
                    None,
                    [
                        context.author.split("<")[0] if context.mail else "",
                        domain,
                        ship.company if ship else "",
                        bill.company if bill else "",
                    ],
                )
            )
        ),
    )


def _shared(name: str, hints: str) -> float:
    """How much of a name's telling words the sender's address or the delivery block know."""
    words = [w for w in normal(name).split() if len(w) >= 4]
    return (
        min(1.0, sum(w in hints for w in words) / max(len(words), 1) + 0.3 * any(w in hints for w in words))
        if words
        else 0.0
    )
