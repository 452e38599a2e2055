"""The traps that real mail sets for its readers, each in a mail written for it."""

from base64 import b64encode

import pytest

from maild.domain.mail import Mail, MailKind
from pipeline.mail.reply_text import split_reply
from pipeline.mime import classify, read_mail
from tests.pipeline.mail.letters import mail, multipart, without

PDF = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n"
TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"


def read(raw: bytes) -> Mail:
    return classify(read_mail(raw), False)


def sender(raw: bytes) -> str | None:
    found = read(raw).sender
    return found.address if found else None


def test_trap_01_of_two_authors_none_is_believed() -> None:
    raw = without(b"From", b"From: junk", b"From: Jane <jane@buyer.example>")
    assert sender(raw) is None
    assert read(raw).shown_sender is not None


@pytest.mark.parametrize("field", [b'From: "Jane" <>', b"From: ", b"X-None: 1"])
def test_trap_02_an_empty_author_is_nobody_whatever_reply_to_says(field: bytes) -> None:
    assert sender(without(b"From", field, b"Reply-To: other@buyer.example")) is None


@pytest.mark.parametrize(
    ("field", "address"),
    [
        (b"From: jane@buyer.example", "jane@buyer.example"),
        (b'From: "Roe, Jane | Buying" <jane@buyer.example>', "jane@buyer.example"),
        (b'From: "boss@good.example" <jane@buyer.example>', "jane@buyer.example"),
    ],
)
def test_trap_03_the_address_is_told_from_the_name(field: bytes, address: str) -> None:
    assert sender(without(b"From", field)) == address


@pytest.mark.parametrize("field", [b"From: MAILER-DAEMON (Mail Delivery System)", b"From: MAILER-DAEMON"])
def test_trap_04_a_bare_mailer_daemon_is_a_machine(field: bytes) -> None:
    found = read(without(b"From", field))
    assert found.automatic
    assert found.sender is None


def test_trap_05_a_line_that_belongs_nowhere_does_not_end_the_header() -> None:
    torn = b"X-Long: first\r\nsecond, not folded\r\n" + mail()
    boxed = b"From jane@buyer.example Fri Nov 20 10:01:02 2026\r\n" + mail()
    for raw in (torn, boxed):
        found = read(raw)
        assert (found.subject, found.sender and found.sender.address) == ("Order 4711", "jane@buyer.example")


@pytest.mark.parametrize("charset", ["gb2312", "shift_jis", "utf-8"])
def test_trap_06_a_raw_subject_keeps_its_letters(charset: str) -> None:
    words = "注文" if charset == "shift_jis" else "订单"
    raw = without(b"Subject", f"Subject: {words}".encode(charset), body=words.encode(charset) * 20)
    found = read_mail(raw.replace(b"MIME-Version: 1.0", f"Content-Type: text/plain; charset={charset}".encode()))
    assert words in found.subject


@pytest.mark.parametrize("name", [b"iso-gb2312", b"x-gbk"])
def test_trap_07_a_charset_under_an_odd_name_is_read(name: bytes) -> None:
    raw = mail("订单四百".encode("gbk"), b"Content-Type: text/plain; charset=" + name)
    assert "订单四百" in read(raw).text


def test_trap_08_escape_codes_of_japanese_are_decoded_without_transfer_encoding() -> None:
    raw = mail("注文書をお送りします".encode("iso-2022-jp"), b"Content-Type: text/plain; charset=iso-2022-jp")
    assert "注文書をお送りします" in read(raw).text


def test_trap_09_bytes_of_a_larger_charset_than_declared_are_read() -> None:
    raw = mail("價格 订单".encode("gb18030"), b"Content-Type: text/plain; charset=gb2312")
    assert "價格" in read(raw).text


@pytest.mark.parametrize("encoding", [b"UTF-8", b"buy now", b"8-bit"])
def test_trap_10_a_nonsense_transfer_encoding_leaves_the_text(encoding: bytes) -> None:
    assert "twelve valves" in read(mail(b"twelve valves\r\n", b"Content-Transfer-Encoding: " + encoding)).text


