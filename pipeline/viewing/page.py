"""One page of a PDF as a PNG picture (ISO/IEC 15948), drawn without the scripts and forms of the document."""

import struct
import zlib

import pypdfium2 as pdfium

from pipeline.viewing.wish import View

SCALE = 1.6  # pixels a point: sharp enough to read, small enough to send
MOST_PIXELS = 6_000_000
SMALLEST = 1.0  # points


def picture(name: str, data: bytes, number: int) -> tuple[View, bytes]:
    """Page ``number`` from 1; the answer names its size in points and how many pages there are."""
    try:
        book = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return View(missing=f"{name!r} is no PDF that can be opened: {error}"), b""
    try:
        pages = len(book)
        if not 1 <= number <= pages:
            return View(missing=f"{name!r} has {pages} pages", pages=pages), b""
        page = book[number - 1]
        width, height = max(page.get_width(), SMALLEST), max(page.get_height(), SMALLEST)
        scale = min(SCALE, (MOST_PIXELS / (width * height)) ** 0.5)
        drawn = page.render(scale=scale, may_draw_forms=False, rev_byteorder=True, draw_annots=False)
        view = View(pages=pages, width=width, height=height)
        return view, png(drawn.width, drawn.height, drawn.stride, drawn.n_channels, bytes(drawn.buffer))
    finally:
        book.close()


def png(width: int, height: int, stride: int, channels: int, pixels: bytes) -> bytes:
    """Rows of 1 (grey), 3 (RGB) or 4 (RGBx, whose fourth byte is nothing) bytes a pixel, ``stride`` bytes a row."""
    rows = bytearray()
    for top in range(0, height * stride, stride):
        row = pixels[top : top + width * channels]
        if channels == 4:
            rgb = bytearray(width * 3)
            rgb[0::3], rgb[1::3], rgb[2::3] = row[0::4], row[1::4], row[2::4]
            row = bytes(rgb)
        rows += b"\0" + row
    colour = 0 if channels == 1 else 2
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
