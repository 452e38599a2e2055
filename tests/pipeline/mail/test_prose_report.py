"""Delivery reports in words: whom they say the letter did not reach, in whatever language."""

import pytest

from maild.domain.mail import MailKind
from pipeline.mail import prose_report
from pipeline.mime import read_mail
from tests.pipeline.mail.letters import multipart, steps, without

JOE = "joe@customer.example"
TOLD = {
    "exchange, german": f"Folgende Empfänger sind nicht erreicht:\n\n  {JOE} am 20.11.2026 10:01\n    #5.1.1\n",
    "exchange, groups": f"Fehler bei der Zustellung an:\n\n{JOE} (mailto:{JOE})\nNicht gefunden.\n",
    "postfix": f"This is the mail system at host mx.\n\n<{JOE}>: host mail.customer.example said: 550 5.1.1 unknown\n",
    "domino, german": f"Ihre Nachricht\n\n  Betreff: x\n\nnicht zugestellt an:\n\n  {JOE}\n\nweil: unbekannt\n",
    "label": f"Unknown user: {JOE}\n\nOriginal message follows.\n\nTo: other@customer.example\n",
    "label, chinese": f"抱歉，您的邮件被退回来了\n收件人：{JOE}\n",
    "label, smtp": f"The following could not be reached:\n\n\tRecipient: [SMTP:{JOE}]\n\tReason: 550\n",
    "sentence": f"** Address not found **\n\nYour message wasn't delivered to {JOE} because it couldn't be found.\n",
    "comma": f"This is a permanent error.\n\n{JOE}, ERROR CODE :550 - no such user\n",
    "russian": f"Ваше письмо не может быть отправлено.\n\n<{JOE}>: host mx said: 550\n",
    "copy": f"An error occurred:\n\n{JOE}: 550 no\n\nBelow is a copy of the original message:\n\nTo: x@y.example\n",
    "cut copy": f"Bad:\n\t{JOE} (none)\n\nPossibly truncated original message follows:\n\nTo: x@y.example\n",
    "not the desk": f"Write to postmaster@customer.example.\n\nFrom: jane@buyer.example\nNot delivered to {JOE}\n",
}


def report(body: str, sender: str = "MAILER-DAEMON@mx.customer.example", subject: str = "failure") -> bytes:
    head = (f"From: {sender}".encode(), f"Subject: {subject}".encode())
    raw = without(b"From", *head, body=body.encode())
    return raw.replace(b"Subject: Order 4711\r\n", b"", 1)


@pytest.mark.parametrize("kind", TOLD)
def test_l06_reports_in_prose_of_any_program(kind: str) -> None:
    found = read_mail(report(TOLD[kind]))
    assert found.kind is MailKind.BOUNCE
    assert found.bounce is not None
    assert found.bounce.recipients == (JOE,)
    assert found.bounce.permanent


def test_several_recipients_and_nothing_of_the_copied_letter() -> None:
    body = (
        f"Not delivered:\n\n<{JOE}>: unknown\n<ann@customer.example>: full\n\n--- Below this line is a copy\n\nx@y.z\n"
    )
    found = read_mail(report(body)).bounce
    assert found is not None
    assert found.recipients == ("ann@customer.example", JOE)


def test_l05_delay_in_prose_is_no_failure() -> None:
    found = read_mail(report(f"Not yet been delivered, it will be retried:\n\n{JOE}\n")).bounce
    assert found is not None
    assert not found.permanent


def test_status_that_does_not_say_what_became_of_the_letter() -> None:
    status = f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {JOE}\r\nStatus: 5.1.1\r\n".encode()
    part = b"Content-Type: message/delivery-status\r\n\r\n" + status
    kind = b"report; report-type=delivery-status"
    found = read_mail(multipart(b"Content-Type: text/plain\r\n\r\nx", part, kind=kind)).bounce
    assert found is not None
    assert found.recipients == (JOE,)
    relayed = part.replace(b"Status: 5.1.1", b"Action: relayed\r\nStatus: 2.0.0")
    assert read_mail(multipart(b"Content-Type: text/plain\r\n\r\nx", relayed, kind=kind)).bounce is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("Original-Recipient: rfc822; joe+40customer.example\r\nFinal-Recipient: rfc822; " + JOE, JOE),
        ("Final-Recipient: utf-8; jörg@customer.example", "jörg@customer.example"),
    ],
)
def test_l06_status_with_xtext_and_unicode_addresses(fields: str, told: str) -> None:
    """RFC 3461, 4 and RFC 6533, 3."""
    status = f"Reporting-MTA: dns; mx\r\n\r\n{fields}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    kind = b"global-delivery-status" if "utf-8;" in fields else b"delivery-status"
    part = b"Content-Type: message/" + kind + b"\r\n\r\n" + status.encode()
    found = read_mail(
        multipart(b"Content-Type: text/plain\r\n\r\nx", part, kind=b"report; report-type=delivery-status")
    )
    assert found.bounce is not None
    assert found.bounce.recipients == (told,)


def test_report_that_names_nobody() -> None:
    found = read_mail(report("Something went wrong. Contact postmaster@customer.example.\n"))
    assert (found.kind, found.bounce) == (MailKind.BOUNCE, None)


@pytest.mark.parametrize(
    "sender",
    [
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@customer.example>",
        "MAILER-DAEMON (Mail Delivery System)",
        "Mail Delivery System <robot@customer.example>",
        '"postmaster@" <customer.example postmaster@customer.example>',
        "postmaster@customer.example (Postmaster)",
        "Mailer-Daemon at Customer <robot@customer.example>",
        "Postmaster <robot@customer.example>",
        "system-mailer-daemon@customer.example",
    ],
)
def test_reports_are_known_by_who_sends_them(sender: str) -> None:
    assert read_mail(report(f"Not delivered to:\n\n{JOE}\n", sender)).kind is MailKind.BOUNCE


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("Jane <jane@postmasters.example>", "Order 12"),
        ("MDaemon Resellers <sales@mdaemon-shop.example>", "Order 12"),
        ("Jane <jane@buyer.example>", "Fwd: Undelivered Mail Returned to Sender"),
        ("Jane <jane@buyer.example>", "AW: Unzustellbar: Bestellung 12"),
        ("Joe <postmaster@buyer.example>", "Re: Order 12"),
    ],
)
def test_people_who_write_about_reports_or_from_such_mailboxes(sender: str, subject: str) -> None:
    qmail = "Hi. This is the qmail-send program at mx.\nI'm afraid I wasn't able to deliver your message to the"
    body = f"Please send it again.\n\n{qmail} following addresses.\n\n<{JOE}>:\nno mailbox\n"
    assert not read_mail(report("12 x valve\n", sender, subject)).automatic
    if "Fwd" in subject:
        assert not read_mail(report(body, sender, subject)).automatic


@pytest.mark.parametrize("piece", ["a", "a@", "a@b.example ", ": ", "<'\"[", "> a@b\n", "x x x: a@b.example\n", "-"])
def test_prose_takes_linear_time(piece: str) -> None:
    def work(size: int) -> int:
        text = piece * (size // len(piece))
        return steps(lambda: prose_report.failures(text, frozenset()))

    assert work(24_000) < 2.3 * work(12_000) + 2_000
