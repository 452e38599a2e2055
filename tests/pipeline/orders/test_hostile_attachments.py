"""Attachments made to hurt: a result for each, within limits, never trusted by mistake."""

# ruff: noqa: E501 (printed text stays on its line)

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from maild.domain.mail import Attachment, Mail
from maild.domain.order import Reading
from pipeline.orders.detect import detect
from pipeline.orders.read import read_document, read_orders

ROWS = (("PO Number", "H-100"), ("Order Date", "2026-11-16"), ("Item", "Description", "Qty", "Unit Price", "Amount"))


def book(**hidden: object) -> bytes:
    """A workbook with one small order that adds up."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (
        *ROWS,
        ("TG-1", "Bolt M8", 20, 1.5, 30.0),
        ("TG-2", "Nut M8", 40, 0.5, 20.0),
        ("", "", "", "Total", 50.0),
    ):
        sheet.append(row)
    if hidden.get("row"):
        sheet.row_dimensions[5].hidden = True
    if hidden.get("column"):
        sheet.column_dimensions["C"].hidden = True
    if hidden.get("sheet"):
        made.create_sheet("old").sheet_state = "hidden"
    if "cell" in hidden:
        sheet["C4"] = hidden["cell"]
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def page(*lines: str, encrypt: str | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, encrypt=encrypt)
    for number, line in enumerate(lines):
        canvas.drawString(50, 780 - 16 * number, line)
    canvas.save()
    return out.getvalue()


def codes(data: bytes, name: str = "order") -> set[str]:
    return {problem.code for problem in document(data, name).problems}


def document(data: bytes, name: str = "order") -> Reading:
    found = read_document(name, data)
    assert found is not None
    return found


def attached(
    *parts: tuple[str, bytes], text: str = "Please find our order attached.", subject: str = "order"
) -> Reading:
    items = tuple(Attachment(name, "", len(data), str(n), content=data) for n, (name, data) in enumerate(parts, 2))
    return read_orders(Mail(sender=None, subject=subject, text=text, attachments=items))


def test_workbook_order_is_trusted() -> None:
    order = document(book()).orders[0]
    assert (order.po_number, order.total, len(order.lines), order.needs_review) == ("H-100", "50", 2, False)


def test_f01_workbook_that_unpacks_to_too_much() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (70 * 1024 * 1024))
    assert "xlsx.limits" in codes(out.getvalue())


def test_f01_workbook_that_claims_two_billion_rows() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    sheet["XFD1048576"] = "x"
    out = io.BytesIO()
    made.save(out)
    assert document(out.getvalue()) is not None


def test_f02_workbook_with_doctype_and_password() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + content
            target.writestr(entry.filename, content)
    assert "xml.refused" in codes(out.getvalue())
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert "xlsx.encrypted" in codes(encrypted)


def test_f03_formula_without_value_is_never_trusted() -> None:
    for order in document(book(cell="=10+10")).orders:
        assert order.needs_review


@pytest.mark.parametrize("what", ["row", "column", "sheet"])
def test_f04_hidden_content_is_reviewed(what: str) -> None:
    found = document(book(**{what: True}))
    assert all(order.needs_review for order in found.orders) or what == "sheet"
    assert "po.hidden_content" in {p.code for p in found.problems} | {p.code for o in found.orders for p in o.problems}


def test_f05_numbers_as_text_are_read_by_their_own_marks() -> None:
    order = document(book(cell="20,00")).orders[0]
    assert order.lines[0].quantity in ("20.00", "20")


def test_f06_archives_nested_huge_encrypted_and_with_paths() -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("order.xlsx", book())
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("../../etc/inner.zip", inner.getvalue())
        archive.writestr("../order.xlsx", book())
    found = document(outer.getvalue(), "a.zip")
    assert [order.po_number for order in found.orders]
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(200):
            archive.writestr(f"{number}.txt", b"x")
    assert "zip.limits" in codes(many.getvalue(), "b.zip")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 40_000_000)
    assert "zip.limits" in codes(bomb.getvalue(), "c.zip")
    assert "zip.damaged" in codes(inner.getvalue()[:120], "d.zip")


def test_f07_pdf_damaged_cut_and_with_many_pages() -> None:
    whole = page("PURCHASE ORDER", "PO Number: H-1")
    assert codes(whole[: len(whole) // 3]) <= {"pdf.damaged", "pdf.no_text", "po.none_found", "po.blank"}
    assert "pdf.damaged" in codes(b"%PDF-1.7\n" + b"\x00" * 200)
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(60):
        canvas.drawString(50, 700, f"page {number}")
        canvas.showPage()
    canvas.save()
    assert "pdf.limits" in codes(out.getvalue())


def test_f08_pdf_with_password() -> None:
    assert "pdf.encrypted" in codes(page("PO Number: H-1", encrypt="secret"))


def test_f09_pdf_without_text_says_so() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(50, 50, 200, 200, fill=1)
    canvas.save()
    assert "pdf.no_text" in codes(out.getvalue())


def test_f10_quantity_that_its_amount_denies_is_reviewed() -> None:
    lines = ("PO Number: H-2", "Item Qty Price Amount", "TG-1 1000 2.50 25.00", "Total 25.00")
    assert all(order.needs_review for order in document(page(*lines)).orders)


def test_f11_pdf_with_actions_is_only_text() -> None:
    data = page("PO Number: H-3").replace(
        b"/Type /Catalog", b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> /Type /Catalog"
    )
    assert document(data) is not None


@pytest.mark.parametrize(
    "data",
    [
        b'item;qty\n"' + b"x" * 200_000 + b'";1\n',
        b"item;qty;price\nA-1;\x00 4;2\nA-2;1;1\n",
        b'item;qty;price\n"A-1;4;2\nA-2;1;1\n',
        "item\tqty\tprice\nA-1\t4\t2\n".encode("utf-16"),
        b"\xef\xbb\xbfitem;qty;price\nA-1;4;2\n",
        b"a;b;c\n" + b"1;2;3\n" * 60_000,
    ],
)
def test_f12_csv_odd_files_give_an_answer(data: bytes) -> None:
    for order in document(data, "order.csv").orders:
        assert order.needs_review


def test_f12_csv_with_too_many_rows_is_not_partly_read() -> None:
    found = document(b"item;qty;price\n" + b"A-1;2;3\n" * 25_000, "order.csv")
    assert not found.orders
    assert found.problems[0].code == "csv.limits"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Order xmlns="x">&b;</Order>',
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><Order xmlns="x">&a;</Order>',
        b'<?xml version="1.0"?>' + b"<a>" * 100_000,
        b'<?xml version="1.0" encoding="utf-32"?><Order xmlns="x"/>',
        b'<?xml version="1.0"?><Order xmlns="x">' + b"x" * (13 * 1024 * 1024) + b"</Order>",
        b'<?xml version="1.0"?><Order xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></Order>',
    ],
)
def test_f13_xml_attacks_give_no_trusted_order(data: bytes) -> None:
    found = document(data, "order.xml")
    assert all(order.needs_review for order in found.orders)
    assert b"root:" not in repr(found).encode()


def test_f16_type_is_told_by_content() -> None:
    assert detect(book(), "order.pdf") == "xlsx"
    assert detect(page("x"), "order.xlsx") == "pdf"
    assert attached(("order.csv", book())).orders[0].po_number == "H-100"


def test_f17_two_orders_among_five_attachments_are_two() -> None:
    second = page("PURCHASE ORDER", "PO Number: H-200", "Item Qty Price Amount", "TG-9 10 2.50 25.00", "Total 25.00")
    found = attached(
        ("a.xlsx", book()), ("b.pdf", second), ("logo.png", b"\x89PNG\r\n"), ("t.txt", b"terms"), ("x.bin", b"\x00\x01")
    )
    assert sorted(order.po_number or "" for order in found.orders) == ["H-100", "H-200"]


def test_f18_same_order_twice_is_one_and_a_difference_is_reviewed() -> None:
    once = attached(("a.xlsx", book()), ("a (1).xlsx", book()))
    assert [(o.po_number, o.needs_review) for o in once.orders] == [("H-100", False)]
    other = page("PURCHASE ORDER", "PO Number: H-100", "Item Qty Price Amount", "TG-1 10 1.50 15.00", "Total 15.00")
    twice = attached(("a.xlsx", book()), ("a.pdf", other))
    assert [(o.po_number, o.needs_review) for o in twice.orders] == [("H-100", True)]


@pytest.mark.parametrize("size", [0, 1, 7, 64, 513])
def test_any_bytes_give_a_reading(size: int) -> None:
    for head in (
        b"",
        b"%PDF-",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"ISA*00*",
        b"UNB+",
        b"<?xml ",
        b"STX=ANA:1+",
        b"<html>",
    ):
        data = head + bytes((7 * n + size) % 256 for n in range(size))
        alone, enclosed = read_document("x", data), attached(("x", data))
        assert alone is None or all(order.needs_review for order in alone.orders)
        assert all(order.needs_review for order in enclosed.orders)


def repacked(extra: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
        target.writestr(extra, b"\0")
    return out.getvalue()


@pytest.mark.parametrize(
    ("extra", "code"),
    [("xl/vbaProject.bin", "xlsx.macros"), ("xl/externalLinks/externalLink1.xml", "xlsx.external_links")],
)
def test_f02_macros_and_links_are_left_alone_and_told(extra: str, code: str) -> None:
    found = document(repacked(extra))
    assert code in {p.code for p in found.problems}
    assert (found.orders[0].total, len(found.orders[0].lines), found.orders[0].needs_review) == ("50", 2, True)


HEAD = ("Item", "Description", "Qty", "Unit Price", "Amount")
COLUMNS = (50, 120, 260, 320, 420)


def painted(*, mode: int = 0, white: bool = False, behind: bool = False) -> bytes:
    """A page with one more line of an order, drawn so that it may not be seen."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawString(50, 780, "PO Number: H-100")
    canvas.drawString(50, 764, "Order Date: 2026-11-16")
    for y, row in ((740, HEAD), (724, ("TG-1", "Bolt M8", "20", "1.50", "30.00"))):
        for x, text in zip(COLUMNS, row, strict=True):
            canvas.drawString(x, y, text)
    if behind:
        canvas.setFillColorRGB(0, 0, 0.6)
        canvas.rect(40, 700, 500, 20, fill=1)
    for x, text in zip(COLUMNS, ("TG-9", "Nut M9", "99", "1.00", "99.00"), strict=True):
        drawn = canvas.beginText(x, 708)
        drawn.setTextRenderMode(mode)
        drawn.setFillColorRGB(*((1, 1, 1) if white else (0, 0, 0)))
        drawn.textOut(text)
        canvas.drawText(drawn)
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("how", [{"mode": 3}, {"white": True}])
def test_f10_text_that_nobody_sees_is_not_ordered_and_told(how: dict[str, Any]) -> None:
    found = document(painted(**how))
    assert "99" not in str([order.lines for order in found.orders])
    assert "pdf.hidden_text" in {p.code for p in found.problems}
    assert all(order.needs_review for order in found.orders)


