"""What a mail says stays words: in letters, in headers, in the log and on the terminal."""

import email
import json
import os
import pty
from email.message import EmailMessage
from pathlib import Path

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import PATIENCE, Daemon
from tests.journeys.forge import FORGE
from tests.journeys.relay import Relay

OURS = {
    "from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references", "mime-version",
    "content-type", "auto-submitted", "x-auto-response-suppress", "x-maild-loop", "content-language", "precedence",
}  # fmt: skip


def test_i01_template_code_in_a_mail_is_printed_as_it_stands(daemon: Daemon, relay: Relay) -> None:
    mia = Customer(daemon, "{{ 7*191 }} Okafor", "mia@blueharbor.example")
    order = ORDER.replace("BH-1001", "{{7*191}}").replace("Brass ball valve DN15", "{% include 'x' %}{{ config }}")
    mia.order("Order {{7*191}} {% for a in b %}", order)
    letter = relay.next()
    parts = [str(part.get_content()) for part in letter.mail.walk() if part.get_content_maintype() == "text"]
    assert len(parts) == 2
    assert all("1337" not in part for part in parts)
    assert daemon.ticket(1)["subject"] == "Order {{7*191}} {% for a in b %}"
    assert "{{ 7*191 }} Okafor" in str(letter.mail["To"])
    daemon.ask("ticket.set", actor="approver", id=1, changes=[["so_number", "{{7*191}}"], ["po_number", "{{7*191}}"]])
    daemon.ask("ticket.macro", actor="approver", id=1, macro="approve")
    [done] = daemon.ask("ticket.macro", actor="approver", id=1, macro="Orders :: Confirm processing")
    assert done["refused"] == []
    processed = relay.next()
    assert daemon.ticket(1)["subject"] == "Your order has been processed PO# {{7*191}}"
    assert "{{7*191}}" in processed.text
    assert "1337" not in processed.text


def test_i02_line_ends_and_nul_in_header_fields_add_no_header(daemon: Daemon, relay: Relay) -> None:
    hostile = "=?utf-8?q?Order=0D=0ABcc:_thief@elsewhere.example=0D=0A=0D=0AHi=00=E2=80=A8X-Own:_1=C2=85?="
    name = "=?utf-8?q?Mia=0D=0ABcc:_thief@elsewhere.example=00=E2=80=A9?="
    raw = (
        f"From: {name} <mia@blueharbor.example>\r\nTo: orders@shop.example\r\nSubject: {hostile}\r\n"
        f"Message-ID: <a\tb\x00c@blueharbor.example>\r\nReferences: <x@y.example>\x0bBcc:z <\u2028@y.example>\r\n"
        f"Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n{ORDER}".encode()
    )
    Customer(daemon, "", "mia@blueharbor.example").send_raw(raw.replace(b"\x00c", b"c"), "orders@shop.example")
    letter = relay.next()
    daemon.quiet()
    changes = [["subject", "Your order\r\nBcc: thief@elsewhere.example\0"]]
    daemon.ask("ticket.set", actor="approver", id=1, changes=changes)
    daemon.ask("ticket.reply", actor="approver", id=1, text="All is well.")
    for received in (letter, relay.next()):
        head = received.raw.partition(b"\r\n\r\n")[0]
        parsed = email.message_from_bytes(received.raw)
        assert {name.lower() for name in parsed.keys()} <= OURS | {"list-unsubscribe"}  # noqa: SIM118
        assert received.recipients == ("mia@blueharbor.example",)
        assert head.replace(b"\r\n", b"").isascii()
        assert b"\n" not in head.replace(b"\r\n", b"")
        assert b"\0" not in received.raw
        assert received.mail["To"].addresses[0].addr_spec == "mia@blueharbor.example"
    daemon.quiet()
    assert {row["phase"] for row in daemon.letters()} == {"sent"}


