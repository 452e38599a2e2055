"""Automatic mail is told from what people write."""

import pytest

from maild.domain.mail import MailKind
from pipeline.mime import classify, read_mail
from tests.pipeline.mail.letters import mail, multipart, steps, without


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (b"Auto-Submitted: auto-replied", MailKind.AUTO_REPLY),
        (b"Auto-Submitted: auto-generated; owner=x", MailKind.AUTO_REPLY),
        (b"X-Auto-Response-Suppress: All", MailKind.AUTO_REPLY),
        (b"X-Auto-Response-Suppress: DR, AutoReply", MailKind.AUTO_REPLY),
        (b"Precedence: auto_reply", MailKind.AUTO_REPLY),
        (b"X-Autoreply: yes", MailKind.AUTO_REPLY),
        (b"X-Loop: jane@buyer.example", MailKind.AUTO_REPLY),
        (b"Return-Path: <>", MailKind.AUTO_REPLY),
        (b"Precedence: bulk", MailKind.LIST),
        (b"Precedence: junk", MailKind.LIST),
        (b"Precedence: list", MailKind.LIST),
        (b"List-Id: <valves.lists.example>", MailKind.LIST),
        (b"List-Unsubscribe: <mailto:u@lists.example>", MailKind.LIST),
    ],
)
def test_l01_headers_of_automatic_mail(field: bytes, kind: MailKind) -> None:
    found = read_mail(mail(b"x", field))
    assert found.kind is kind
    assert found.automatic
    assert found.kind_why


@pytest.mark.parametrize(
    "field",
    [
        b"Auto-Submitted: no",
        b"X-Auto-Response-Suppress: OOF",
        b"Precedence: first-class",
        b"Return-Path: <jane@x.example>",
    ],
)
def test_l01_headers_that_people_have_too(field: bytes) -> None:
    assert not read_mail(mail(b"x", field)).automatic


def test_l01_what_people_send_through_a_google_group_is_theirs() -> None:
    fields = (b"List-Id: <orders.shop.example>", b"Precedence: list", b"X-Google-Group-Id: 12345")
    assert not read_mail(mail(b"12 x valve", *fields)).automatic
    assert read_mail(mail(b"x", *fields, b"Auto-Submitted: auto-replied")).kind is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Order 12 - I am away",
        "Automatic reply: Order 12",
        "Automatische Antwort: Bestellung 12",
        "Abwesenheitsnotiz",
        "Réponse automatique : commande",
        "Respuesta automática: pedido",
        "Risposta automatica: ordine",
        "Automatisch antwoord: bestelling",
        "Autosvar: ordre",
        "Odpowiedź automatyczna: zamówienie",
        "Автоответ: заказ",
        "自动回复: 订单",
        "自動応答",
    ],
)
def test_l02_out_of_office_without_any_header(subject: str) -> None:
    assert read_mail(without(b"Subject", b"Subject: " + subject.encode())).kind is MailKind.AUTO_REPLY


REPORT = (
    b"Content-Type: text/plain\r\n\r\nSorry.",
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    b"Final-Recipient: rfc822; jane@buyer.example\r\nAction: %b\r\nStatus: %b\r\n",
    b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <letter-7@shop.example>\r\nSubject: Your order\r\n\r\nx",
)


def report(action: bytes, status: bytes) -> bytes:
    raw = multipart(*REPORT, kind=b"report; report-type=delivery-status")
    raw = raw.replace(b"Action: %b", b"Action: " + action).replace(b"Status: %b", b"Status: " + status)
    return raw.replace(b"Jane Roe <jane@buyer.example>", b"MAILER-DAEMON@mx.example")


def test_l03_delivery_report_of_our_letter() -> None:
    found = read_mail(report(b"failed", b"5.1.1"))
    assert found.kind is MailKind.BOUNCE
    assert found.bounce is not None
    assert found.bounce.recipients == ("jane@buyer.example",)
    assert found.bounce.permanent
    assert found.bounce.original_id == "<letter-7@shop.example>"


def test_l05_delay_is_no_failure() -> None:
    found = read_mail(report(b"delayed", b"4.4.1"))
    assert found.kind is MailKind.BOUNCE
    assert found.bounce is not None
    assert not found.bounce.permanent


def test_l06_report_in_prose() -> None:
    body = (
        b"Hi. This is the qmail-send program at mx.example.\r\n"
        b"I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
        b"This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
        b"<jane@buyer.example>:\r\nUser unknown\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n"
        b"Message-ID: <letter-8@shop.example>\r\n"
    )
    raw = without(b"From", b"From: MAILER-DAEMON@mx.example", b"Return-Path: <>", body=body)
    found = read_mail(raw)
    assert found.kind is MailKind.BOUNCE
    assert found.bounce is not None
    assert (found.bounce.recipients, found.bounce.original_id) == (("jane@buyer.example",), "<letter-8@shop.example>")


def test_l06_a_person_writing_about_delivery_is_no_bounce() -> None:
    raw = without(b"Subject", b"Subject: Delivery problem with order 12", body=b"Two boxes are missing.\r\nJane\r\n")
    assert not read_mail(raw).automatic


@pytest.mark.parametrize("kind", [b"disposition-notification", b"feedback-report"])
def test_l10_receipts_and_spam_reports(kind: bytes) -> None:
    raw = multipart(b"Content-Type: text/plain\r\n\r\nread", kind=b"report; report-type=" + kind)
    assert read_mail(raw).kind is MailKind.AUTO_REPLY


def test_l10_answers_of_calendars() -> None:
    part = b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR"
    assert read_mail(multipart(b"Content-Type: text/plain\r\n\r\n", part)).kind is MailKind.AUTO_REPLY


def test_unattended_senders() -> None:
    for name in (b"no-reply", b"NoReply", b"do_not_reply", b"donotreply+12"):
        raw = without(b"From", b"From: Portal <" + name + b"@portal.example>")
        assert read_mail(raw).kind is MailKind.AUTO_REPLY
    assert not read_mail(without(b"From", b"From: Noreen <noreen@buyer.example>")).automatic


def test_kinds_of_what_people_write() -> None:
    plain, reply = read_mail(mail()), read_mail(mail(b"x", b"In-Reply-To: <a@shop.example>"))
    assert classify(plain, has_orders=False).kind is MailKind.OTHER
    assert classify(plain, has_orders=True).kind is MailKind.ORDER
    assert classify(reply, has_orders=False).kind is MailKind.REPLY
    automatic = read_mail(mail(b"x", b"Auto-Submitted: auto-generated"))
    assert classify(automatic, has_orders=True).kind is MailKind.AUTO_REPLY


@pytest.mark.parametrize("subject", [b"Re: order", b"AW: Bestellung", b"RE : commande", b"SV: ordre", b"Antw: order"])
def test_reply_by_its_subject(subject: bytes) -> None:
    assert classify(read_mail(without(b"Subject", b"Subject: " + subject)), has_orders=False).kind is MailKind.REPLY


def test_hostile_reports_take_bounded_steps() -> None:
    def prose(lines: int) -> bytes:
        return without(b"From", b"From: MAILER-DAEMON@x.example", body=b"\n" * lines)

    assert steps(lambda: read_mail(prose(200_000))) < 1.1 * steps(lambda: read_mail(prose(100_000)))