def test_trap_11_an_attached_mail_stays_one_attachment() -> None:
    inner = mail(b"inner words [#77]\r\n").replace(b"Order 4711", b"Inner 99")
    found = read(multipart(TEXT + b"see below\r\n", b"Content-Type: message/rfc822\r\n\r\n" + inner))
    assert found.subject == "Order 4711"
    assert "inner words" not in found.text
    assert len(found.attachments) == 1


@pytest.mark.parametrize("cut", [0, 14])
def test_trap_12_nested_parts_that_share_a_boundary_or_never_end_give_their_text(cut: int) -> None:
    whole = multipart(
        b'Content-Type: multipart/mixed; boundary="frontier"\r\n\r\n--frontier\r\n' + TEXT + b"twelve\r\n"
    )
    assert "twelve" in read(whole[: len(whole) - cut]).text


def test_trap_13_names_are_safe_stable_and_told_apart() -> None:
    unnamed = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n"
    pieces = b"Content-Type: text/csv; name*0=long-; name*1=order.csv\r\n\r\na;b\r\n"
    path = b'Content-Type: text/csv; name="C:\\\\TEMP\\\\order.csv"\r\n\r\na;b\r\n'
    raw = multipart(TEXT, unnamed, PDF, PDF, pieces, path)
    names = [a.name for a in read(raw).attachments]
    assert names.count("a.pdf") == 2  # as they are called; their places in the mail tell them apart
    assert len({a.part for a in read(raw).attachments}) == len(names) == 5
    assert "long-order.csv" in names and "order.csv" in names
    assert names == [a.name for a in read(raw).attachments]
    assert not any("\\" in name or "/" in name or not name for name in names)


def test_trap_14_a_mail_that_is_only_a_document_has_an_attachment_and_no_text() -> None:
    body = b64encode(b"%PDF-1.4") + b"\r\n"
    found = read(mail(body, b"Content-Type: application/pdf; name=a.pdf", b"Content-Transfer-Encoding: base64"))
    assert ([a.name for a in found.attachments], found.text.strip()) == (["a.pdf"], "")
    empty = read(multipart(TEXT + b"x\r\n", b"Content-Type: application/pdf; name=empty.pdf\r\n\r\n"))
    assert [(a.name, a.size) for a in empty.attachments] == [("empty.pdf", 0)]


@pytest.mark.parametrize("name", [b"Message-ID", b"Date", b"Subject", b"To"])
def test_trap_15_a_missing_field_costs_nothing_else(name: bytes) -> None:
    found = read(without(name))
    assert found.sender is not None
    assert found.text.strip() == "hello"
    assert "\0" not in read(without(b"Subject", b"Subject: a\0b")).subject


@pytest.mark.parametrize(
    "attribution",
    [
        "On Fri, 20 Nov 2026 at 10:01, Jane Roe\n<jane@buyer.example> wrote:",
        "Am 20.11.2026 um 10:01 schrieb Jane Roe <jane@buyer.example>:",
        "Le ven. 20 nov. 2026 à 10:01, Jane Roe <jane@buyer.example> a écrit :",
        "El vie, 20 nov 2026 a las 10:01, Jane Roe (<jane@buyer.example>) escribió:",
        "Il giorno ven 20 nov 2026 alle ore 10:01 Jane Roe <jane@buyer.example> ha scritto:",
        "Op vr 20 nov. 2026 om 10:01 schreef Jane Roe <jane@buyer.example>:",
        "Em sex., 20 de nov. de 2026 às 10:01, Jane Roe <jane@buyer.example> escreveu:",
        "Den fre 20 nov. 2026 kl 10:01 skrev Jane Roe <jane@buyer.example>:",
        "W dniu pt., 20 lis 2026 o 10:01 Jane Roe <jane@buyer.example> napisał(a):",
        "пт, 20 нояб. 2026 г. в 10:01, Jane Roe <jane@buyer.example> написал:",
        "-----Original Message-----\nFrom: Jane Roe\nSent: Friday, 20 November 2026\nTo: us\nSubject: Order",
        "-----Ursprüngliche Nachricht-----\nVon: Jane Roe\nGesendet: Freitag, 20. November 2026\nAn: uns\nBetreff: x",
    ],
)
def test_trap_17_and_20_attributions_are_cut_in_many_languages(attribution: str) -> None:
    quoted = "> Can you ship on Monday?" if "wrote" in attribution or "<" in attribution else "Can you ship on Monday?"
    reply, cut = split_reply(f"Yes, on Monday.\n\n{attribution}\n{quoted}\n", None)
    assert reply == "Yes, on Monday."
    assert "Can you ship on Monday?" in cut


