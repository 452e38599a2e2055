"""Letters as bytes: what is read back by two libraries is what was written."""

import email
import email.message
import email.utils
from email import policy
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from typing import Any

import mailparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maild.domain.mail import Address
from notifications.clean import printable
from notifications.compose import MOST_REFERENCES, compose
from notifications.placeholders import Words, context
from notifications.render import Rendered, Templates
from notifications.tokens import marker_line
from tests.notifications.builders import KEYS, LABELS, NOW, SITE, ticket

ID = "<letter-1@harbour.example>"
PLAIN = Rendered(
    "Your order",
    "Hello Ada,\n\nthank you.\n",
    "<!DOCTYPE html>\n<html><body style='x'>\n<p>Hello</p>\n</body></html>\n",
)


def written(rendered: Rendered = PLAIN, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "message_id": ID,
        "from_": Address("Harbour Tools", "orders@harbour.example"),
        "to": [Address("Ada Nordlicht", "ada@nordlicht.example")],
        "automatic": True,
        "now": NOW,
    }
    return compose(rendered, **(values | changes))


def read(raw: bytes) -> email.message.EmailMessage:
    message = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert not message.defects and all(not part.defects for part in message.walk())
    return message


def body(message: email.message.EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def display_name(raw: bytes) -> str:
    """The first name in To, decoded by the older parser: the newer one leaves spaces between encoded words (RFC 2047,
    6.2).
    """
    header = email.message_from_bytes(raw, policy=policy.compat32)["To"]
    name = email.utils.getaddresses([header])[0][0]
    return str(make_header(decode_header(name))) if "=?" in header else name


def well_formed(raw: bytes) -> None:
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert raw.endswith(b"\r\n") and b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_headers_of_an_automatic_letter() -> None:
    message = read(
        written(reply_to="orders+t7@harbour.example", in_reply_to="<a@x.example>", references=["<r@x.example>"])
    )
    assert message["Date"].datetime == NOW
    assert message["From"] == "Harbour Tools <orders@harbour.example>"
    assert message["To"] == "Ada Nordlicht <ada@nordlicht.example>"
    assert message["Reply-To"] == "orders+t7@harbour.example"
    assert message["Subject"] == "Your order"
    assert message["Message-ID"] == ID
    assert message["In-Reply-To"] == "<a@x.example>"
    assert message["References"] == "<r@x.example> <a@x.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Maild-Loop"] == "harbour.example"
    assert message["MIME-Version"] == "1.0"
    assert message.get_content_type() == "multipart/alternative"


def test_a_persons_letter_carries_no_automatic_marks() -> None:
    message = read(written(automatic=False))
    assert message["Auto-Submitted"] is None and message["X-Auto-Response-Suppress"] is None
    assert message["X-Maild-Loop"] == "harbour.example"
    assert message["Reply-To"] is None and message["References"] is None


@pytest.mark.parametrize("name", sorted(Templates.load().names))
def test_every_packaged_letter_reads_back_equal(name: str) -> None:
    values = context(
        ticket(), SITE, labels=LABELS, link="https://desk.example/o/7", words=Words(text="Blue?\n.\nOr grün?")
    )
    letter = Templates.load().render(name, values)
    assert isinstance(letter, Rendered)
    marker = marker_line(KEYS, 7, 3)
    raw = written(letter, marker=marker)
    well_formed(raw)
    message = read(raw)
    assert message["Subject"] == letter.subject
    assert body(message, "plain") == f"{marker}\n\n{letter.text}"
    html = body(message, "html")
    assert marker in html and html.replace(html[html.index("<div") : html.index("</div>") + 6], "", 1) != html
    parsed = mailparser.parse_from_bytes(raw)
    assert parsed.subject == letter.subject
    assert parsed.message_id == ID
    assert parsed.to == [("Ada Nordlicht", "ada@nordlicht.example")]
    assert parsed.from_ == [("Harbour Tools", "orders@harbour.example")]
    assert parsed.text_plain[0].replace("\r\n", "\n") == f"{marker}\n\n{letter.text}"
    assert parsed.text_html[0].replace("\r\n", "\n") == html


EVIL = [
    f"Order{s}Bcc: x@evil.example"
    for s in ("\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x00", "\r\n\r\n")
]


