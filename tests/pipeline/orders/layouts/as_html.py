"""Orders as HTML mails: of a mail program, of a portal, of a purchasing system."""

# ruff: noqa: E501 (what is printed stays on its line)

from html import escape

from tests.pipeline.orders.layouts.columns import RIGHT, Table, decoy_of, heading_of, sums_of, table_of
from tests.pipeline.orders.layouts.drawn import Drawn, mail_of, subject_of, truth_of
from tests.pipeline.orders.layouts.facts import Facts, Party
from tests.pipeline.orders.layouts.printing import Printer, printer_for


def draw_html(seed: int, facts: Facts) -> Drawn:
    printer = printer_for(facts)
    subject = subject_of(facts)
    markup = markup_of(facts, printer)
    return Drawn(seed, "html", facts.language, truth_of(facts), mail_of(facts, subject, html=markup))


def markup_of(facts: Facts, printer: Printer) -> str:
    block = facts.dice.choice(("p", "div", "div"))
    rows = (
        [f"<{block}>{escape(facts.pick('hello'))}</{block}>"]
        if facts.chance(0.5)
        else [f"<h2>{escape(facts.pick('title'))}</h2>"]
    )
    fields = heading_of(facts, printer, with_number=facts.chance(0.75))
    if "po" not in facts.shown:
        intro = facts.pick("intro").replace("{po}", facts.po)
        rows.append(f"<{block}>{escape(intro)}</{block}><br>")
        facts.shown.add("po")
    parts = [_heading(facts, fields), _parties(facts), _lines(facts, printer)]
    if facts.chance(0.2):
        parts = [parts[0], parts[2], parts[1]]
    rows += parts
    if facts.chance(0.5):
        rows.append(f"<{block}>{escape(decoy_of(facts, printer))}</{block}>")
    signed = [
        facts.pick("thanks"),
        facts.pick("people"),
        facts.pick("jobs"),
        facts.buyer.company,
        "Tel. +00 555 0155-12",
    ]
    rows.append(f"<{block}>" + "<br>".join(map(escape, signed)) + f"</{block}>")
    if facts.chance(0.6):
        rows.append(f"<p style='font-size:8pt;color:#777'>{escape(facts.pick('legal'))}</p>")
    page = "\n".join(rows)
    if facts.chance(0.3):
        page = f"<table width='100%' bgcolor='#eee'><tr><td align='center'><table width='640'><tr><td>{page}</td></tr></table></td></tr></table>"
    return f"<html><head><style>td{{padding:2px}}</style></head><body>{page}</body></html>"


def _heading(facts: Facts, fields: list[tuple[str, str]]) -> str:
    shape = facts.dice.choice(("table", "table", "rows", "across", "bold", "list"))
    pairs = [(escape(label), escape(value)) for label, value in fields]
    if shape == "table":
        return "<table>" + "".join(f"<tr><td><b>{a}</b></td><td>{b}</td></tr>" for a, b in pairs) + "</table>"
    if shape == "across":
        return (
            "<table border=1><tr>" + "".join(f"<th>{a}</th>" for a, _ in pairs) + "</tr><tr>"
            + "".join(f"<td>{b}</td>" for _, b in pairs) + "</tr></table>"
        )  # fmt: skip
    if shape == "bold":
        return "<p>" + "<br>".join(f"<b>{a}:</b> {b}" for a, b in pairs) + "</p>"
    if shape == "list":
        return "<ul>" + "".join(f"<li>{a}: {b}</li>" for a, b in pairs) + "</ul>"
    return "".join(f"<div><span>{a}:</span>&nbsp;<span>{b}</span></div>" for a, b in pairs)


def _parties(facts: Facts) -> str:
    facts.shown.add("ship")
    blocks = [(facts.pick("ship"), facts.ship)]
    if facts.chance(0.5):
        blocks.append((facts.pick("bill"), facts.bill))
    if facts.chance(0.4):
        blocks.append((facts.pick("seller"), facts.seller))
    facts.dice.shuffle(blocks)
    shape = facts.dice.choice(("beside", "beside", "below", "rows", "heads"))
    if shape == "beside":
        return (
            "<table width='100%'><tr>"
            + "".join(f"<td valign=top><b>{escape(a)}</b><br>{_rows(b)}</td>" for a, b in blocks)
            + "</tr></table>"
        )
    if shape == "heads":
        return (
            "<table border=1><tr>" + "".join(f"<th>{escape(a)}</th>" for a, _ in blocks) + "</tr><tr>"
            + "".join(f"<td>{_rows(b)}</td>" for _, b in blocks) + "</tr></table>"
        )  # fmt: skip
    if shape == "rows":
        return "<table>" + "".join(f"<tr><td>{escape(a)}:</td><td>{_rows(b)}</td></tr>" for a, b in blocks) + "</table>"
    return "".join(f"<p><b>{escape(a)}:</b><br>{_rows(b)}</p>" for a, b in blocks)


def _rows(party: Party) -> str:
    return "<br>".join(escape(row) for row in party.rows)


def _lines(facts: Facts, printer: Printer) -> str:
    table = table_of(facts, printer)
    sums = sums_of(facts, printer) if facts.chance(0.9) else []
    inside = facts.chance(0.6)
    rows = ["<table border=1 cellspacing=0>", _head(facts, table)]
    inline = facts.chance(0.5)
    at = table.at("goods")
    for cells, more in zip(table.rows, table.more, strict=True):
        shown = [escape(cell) for cell in cells]
        if more and inline:
            shown[at] += f"<br><small>{escape(more)}</small>"
        rows.append(
            "<tr>" + "".join(_cell(c, column.role) for c, column in zip(shown, table.columns, strict=True)) + "</tr>"
        )
        if more and not inline:
            rows.append(
                f"<tr><td colspan={max(at, 1)}></td><td colspan={len(shown) - max(at, 1)}>{escape(more)}</td></tr>"
            )
    if inside:
        rows += [
            f"<tr><td colspan={len(table.columns) - 1} align=right>{escape(a)}</td><td align=right>{escape(b)}</td></tr>"
            for a, b in sums
        ]
    rows.append("</table>")
    if not inside and sums:
        rows.append(
            "<table align=right>"
            + "".join(f"<tr><td>{escape(a)}:</td><td>{escape(b)}</td></tr>" for a, b in sums)
            + "</table>"
        )
    return "".join(rows)


def _head(facts: Facts, table: Table) -> str:
    tag = facts.dice.choice(("th", "td"))
    return "<tr>" + "".join(f"<{tag}>{escape(head)}</{tag}>" for head in table.heads) + "</tr>"


def _cell(text: str, role: str) -> str:
    return f"<td align=right>{text.replace(' ', '&nbsp;')}</td>" if role in RIGHT else f"<td>{text}</td>"
