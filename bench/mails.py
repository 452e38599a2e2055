"""Order mails that are the same in every run: a text order of 3 KB, the same with a PDF, and one that is all lines."""

import base64
import random

DOMAIN = "customer.example"
ADDRESS = "orders@shop.example"
BUYERS = 100
_ARTICLES = (
    "Hex bolt M8x40 A2",
    "Ball bearing 6204-2RS",
    "Hydraulic hose DN12",
    "Gasket set GX-40",
    "Proximity sensor NPN",
    "Servo cable 5 m",
    "Linear rail HG15",
    "Coolant filter CF-9",
)
_DRAWING = base64.encodebytes(b"%PDF-1.4\n" + random.Random(7).randbytes(200 * 1024)).replace(b"\n", b"\r\n").decode()


def buyer(number: int) -> str:
    return f"buyer{number % BUYERS}@{DOMAIN}"


def small(number: int) -> bytes:
    """A text order of 22 lines, about 3 KB."""
    return (_header(number) + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + _text(number)).encode()


def pdf(number: int) -> bytes:
    """The same with 200 KiB of attachment that is stored and not read, about 280 KB."""
    mark = f"=_b{number:08d}"
    return (
        _header(number) + f'Content-Type: multipart/mixed; boundary="{mark}"\r\n\r\n'
        f"--{mark}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{_text(number)}\r\n"
        f"--{mark}\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="drawing-{number}.bin"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{_DRAWING}\r\n--{mark}--\r\n"
    ).encode()


def lines(size: int) -> bytes:
    """``size`` bytes of lines of one byte each."""
    head = (_header(0) + "Content-Type: text/plain\r\n\r\n").encode()
    return head + b"x\r\n" * (size // 3)


def big(size: int, number: int) -> bytes:
    """``size`` bytes of attachment."""
    block = random.Random(number).randbytes(57 * 1024)
    text = base64.encodebytes(block).replace(b"\n", b"\r\n")
    head = _header(number) + "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + text * (size // len(text))


KINDS = {"small": small, "pdf": pdf}


def _header(number: int) -> str:
    minute, second = divmod(number, 60)
    when = f"Mon, 06 Jan 2025 10:{minute % 60:02d}:{second:02d} +0000"
    sender, host = buyer(number), f"mx{number % 4}.{DOMAIN}"
    return (
        f"Received: from {host} ({host} [192.0.2.{number % 250 + 1}])\r\n"
        f"\tby mx.shop.example with ESMTPS id {number:010X}\r\n\tfor <{ADDRESS}>; {when}\r\n"
        f"Received: from erp.{DOMAIN} (10.1.2.3) by {host}\r\n\twith ESMTP id {number * 79};\r\n\t{when}\r\n"
        f"From: Buyer {number % BUYERS} <{sender}>\r\nTo: Order Desk <{ADDRESS}>\r\n"
        f"Subject: Purchase order PO-{100000 + number}\r\nMessage-ID: <po-{number}@{DOMAIN}>\r\n"
        f"Date: {when}\r\nMIME-Version: 1.0\r\n"
    )


def _text(number: int) -> str:
    rows = [
        "Dear order desk,",
        "",
        f"please find our purchase order PO-{100000 + number} below. Kindly confirm receipt,",
        "price and delivery date by return.",
        "",
        f"PO number:      PO-{100000 + number}",
        f"Customer no:    C{number % BUYERS:05d}",
        f"Requested date: 2025-02-{number % 27 + 1:02d}",
        f"Deliver to:     Customer {number % BUYERS} GmbH, Industriestr. {number % 200}, 70565 Stuttgart",
        "",
        "Pos  Article                     Qty     Unit price   Total",
    ]
    total = 0
    for place in range(22):
        quantity, price = (number * 13 + place * 7) % 90 + 1, (number * 31 + place * 17) % 9000 + 100
        total += quantity * price
        article = _ARTICLES[(number + place) % len(_ARTICLES)]
        rows.append(
            f"{place + 1:3d}  {article:<26s} {quantity:4d}  {price / 100:10.2f}  {quantity * price / 100:10.2f} EUR"
        )
    rows += [
        "",
        f"Order total: {total / 100:.2f} EUR",
        "Terms: 30 days net, partial deliveries accepted.",
        "",
        "Best regards,",
        f"Buyer {number % BUYERS}",
    ]
    return "\r\n".join(rows) + "\r\n"
