"""Files that name a person are found inside PDF, spreadsheets and archives; what cannot be read is told."""

import io
import zipfile

import pytest
from openpyxl import Workbook
from reportlab.pdfgen.canvas import Canvas

from pipeline.viewing.show import show
from pipeline.viewing.wish import What, Wish
from tests.pipeline.viewing.test_show import archive, mail

ANN = "ann@birch.example"
ASKED = Wish(What.NAMING, ANN)


def pdf(*pages: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for said in pages:
        canvas.drawString(50, 700, said)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def sheet(said: str) -> bytes:
    out, book = io.BytesIO(), Workbook()
    book.active["B2"] = said
    book.save(out)
    return out.getvalue()


def named(name: str, data: bytes) -> tuple[list[str], list[str]]:
    view, _ = show(mail((name, "application/octet-stream", data)), ASKED)
    return [file.name for file in view.files], [file.name for file in view.unread]


@pytest.mark.parametrize("said", [f"Ask {ANN}", "Ask ANN@Birch.example"])
def test_the_address_is_found_in_what_is_packed(said: str) -> None:
    other = "Ask joann@birch.example"
    for name, made in (("a.pdf", pdf), ("a.xlsx", sheet), ("a.txt", str.encode)):
        assert named(name, made(said)) == (["a.pdf".replace("a.pdf", name)], [])
        assert named(name, made(other)) == ([], [])
    assert named("a.zip", archive(b_pdf=pdf("Nothing", said))) == (["b.pdf"], [])


def test_what_nobody_can_read_is_told() -> None:
    assert named("a.pdf", b"%PDF-1.4 broken") == ([], ["a.pdf"])
    assert named("a.pdf", pdf("Words", "")) == ([], ["a.pdf"]), "a page without text is a picture"
    assert named("a.png", b"\x89PNG\r\n\x1a\n....") == ([], ["a.png"])
    assert named("a.xlsx", b"PK\x03\x04 xl/ broken")[0] == []


def test_a_bomb_of_xml_is_told_and_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"<a/>" * 4_000_000)
    assert named("a.xlsx", out.getvalue()) == ([], ["a.xlsx"])
