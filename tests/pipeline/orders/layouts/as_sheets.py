"""Orders as CSV files and workbooks: bare tables, exports with every field on each row, forms."""

# ruff: noqa: E501 (what is printed stays on its line)

import csv
import io
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.pipeline.orders.layouts.columns import Table, decoy_of, heading_of, sums_of, table_of
from tests.pipeline.orders.layouts.drawn import Drawn, mail_of, subject_of, truth_of
from tests.pipeline.orders.layouts.facts import Facts, Item
from tests.pipeline.orders.layouts.printing import Printer, printer_for

_FIGURES = {"quantity", "price", "amount", "per", "discount"}
_MONEY = {
    "USD": ('"$"#,##0.00', "[$$-409]#,##0.00"), "AUD": ("[$AUD] #,##0.00",), "GBP": ("[$£-809]#,##0.00", '"£"#,##0.00'),
    "EUR": ('#,##0.00 "€"', "#,##0.00 [$€-407]", "[$€-2] #,##0.00"), "CHF": ('"CHF" #,##0.00',), "MXN": ("[$MXN] #,##0.00",),
    "BRL": ("[$R$-416] #,##0.00", '"R$" #,##0.00'), "PLN": ('#,##0.00 "zł"', "#,##0.00 [$zł-415]"),
    "RUB": ('#,##0.00 "руб."', "#,##0.00 [$₽-419]"), "KZT": ("#,##0.00 [$KZT]",), "CNY": ('"¥"#,##0.00', "[$¥-804]#,##0.00"),
}  # fmt: skip
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw_csv(seed: int, facts: Facts) -> Drawn:
    printer = printer_for(facts)
    rows = _export(facts, printer) if facts.chance(0.4) else _page(facts, printer)
    mark = facts.dice.choice((";", ";", "\t")) if printer.mark == "," else facts.dice.choice((",", ",", ";", "\t", "|"))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark, lineterminator="\r\n").writerows(rows)
    coding = facts.dice.choice(
        ("utf-8", "utf-8-sig", {"pl": "cp1250", "ru": "cp1251", "zh": "gb18030"}.get(facts.language, "cp1252"))
    )
    data = out.getvalue().replace("\u202f", "\u00a0").encode(coding, "replace")
    return _sent(seed, "csv", facts, f"order_{facts.dice.randint(1, 99)}.csv", "text/csv", data)


def draw_xlsx(seed: int, facts: Facts) -> Drawn:
    printer = printer_for(facts)
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    _form(sheet, facts, printer)
    out = io.BytesIO()
    book.save(out)
    return _sent(seed, "xlsx", facts, "order.xlsx", _XLSX, out.getvalue())


def _sent(seed: int, kind: str, facts: Facts, name: str, media: str, data: bytes) -> Drawn:
    """Alone, or with a mail around that says a word or two."""
    if facts.chance(0.4):
        return Drawn(seed, kind, facts.language, truth_of(facts), document=(name, data))
    subject = subject_of(facts)
    text = (
        "\n".join(
            [
                facts.pick("hello"),
                "",
                facts.pick("intro").replace("{po}", facts.po).rstrip(":：") + ".",
                "",
                facts.pick("thanks"),
                facts.pick("people"),
                facts.buyer.company,
            ]
        )
        + "\n"
    )
    return Drawn(
        seed, kind, facts.language, truth_of(facts), mail_of(facts, subject, text, files=((name, media, data),))
    )


def _export(facts: Facts, printer: Printer) -> list[list[str]]:
    """One row a line, the order's own fields on each of them."""
    table = table_of(facts, printer, sheet=True)
    facts.shown |= {"po", "day", "wanted", "ship"}
    code, city = facts.ship.code, facts.ship.city
    head = [facts.pick("number"), facts.pick("day"), facts.pick("buyer"), facts.pick("ship"), facts.pick("wanted")]
    address = (
        ", ".join((facts.ship.company, facts.ship.street, f"{code} {city}"))
        if facts.ship.country != "US"
        else facts.ship.spoken
    )
    own = [facts.po, printer.day(facts.day), facts.buyer.company, address, printer.day(facts.wanted)]
    kept = [at for at, column in enumerate(table.columns) if column.role != "due"]
    return [[*head, *(table.heads[at] for at in kept)], *([*own, *(row[at] for at in kept)] for row in table.rows)]


