"""What Outlook wraps: winmail.dat and .msg."""

import struct

from pipeline.mail import outlook_msg, tnef
from pipeline.mime import attached_mails, read_mail
from tests.pipeline.mail.compound_file import build
from tests.pipeline.mail.letters import codes, multipart

TEXT = b"Content-Type: text/plain\r\n\r\n"


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def wide(text: str) -> bytes:
    spelled = text.encode("utf-16-le") + b"\x00\x00"
    return struct.pack("<II", 1, len(spelled)) + spelled + b"\x00" * (-len(spelled) % 4)


def winmail() -> bytes:
    long_name = (
        struct.pack("<IHH", 2, 0x1F, 0x3707) + wide("Bestellung für Müller.pdf") + struct.pack("<HHI", 3, 0x3705, 1)
    )
    return (
        tnef.SIGNATURE
        + b"\x01\x00"
        + attribute(1, 0x800C, b"12 x valve\r\nthanks\x00")
        + attribute(2, 0x9002, b"\x00" * 14)
        + attribute(2, 0x8010, b"BESTEL~1.PDF\x00")
        + attribute(2, 0x800F, b"%PDF-1.4 x")
        + attribute(2, 0x9005, long_name)
        + attribute(2, 0x9002, b"\x00" * 14)
        + attribute(2, 0x8010, b"lines.csv\x00")
        + attribute(2, 0x800F, b"sku;qty\r\n")
    )


def with_winmail(data: bytes) -> bytes:
    return multipart(TEXT, b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + data)


def test_m17_winmail_is_opened() -> None:
    raw = with_winmail(winmail())
    found = read_mail(raw)
    assert found.text == "12 x valve\nthanks"
    assert [(item.name, item.type) for item in found.attachments] == [
        ("Bestellung für Müller.pdf", "application/pdf"),
        ("lines.csv", "text/csv"),
    ]
    assert found.attachments[1].content == b"sku;qty\r\n"


def test_m17_damaged_winmail_stays_and_is_marked() -> None:
    for data in (b"nonsense", tnef.SIGNATURE, winmail()[:20]):
        found = read_mail(with_winmail(data))
        assert [item.name for item in found.attachments] == ["winmail.dat"]
        assert "mime.tnef" in codes(found)


def test_m17_winmail_cut_anywhere_gives_no_exception() -> None:
    whole = winmail()
    complete = tnef.read(whole)
    assert complete is not None
    assert tnef.read(whole[: len(tnef.SIGNATURE) - 1]) is None
    for size in range(len(tnef.SIGNATURE), len(whole)):
        found, torn = tnef.read(whole[:size]), tnef.read(whole[:size] + b"\xff" * 8)
        assert found is not None and torn is not None
        assert complete.text.startswith(found.text)
        assert len(found.files) <= len(torn.files) <= len(complete.files)


def spelled(text: str) -> bytes:
    return text.encode("utf-16-le")


def message() -> bytes:
    attached = {"__substg1.0_3707001F": spelled("lines.csv"), "__substg1.0_37010102": b"sku;qty".ljust(4096)}
    return build(
        {
            "__properties_version1.0": b"\x00" * 32,
            "__substg1.0_0037001F": spelled("Order 4711"),
            "__substg1.0_1000001F": spelled("12 x Ventil für uns"),
            "__substg1.0_0C1A001F": spelled("Jane Roe"),
            "__substg1.0_5D01001F": spelled("jane@buyer.example"),
            "__attach_version1.0_#00000000": attached,
        }
    )


def test_saved_message_is_read() -> None:
    found = read_mail(message())
    assert (found.subject, found.text) == ("Order 4711", "12 x Ventil für uns")
    assert found.sender is not None
    assert found.sender.address == "jane@buyer.example"
    assert [(item.name, item.type, item.content.strip()) for item in found.attachments] == [
        ("lines.csv", "text/csv", b"sku;qty")
    ]


def test_attached_saved_message_is_opened() -> None:
    part = b"Content-Type: application/vnd.ms-outlook; name=order.msg\r\n\r\n" + message()
    found = read_mail(multipart(TEXT + b"see attached", part))
    assert [item.name for item in found.attachments] == ["order.msg"]
    assert [(place, inner.subject) for place, inner in attached_mails(found)] == [("2", "Order 4711")]


def test_damaged_saved_message_gives_no_exception() -> None:
    whole = message()
    complete = outlook_msg.read(whole)
    assert complete is not None
    read = [outlook_msg.read(whole[:size]) for size in range(0, len(whole), 97)]
    assert read[0] is None and None in read[1:]
    for size, found in zip(range(0, len(whole), 97), read, strict=True):
        assert (read_mail(whole[:size]).subject == complete.subject) <= (found is not None)
    damaged = [outlook_msg.read(whole[:at] + b"\xff\xff" + whole[at + 2 :]) for at in range(0, 1200, 3)]
    assert None in damaged
    assert all(found is None or len(found.files) <= len(complete.files) for found in damaged)
