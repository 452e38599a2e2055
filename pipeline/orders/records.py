"""Order lines written as blocks of labels and values, one block a position."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.orders import codes, dates
from pipeline.orders.cells import figure_in
from pipeline.orders.found import Line
from pipeline.orders.labels import columns_of, normal
from pipeline.orders.layout import Layout, Row
from pipeline.orders.money import amounts
from pipeline.orders.numbers import Style

_LINE = re.compile(
    r"^\s*(?:[^\W\d_]{2,12}\.?\s*)(?:no\.?|nr\.?|#|№)?\s*:?\s*(\d{1,4})\b(?:\s*(?:of|von|de|sur|di|z|из|/)\s*\d+)?\W*$",
    re.I,
)


def read_records(layout: Layout, style: Style | None, day_order: "dates.DayOrder | None") -> list[Line]:
    """The blocks that name a quantity and an item or description."""
    blocks: list[dict[str, tuple[str, Row, int]]] = [{}]
    for at, row in enumerate(layout.rows):
        inline = _inline(row)
        if inline:
            blocks += [{role: (value, row, at) for role, value in inline}, {}]
            continue
        role, value = _pair(row)
        if not role:
            continue
        block = blocks[-1]
        if role == "line" or role in block:
            blocks.append({})
        blocks[-1].setdefault(role, (value, row, at))
    return [line for block in blocks if (line := _line(layout, block, style, day_order)) is not None]


def _inline(row: Row) -> list[tuple[str, str]]:
    """The columns and values of a row that holds a whole block ("料号:A-1  数量:20  单价:0.26"); empty for others."""
    if len(row.cells) < 3 or row.grid or sum(cell.text.count(":") + cell.text.count("：") for cell in row.cells) < 3:
        return []
    pairs = [pair for cell in row.cells if (pair := _pair(Row((cell,))))[0]]
    return pairs if len(pairs) >= 3 and "quantity" in dict(pairs) and len(dict(pairs)) == len(pairs) else []


def _pair(row: Row) -> tuple[str, str]:
    """The column this row's label stands for and its value; ("", "") for other rows."""
    if len(row.cells) > 4:
        return "", ""
    text = row.text
    numbered = _LINE.match(text)
    if numbered and "line" in columns_of(re.split(r"[\d:]", text)[0]):
        return "line", numbered.group(1)
    label, mark, value = text.partition("：" if "：" in text else ":")
    if not mark and len(row.cells) == 2:
        label, value = row.cells[0].text, row.cells[1].text
    roles = columns_of(label)
    if not roles or not value.strip() or len(label) > 40:
        return "", ""
    for role in (
        "quantity",
        "price",
        "amount",
        "sku",
        "customer_sku",
        "gtin",
        "item",
        "description",
        "line",
        "unit",
        "date",
    ):
        if role in roles and _fits(role, value):
            if role == "description" and codes.looks_like_code(value.strip(), 5):
                role = "item"
            return role, value.strip()
    return "", ""


def _fits(role: str, value: str) -> bool:
    if role == "line":
        return bool(re.fullmatch(r"\s*\d{1,4}\.?\s*", value))
    if role in ("quantity", "price", "amount"):
        return any(c.isdigit() for c in value) and not (role == "quantity" and dates.find(value))
    if role == "item":
        return len(value.split()) <= 2 and any(c.isdigit() for c in value)
    return True


def _line(
    layout: Layout, block: dict[str, tuple[str, Row, int]], style: Style | None, day_order: "dates.DayOrder | None"
) -> Line | None:
    quantity = figure_in(_text(block, "quantity"), style)
    if quantity is None or quantity <= 0 or not (block.keys() & {"item", "sku", "customer_sku", "description", "gtin"}):
        return None
    names = {
        "quantity": "quantity",
        "price": "unit_price",
        "amount": "amount",
        "item": "sku",
        "sku": "sku",
        "description": "description",
    }
    places = tuple((names[role], layout.place(row)) for role, (_, row, _) in block.items() if role in names)
    unit = _text(block, "unit") or codes.split_unit(_text(block, "quantity") or "")[1]
    sku, item, own = (_code(_text(block, role)) for role in ("sku", "item", "customer_sku"))
    return Line(
        quantity=quantity,
        price=_money(_text(block, "price"), style),
        amount=_money(_text(block, "amount"), style),
        per=_per(_text(block, "price")),
        number=_text(block, "line"),
        sku=sku or item,
        customer_sku=own or (item if sku else None),
        gtin=_code(_text(block, "gtin")),
        description=_text(block, "description"),
        unit=unit,
        requested_date=_day(_text(block, "date"), day_order),
        places=places,
        at=min(at for _, _, at in block.values()),
    )


def _text(block: dict[str, tuple[str, Row, int]], role: str) -> str | None:
    return block[role][0] if role in block else None


def _code(text: str | None) -> str | None:
    return text.split("(")[0].strip()[:60] or None if text else None


def _money(text: str | None, style: Style | None) -> Decimal | None:
    found = amounts(text or "", style)
    return found[0].value if found else None


def _per(text: str | None) -> Decimal | None:
    match = re.search(
        r"(?:/|per|je|pro|por|за|za|par)\s*(1[.,]?000|100|1000)\b", normal(text or "").replace(" ", " ") if text else ""
    )
    return Decimal(re.sub(r"\D", "", match.group(1))) if match else None


def _day(text: str | None, day_order: "dates.DayOrder | None") -> str | None:
    for found in dates.find(text or ""):
        chosen = dates.choose(found, day_order)
        return chosen.isoformat() if chosen else None
    return None


def without(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that only repeat another's place."""
    return [replace(line, sure=True) for line in lines]
