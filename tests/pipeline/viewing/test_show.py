"""What a person gets to see of a mail: its text, its HTML made harmless, its files, a page as a picture."""

import io
import zipfile
import zlib
from email.message import EmailMessage

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from pipeline.viewing.page import png
from pipeline.viewing.show import clean, show
from pipeline.viewing.wish import File, What, Wish


def order_pdf(pages: int = 2) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for number in range(pages):
        canvas.drawString(50, 700, f"Purchase order PO-{number}")
        canvas.rect(40, 690, 200, 30, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            packed.writestr(name.replace("_", "."), data)
    return out.getvalue()


def mail(*files: tuple[str, str, bytes], html: str = "") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "pat@abc.example", "orders@desk.example", "PO-1"
    made.set_content("Please deliver.\n")
    if html:
        made.add_alternative(html, subtype="html")
    for name, kind, data in files:
        made.add_attachment(data, *kind.split("/"), filename=name)
    return made.as_bytes()


def wide_and_high(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


def test_the_contents_are_the_text_the_harmless_html_and_the_files() -> None:
    raw = mail(("order.pdf", "application/pdf", b"%PDF"), html="<p onclick=x()>Hi<script>alert(1)</script></p>")
    view, data = show(raw, Wish(What.CONTENTS))
    assert (view.text.strip(), view.html.strip(), data) == ("Please deliver.", "<p>Hi</p>", b"")
    assert view.files == (File("order.pdf", "application/pdf", 4),)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<a href='javascript:alert(1)'>x</a>",
        "<img src=https://tracker.example/1.gif onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<style>body{background:url(https://tracker.example)}</style>",
        "<p style='position:fixed;background:url(https://tracker.example)'>x</p>",
        "<form action=https://thief.example><input name=password></form>",
        "<iframe src=https://thief.example></iframe>",
        "<base href=https://thief.example><meta http-equiv=refresh content='0;url=https://thief.example'>",
    ],
)
def test_i04_html_of_a_stranger_neither_runs_nor_loads(html: str) -> None:
    left = clean(html).lower()
    for bad in ("script", "onerror", "tracker.example", "thief.example", "<form", "<input", "<iframe", "style"):
        assert bad not in left


def test_a_file_comes_as_it_was_sent_also_out_of_an_archive() -> None:
    pdf = order_pdf(1)
    raw = mail(("all.zip", "application/zip", archive(order_pdf=pdf)))
    assert show(raw, Wish(What.FILE, "order.pdf"))[1] == pdf
    assert [file.name for file in show(raw, Wish(What.CONTENTS))[0].files] == ["all.zip", "order.pdf"]


def test_a_page_is_a_picture_of_its_size() -> None:
    raw = mail(("order.pdf", "application/pdf", order_pdf(2)))
    view, picture = show(raw, Wish(What.PAGE, "order.pdf", 2))
    assert (view.pages, round(view.width), round(view.height)) == (2, 595, 842)
    wide, high = wide_and_high(picture)
    assert wide == pytest.approx(view.width * 1.6, abs=2)
    assert high == pytest.approx(view.height * 1.6, abs=2)


def test_a_picture_shows_what_was_drawn() -> None:
    white, black = b"\xff\xff\xff\x00", b"\x00\x00\x00\x00"
    picture = png(2, 2, 12, 4, white + black + b"pad!" + black + white + b"pad!")
    body = picture[picture.index(b"IDAT") + 4 : picture.index(b"IEND") - 8]
    assert zlib.decompress(body) == b"\0\xff\xff\xff\0\0\0" + b"\0\0\0\0\xff\xff\xff"


def test_a_page_as_large_as_a_field_stays_a_small_picture() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(14000, 14000))
    canvas.drawString(50, 700, "x")
    canvas.save()
    view, picture = show(mail(("big.pdf", "application/pdf", out.getvalue())), Wish(What.PAGE, "big.pdf", 1))
    wide, high = wide_and_high(picture)
    assert not view.missing
    assert wide * high <= 6_100_000


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish(What.PAGE, "order.pdf", 9), "has 2 pages"),
        (Wish(What.PAGE, "order.pdf", 0), "has 2 pages"),
        (Wish(What.FILE, "../../etc/passwd"), "holds no"),
        (Wish(What.PAGE, "note.txt", 1), "is no PDF"),
    ],
)
def test_what_is_not_there_is_said(wish: Wish, why: str) -> None:
    raw = mail(("order.pdf", "application/pdf", order_pdf()), ("note.txt", "text/plain", b"hello"))
    view, data = show(raw, wish)
    assert why in view.missing
    assert data == b""