def test_f10_white_text_on_a_painted_ground_is_seen() -> None:
    found = document(painted(white=True, behind=True))
    assert "pdf.hidden_text" not in {p.code for p in found.problems}
    assert "99" in [line.quantity for line in found.orders[0].lines]


def formed(*, mode: int = 0, text: str = "TG-9 Nut M9 99 1.00 99.00", scale: float = 1.0) -> bytes:
    """A page that draws a form (ISO 32000-1, 8.10) with text which may not be seen."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawString(50, 780, "PO Number: H-100")
    for y, row in ((740, HEAD), (724, ("TG-1", "Bolt M8", "20", "1.50", "30.00"))):
        for x, cell in zip(COLUMNS, row, strict=True):
            canvas.drawString(x, y, cell)
    canvas.beginForm("stamp")
    drawn = canvas.beginText(0, 0)
    drawn.setTextRenderMode(mode)
    drawn.textOut(text)
    canvas.drawText(drawn)
    canvas.endForm()
    canvas.saveState()
    canvas.translate(50, 708)
    canvas.scale(scale, scale)
    canvas.doForm("stamp")
    canvas.restoreState()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_f10_text_hidden_in_a_form_is_not_ordered_and_told(scale: float) -> None:
    found = document(formed(mode=3, scale=scale))
    assert "99" not in str([order.lines for order in found.orders])
    assert "pdf.hidden_text" in {p.code for p in found.problems}
    assert all(order.needs_review for order in found.orders)


def test_f10_text_seen_in_a_form_is_read() -> None:
    found = document(formed(text="Our reference: 4711-Q"))
    assert "pdf.hidden_text" not in {p.code for p in found.problems}


def test_f10_hidden_words_without_figures_are_told() -> None:
    found = document(formed(mode=3, text="approved without review"))
    assert "pdf.hidden_text" in {p.code for p in found.problems}
    assert all(order.needs_review for order in found.orders)


def test_f11_pdf_with_launch_action_embedded_program_and_odd_font_map_runs_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    data = page("PO Number: H-4", "Item Qty Price Amount", "TG-1 10 2.50 25.00", "Total 25.00")
    launch = f"/OpenAction << /S /Launch /F (/bin/touch) /P ({marker}) >> /Type /Catalog".encode()
    for odd in (launch, b"/AA << /O << /S /URI /URI (http://192.0.2.1/x) >> >> /Type /Catalog"):
        assert document(data.replace(b"/Type /Catalog", odd)) is not None
    mapped = data.replace(b"/WinAnsiEncoding", b"/..#2f..#2fetc#2fpasswd")
    assert document(mapped) is not None
    assert not marker.exists()


def test_f07_pdf_with_a_stream_that_unpacks_to_too_much_and_no_cross_reference() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=1)
    for _ in range(400):
        canvas.drawString(50, 700, "7" * 1000)
    canvas.save()
    assert codes(out.getvalue()) & {"pdf.limits", "po.none_found", "po.blank", "pdf.no_text"}
    whole = page("PURCHASE ORDER", "PO Number: H-1")
    lost = whole[: whole.rindex(b"xref")] + b"xref\n0 1\n0000000000 65535 f \nstartxref\n9999999\n%%EOF"
    assert codes(lost) is not None