@pytest.mark.parametrize("evil", EVIL)
def test_i02_no_value_can_add_a_header(evil: str) -> None:
    rendered = Rendered(evil, "x\n", "<p>x</p>\n")
    raw = written(rendered, from_=Address(evil, "orders@harbour.example"), to=[Address(evil, "ada@nordlicht.example")])
    well_formed(raw)
    message = read(raw)
    assert message["Bcc"] is None and "Bcc" not in message
    assert len(message.keys()) == len(set(message.keys())) == 10
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1
    assert message["Subject"] == printable(evil)


def test_i02_broken_ids_are_left_out() -> None:
    bad = [
        "<a@b>\r\nBcc: x@y.example",
        "no brackets",
        "<sp ace@x>",
        "<>",
        "<" + "x" * 300 + "@x>",
        "<ä@x.example>",
        "<a@b><c@d>",
    ]
    message = read(written(references=[*bad, "<ok@x.example>"], in_reply_to=bad[0]))
    assert message["References"] == "<ok@x.example>"
    assert message["In-Reply-To"] is None and "Bcc" not in message


def test_references_keep_the_first_and_the_newest() -> None:
    ids = [f"<{n}-{'x' * 40}@x.example>" for n in range(500)]
    raw = written(references=ids, in_reply_to=ids[-1])
    well_formed(raw)
    kept = read(raw)["References"].split()
    assert kept == [ids[0], *ids[-MOST_REFERENCES + 1 :]]
    assert all(len(line) <= 78 for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))


NAMES = [
    "Müller, Jürgen",
    'Q"uote',
    "back\\slash",
    "a@b.example",
    "(comment)",
    "東京 太郎",
    "=?utf-8?q?x?=",
    "Dr. No",
    "<x@y.example>",
    "x" * 150,
    "é" * 150,
]


@pytest.mark.parametrize("name", NAMES)
def test_names_read_back_as_written(name: str) -> None:
    raw = written(to=[Address(name, "ada@nordlicht.example"), Address("", "bob@nordlicht.example")])
    well_formed(raw)
    header = read(raw)["To"]
    assert isinstance(header, AddressHeader)
    assert [a.addr_spec for a in header.addresses] == ["ada@nordlicht.example", "bob@nordlicht.example"]
    assert display_name(raw) == name
    assert mailparser.parse_from_bytes(raw).to[0][1] == "ada@nordlicht.example"


SUBJECTS = [
    "Größe – 3 × 4",
    "東京" * 60,
    "x" * 190,
    "word " * 38 + "end",
    "=?utf-8?q?spoof?=",
    "a  b",
    "é",
    "Bestellung 4711 über Schäkel " * 6,
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_read_back_as_written(subject: str) -> None:
    raw = written(Rendered(subject, "x\n", "<p>x</p>\n"))
    well_formed(raw)
    assert read(raw)["Subject"] == printable(subject)
    assert all(len(line) <= 78 for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))


BODIES = [
    "plain\n",
    ".\n..\n.dot\n",
    "From here\nFrom there\n",
    "trailing space \nand tab\t\n",
    "x" * 5000 + "\n",
    "Größe\n",
    "東京都\n" * 50,
    "=3D=\n--=_boundary--\n",
    "\n\n\nlate\n",
    "👍\n",
]


@pytest.mark.parametrize("text", BODIES)
def test_bodies_read_back_as_written(text: str) -> None:
    raw = written(Rendered("x", text, f"<p>{text}</p>\n"))
    well_formed(raw)
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    message = read(raw)
    assert body(message, "plain") == text
    assert body(message, "html") == f"<p>{text}</p>\n"
    assert b"\r\nFrom " not in raw


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=200)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(LINES, min_size=1, max_size=8), subject=LINES, name=LINES)
def test_anything_reads_back_as_written(lines: list[str], subject: str, name: str) -> None:
    text = "\n".join(lines).strip("\n") + "\n"
    raw = written(Rendered(printable(subject, 200), text, text), to=[Address(printable(name), "ada@nordlicht.example")])
    well_formed(raw)
    message = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert str(message["Subject"] or "") == printable(subject, 200)
    assert body(message, "plain") == text
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@nordlicht.example"]
    assert display_name(raw) == printable(name, 200)


def test_the_marker_opens_both_bodies() -> None:
    marker = marker_line(KEYS, 7, 3)
    message = read(written(marker=marker))
    assert body(message, "plain").startswith(f"{marker}\n\nHello Ada,")
    html = body(message, "html")
    assert html.index("<body") < html.index(marker) < html.index("<p>Hello")


def test_the_same_letter_is_the_same_bytes() -> None:
    assert written() == written()


def test_an_address_that_is_not_ascii_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        written(to=[Address("", "ädä@nordlicht.example")])
