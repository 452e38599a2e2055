"""Orders as the text of a mail: printed by a system, pasted out of a sheet, as blocks of fields."""

from tests.pipeline.orders.layouts.columns import RIGHT, Table, decoy_of, heading_of, sums_of, table_of
from tests.pipeline.orders.layouts.drawn import Drawn, mail_of, subject_of, truth_of
from tests.pipeline.orders.layouts.facts import Facts
from tests.pipeline.orders.layouts.printing import Printer, printer_for


def draw_text(seed: int, facts: Facts) -> Drawn:
    printer = printer_for(facts)
    subject = subject_of(facts)
    text = "\n".join(body_rows(facts, printer)) + "\n"
    return Drawn(seed, "text", facts.language, truth_of(facts), mail_of(facts, subject, text))


def body_rows(facts: Facts, printer: Printer) -> list[str]:
    """The whole letter, row by row."""
    dice = facts.dice
    rows = [facts.pick("hello"), ""] if facts.chance(0.6) else []
    fields = heading_of(facts, printer, with_number=facts.chance(0.7))
    if "po" not in facts.shown or (rows and facts.chance(0.4)):
        name = "intro_day" if "day" in facts.shown and facts.chance(0.4) else "intro"
        rows += [facts.pick(name).replace("{po}", facts.po).replace("{day}", printer.day(facts.day)), ""]
        facts.shown.add("po")
    elif facts.chance(0.5):
        rows += [facts.pick("title"), ""]
    head = [*_fields(facts, fields), ""]
    if facts.chance(0.5):
        head.insert(-1, decoy_of(facts, printer))
    place = _address(facts, printer)
    lines = _lines(facts, printer)
    parts = [head, [*lines, ""], place]
    if facts.chance(0.5):
        parts = [head, place, [*lines, ""]]
    elif facts.chance(0.25):
        parts = [[*lines, ""], head, place]
    rows += [row for part in parts for row in part]
    if facts.chance(0.3):
        rows += [decoy_of(facts, printer), ""]
    if facts.chance(0.4):
        rows += [facts.pick("legal"), ""]
    return rows + _signature(facts, dice.choice((True, False)))


def _fields(facts: Facts, fields: list[tuple[str, str]]) -> list[str]:
    wide = max((len(label) for label, _ in fields), default=0)
    shape = facts.dice.choice(("colon", "colon", "padded", "dotted", "behind"))
    if shape == "padded":
        return [f"{label.ljust(wide)} : {value}" for label, value in fields]
    if shape == "dotted":
        return [f"{(label + ' ').ljust(wide + 4, '.')}: {value}" for label, value in fields]
    if shape == "behind":
        return [f"{(label + ':').ljust(wide + 3)}{value}" for label, value in fields]
    mark = "：" if facts.language == "zh" else ":"
    return [f"{label}{mark} {value}" for label, value in fields]


def _address(facts: Facts, printer: Printer) -> list[str]:
    label = facts.pick("ship")
    facts.shown.add("ship")
    mark = "：" if facts.language == "zh" else ":"
    if facts.chance(0.2) and "wanted" not in facts.shown:
        facts.shown.add("wanted")
        said = facts.pick("deliver").replace("{wanted}", printer.day(facts.wanted)).replace("{ship}", facts.ship.spoken)
        return [said, ""]
    if facts.chance(0.35):
        return [f"{label}{mark} {facts.ship.spoken}", ""]
    rows = facts.ship.rows
    if facts.chance(0.3):
        return [f"{label}{mark} {rows[0]}", *(" " * (len(label) + 2) + row for row in rows[1:]), ""]
    return [f"{label}{mark}", *rows, ""]


def _lines(facts: Facts, printer: Printer) -> list[str]:
    table = table_of(facts, printer)
    way = facts.dice.choice(("aligned", "aligned", "aligned", "ruled", "tabs", "records", "pipes"))
    if way == "records":
        rows = _records(facts, table)
    elif way == "tabs":
        rows = ["\t".join(table.heads), *("\t".join(row) for row in table.rows)]
    elif way == "pipes":
        rows = [" | ".join(table.heads), *(" | ".join(row) for row in table.rows)]
    else:
        rows = _aligned(facts, table, way == "ruled")
    if facts.chance(0.88):
        rows += ["", *_sums(facts, printer, len(rows[0]) if way != "tabs" else 0)]
    return rows


def _aligned(facts: Facts, table: Table, ruled: bool) -> list[str]:
    size = [max(len(cell) for cell in column) for column in zip(table.heads, *table.rows, strict=True)]
    right = [column.role in RIGHT for column in table.columns]
    gap = " " * facts.dice.choice((2, 2, 3, 4))

    def row(cells: tuple[str, ...]) -> str:
        return gap.join(c.rjust(n) if r else c.ljust(n) for c, n, r in zip(cells, size, right, strict=True)).rstrip()

    rows = [row(table.heads)]
    rule = "-" * len(rows[0])
    if ruled:
        rows += [rule]
    at = table.at("goods")
    before = sum(size[:at]) + len(gap) * at
    for cells, more in zip(table.rows, table.more, strict=True):
        rows.append(row(cells))
        if more:
            rows.append(" " * before + more)
    return [*rows, rule] if ruled else rows


def _records(facts: Facts, table: Table) -> list[str]:
    rows: list[str] = []
    for number, cells in enumerate(table.rows, 1):
        if "line" not in [column.role for column in table.columns]:
            rows.append(f"{facts.words['line'][0].strip('.#') or 'Pos'} {number}")
        rows += [f"{column.head}: {cell}" for column, cell in zip(table.columns, cells, strict=True)]
        rows.append("")
    return rows[:-1]


def _sums(facts: Facts, printer: Printer, wide: int) -> list[str]:
    sums = sums_of(facts, printer)
    if wide > 40 and facts.chance(0.6):
        longest = max(len(value) for _, value in sums)
        return [label.rjust(wide - longest - 2) + "  " + value.rjust(longest) for label, value in sums]
    return [f"{label}: {value}" for label, value in sums]


def _signature(facts: Facts, whole: bool) -> list[str]:
    rows = [facts.pick("thanks"), facts.pick("people")]
    if whole:
        rows += [facts.pick("jobs")]
    rows += [facts.buyer.company]
    if whole:
        rows += [
            f"{facts.bill.street}, {facts.bill.place}" if facts.bill.country != "CN" else facts.bill.place,
            "Tel. +00 555 0155-12",
            "orders@buyer.example",
        ]
    return rows