@pytest.mark.parametrize(
    "sentence",
    [
        "On Monday we wrote to the carrier about it.",
        "From: the warehouse to the dock it takes an hour.",
        "The picture was sent from my iPhone, sorry.",
    ],
)
def test_trap_18_an_ordinary_sentence_is_kept(sentence: str) -> None:
    text = f"Hello,\n\n{sentence}\nPlease confirm the day.\n"
    reply, _ = split_reply(text, None)
    assert sentence in reply
    assert "Please confirm the day." in reply


def test_trap_19_answers_between_and_below_the_quotation_are_kept() -> None:
    between = "On Fri, Jane Roe wrote:\n> How many?\nTwelve.\n> When?\nOn Friday.\n"
    below = "> How many do you want?\n\nTwelve, please.\n"
    for text in (between, below):
        assert "Twelve" in split_reply(text, None)[0]
    assert "On Friday." in split_reply(between, None)[0]


def test_trap_22_an_old_bounce_and_a_delay_are_told_apart() -> None:
    qmail = (
        b"Hi. This is the qmail-send program at mx.buyer.example.\r\nI'm afraid I wasn't able to deliver your message "
        b"to the following addresses.\r\nThis is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
        b"<jane@buyer.example>:\r\nSorry, no mailbox here by that name.\r\n"
    )
    failed = read(without(b"From", b"From: MAILER-DAEMON@mx.buyer.example", b"Return-Path: <>", body=qmail))
    assert failed.kind is MailKind.BOUNCE
    assert failed.bounce is not None
    assert (failed.bounce.recipients, failed.bounce.permanent) == (("jane@buyer.example",), True)
    status = (
        b"Reporting-MTA: dns; mx.buyer.example\r\n\r\nFinal-Recipient: rfc822; jane@buyer.example\r\n"
        b"Action: delayed\r\nStatus: 4.4.1\r\n"
    )
    delayed = read(
        multipart(
            TEXT + b"Not yet.\r\n",
            b"Content-Type: message/delivery-status\r\n\r\n" + status,
            kind=b"report; report-type=delivery-status",
        )
    )
    assert delayed.bounce is not None
    assert not delayed.bounce.permanent


def test_trap_25_references_with_commas_doubles_and_junk_are_read() -> None:
    fields = (
        b"References: <a@x.example>,<b@x.example> junk <c@x.example>",
        b"In-Reply-To: <c@x.example> <d@x.example>",
    )
    found = read(mail(b"hello\r\n", *fields))
    assert set(found.references) >= {"<a@x.example>", "<b@x.example>", "<c@x.example>"}
    assert found.in_reply_to == "<c@x.example>"


def test_trap_25_a_group_in_front_of_the_desk_makes_no_list_of_what_people_wrote() -> None:
    fields = (b"X-Google-Group-Id: 1", b"List-Id: <orders.shop.example>", b"Precedence: list")
    assert not read(mail(b"hello\r\n", *fields)).automatic


TWICE = "<a@x.example>\r\nIn-Reply-To: <b@x.example>\r\nIn-Reply-To: <c@x.example>"


@pytest.mark.parametrize("fold", ["<a@x.example>, <b@x.example> <c@x.example>", TWICE])
def test_trap_25_an_answer_to_several_mails_names_them_all(fold: str) -> None:
    found = read_mail(mail(b"yes\r\n", f"References: <z@x.example>\r\nIn-Reply-To: {fold}".encode()))
    assert found.in_reply_to == "<a@x.example>"
    assert found.references == ("<z@x.example>", "<b@x.example>", "<c@x.example>")