def test_i03_an_address_that_is_none_reaches_no_relay(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    froms = [
        '"a@b.example\r\n RCPT TO:<x@y.example>" <mia>',
        '<"mia\\\r\n RCPT TO:<x@y.example>"@blueharbor.example>',
        "=?utf-8?q?mia=0D=0ARCPT_TO:=3Cx@y.example=3E?=@blueharbor.example",
        "mia@blueharbor.example, thief@elsewhere.example",
        "",
        "Mia Okafor",
        "mia@blue harbor.example",
        "<@elsewhere.example:mia@[127.0.0.1]>",
    ]
    for number, from_ in enumerate(froms):
        head = f"From: {from_}\r\nSubject: Order {number}\r\nMessage-ID: <{number}@x.example>\r\n"
        order = ORDER.replace("PO-70231", f"PO-9000{number}").replace("\n", "\r\n")
        customer.send_raw(f"{head}\r\n{order}".encode(), "orders@shop.example")
    daemon.quiet()
    assert len(daemon.tickets("review:yes")) == len(froms)
    assert relay.letters == []
    assert {letter["phase"] for letter in daemon.letters()} <= {"held", "dropped"}
    for letter in daemon.letters():
        assert letter["why"]


def test_i07_whatever_a_mail_holds_a_log_line_stays_one_short_line(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    nasty = "=?utf-8?q?Order=0D=0A=7B=22event=22:=22daemon.stopped=22=7D=1B[31m=07?="
    long = "x" * 100_000
    for number, subject in enumerate([nasty, long]):
        head = f"From: Mia =?utf-8?q?=1B]0;owned=07?= <mia@blueharbor.example>\r\nSubject: {subject}\r\n"
        order = ORDER.replace("PO-70231", f"PO-9000{number}").replace("\n", "\r\n")
        own_id = f"Message-ID: <{number}@{'y' * 900}\x1b[2J>\r\n"
        customer.send_raw(f"{head}{own_id}\r\n{order}".encode(), "orders@shop.example")
    customer.send_raw(b"Subject: " + b"z" * 10_000_000 + b"\r\n\r\nHello", "orders@shop.example")
    daemon.quiet()
    assert len(daemon.ask("mail.list")) == 3
    assert daemon.wait_for("mail.quarantined")["mail_id"] == 3
    assert [line for line in daemon.log if line["event"] in ("unstructured", "daemon.stopped")] == []
    written = [json.dumps(line, ensure_ascii=False) for line in daemon.log]
    assert all(len(line) < 8000 for line in written)
    assert not any("\x1b" in line or "\x07" in line for line in written)


def test_i08_nothing_in_a_mail_reaches_the_terminal_as_a_command(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    nasty = "=?utf-8?q?Order_=1B[2J=1B]0;owned=07=C2=9B31m=E2=80=AE_=5Bred=5Dbold=5B/red=5D?="
    text = ORDER.replace("Brass ball valve", "Brass \x1b[8mball\x1b[0m \x07valve") + "\x1b]52;c;cm0gLXJm\x07 done\n"
    raw = f"From: =?utf-8?q?Mia=1B[5m=07?= <mia@blueharbor.example>\nSubject: {nasty}\n\n{text}"
    customer.send_raw(raw.replace("\n", "\r\n").encode(), "orders@shop.example")
    daemon.quiet()
    for command in ("ticket list", "ticket show 1", "mail list", "mail show 1", "outbox list", "outbox show 1"):
        shown = on_a_terminal(daemon.folder, *command.split())
        for dangerous in ("\x07", "\x1b[2J", "\x1b]", "\x1b[8m", "\x1b[5m", "\x9b", "\u202e"):
            assert dangerous not in shown, command
    assert "[red]bold[/red]" in on_a_terminal(daemon.folder, "ticket", "show", "1")
    for command in ("ticket list", "mail list"):
        assert "\x1b" not in maild(daemon.folder, *command.split()).out


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    command = FORGE.on(folder, list(arguments), dict(os.environ), theirs)
    os.close(theirs)
    said = bytearray()
    try:
        while data := os.read(ours, 65536):
            said += data
    except OSError:  # the terminal's other side is closed: the command ended
        pass
    os.close(ours)
    assert command.wait(PATIENCE) == 0, said.decode()
    assert said
    return said.decode()


def test_i05_customers_words_are_escaped_in_the_html_of_a_letter(daemon: Daemon, relay: Relay) -> None:
    mia = Customer(daemon, "Mia <b>Okafor</b>", "mia@blueharbor.example")
    mia.order("Order", ORDER.replace("Brass ball valve DN15", "<script>alert(1)</script><img onerror=x>"))
    html = next(part for part in relay.next().mail.walk() if part.get_content_type() == "text/html")
    assert isinstance(html, EmailMessage)
    assert not any(tag in html.get_content() for tag in ("<script", "<img", "<b>Okafor"))