def _page(facts: Facts, printer: Printer) -> list[list[str]]:
    """As a page: fields, address, table, sums."""
    table = table_of(facts, printer, sheet=True)
    rows: list[list[str]] = [
        [facts.pick("title")],
        [],
        *([label, value] for label, value in heading_of(facts, printer)),
    ]
    rows += [
        [],
        [facts.pick("buyer"), facts.buyer.company],
        [facts.pick("ship"), facts.ship.rows[0]],
        *(["", row] for row in facts.ship.rows[1:]),
        [],
    ]
    facts.shown.add("ship")
    rows += [list(table.heads), *map(list, table.rows), []]
    blank = [""] * (len(table.columns) - 2)
    return rows + [[*blank, label, value] for label, value in sums_of(facts, printer)]


def _form(sheet: Worksheet, facts: Facts, printer: Printer) -> None:
    table = table_of(facts, printer, sheet=True)
    if facts.chance(0.5):
        sheet.cell(1, 1, facts.buyer.company).font = Font(bold=True, size=14)
    sheet.cell(2, facts.dice.choice((1, 4)), facts.pick("title")).font = Font(bold=True)
    at = 4
    left = facts.dice.choice((1, 1, 5))
    for label, value in heading_of(facts, printer):
        sheet.cell(at, left, label + facts.dice.choice(("", ":")))
        sheet.cell(at, left + facts.dice.choice((1, 1, 2)), _real(facts, printer, value))
        at += 1
    at += 1
    at = _blocks(sheet, facts, at)
    if facts.chance(0.4):
        sheet.cell(at, 1, decoy_of(facts, printer))
        at += 2
    at = _rows(sheet, facts, table, at)
    known = "currency" in facts.shown
    money = facts.dice.choice(_MONEY[facts.currency]) if facts.chance(0.5) else "#,##0.00"
    for label, value in _sums(facts, printer):
        sheet.cell(at, len(table.columns) - 1, label)
        sheet.cell(at, len(table.columns), value).number_format = money
        at += 1
    if not known and money == "#,##0.00":
        facts.shown.discard("currency")
    else:
        facts.shown.add("currency")
    if facts.chance(0.5):
        sheet.cell(at + 2, 1, facts.pick("legal"))
    sheet.cell(at + 4, 1, facts.pick("people"))


def _real(facts: Facts, printer: Printer, value: str) -> Any:
    """Days as days and numbers as numbers where the one who filled the form let the program have its way."""
    for day in (facts.day, facts.wanted):
        if value == printer.day(day) and facts.chance(0.6):
            return datetime(day.year, day.month, day.day)
    return int(value) if value.isdigit() and facts.chance(0.5) else value


def _blocks(sheet: Worksheet, facts: Facts, at: int) -> int:
    facts.shown.add("ship")
    blocks = [(facts.pick("buyer"), facts.bill), (facts.pick("ship"), facts.ship)]
    beside = facts.chance(0.6)
    for number, (label, party) in enumerate(blocks):
        column, row = (1 + 3 * number, at) if beside else (1, at + number * 5)
        shape = facts.chance(0.5)
        sheet.cell(row, column, label)
        for step, text in enumerate(party.rows):
            sheet.cell(row + step + (0 if shape else 1), column + (1 if shape else 0), text)
    return at + (5 if beside else 10)


def _rows(sheet: Worksheet, facts: Facts, table: Table, at: int) -> int:
    for column, head in enumerate(table.heads, 1):
        sheet.cell(at, column, head).font = Font(bold=True)
    at += 1
    for item, cells in zip(facts.items, table.rows, strict=True):
        for column, (each, text) in enumerate(zip(table.columns, cells, strict=True), 1):
            cell = sheet.cell(at, column, _figure(item, each.role, text))
            if each.role in ("price", "amount"):
                cell.number_format = facts.dice.choice(("#,##0.00", "0.00", "General"))
        at += 1
    for _ in range(facts.dice.choice((0, 0, 4))):
        sheet.cell(at, len(table.columns), 0).number_format = "#,##0.00"
        at += 1
    return at + facts.dice.choice((0, 1))


def _figure(item: Item, role: str, text: str) -> Any:
    if role == "line":
        return item.number
    values = {
        "quantity": item.quantity,
        "price": item.price,
        "amount": item.amount,
        "per": item.per,
        "discount": item.discount,
    }
    return float(values[role]) if role in _FIGURES else text


def _sums(facts: Facts, printer: Printer) -> list[tuple[str, float]]:
    amounts = [facts.goods] if facts.freight or facts.discount or facts.tax else []
    amounts += [-facts.discount] if facts.discount else []
    amounts += [each for each in (facts.freight, facts.tax) if each]
    return [
        (label, float(value))
        for (label, _), value in zip(sums_of(facts, printer), [*amounts, facts.total], strict=True)
    ]
