"""Files and letters as commands show them: names for people, text as a reader sees it, nothing of what was erased."""

import base64
from argparse import Namespace
from typing import Any

import pytest

from maild.cli import contents

MAIL = (
    b"From: mia@blueharbor.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nsee the file\r\n--b\r\nContent-Type: text/csv; name=%b\r\n\r\nsku,quantity\r\n--b--\r\n"
)
LETTER = (
    "From: Desk <orders@shop.example>\r\nSubject: =?utf-8?b?xIxlc2vDvQ==?=\r\nX-Other: 1\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    "\r\nGr=C3=BC=\r\n=C3=9Fe\r\n"
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The mails whose bytes were asked for."""
    numbers: list[int] = []

    def objects(_: Namespace, operation: str, **given: Any) -> list[dict[str, Any]]:
        assert operation == "mail.raw"
        numbers.append(given["id"])
        return [{"raw": base64.b64encode(MAIL % f"order{given['id']}.csv".encode()).decode()}]

    monkeypatch.setattr(contents, "objects", objects)
    return numbers


def mail(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "outcome": "ticket", "code": None, "erased_at": None, "size": 500, **changes}


def test_files_of_a_ticket_are_named_from_the_oldest_mail_on(asked: list[int]) -> None:
    found = contents.files(Namespace(), [mail(3), mail(2, erased_at="2026-11-20T09:00:00Z"), mail(1)])
    assert [(file["mail"], file["name"], file["type"]) for file in found] == [
        (1, "order1.csv", "text/csv"),
        (3, "order3.csv", "text/csv"),
    ]
    assert asked == [1, 3]


def test_neither_large_mails_nor_many_are_read(asked: list[int]) -> None:
    assert contents.files(Namespace(), [mail(1, size=contents.LARGEST + 1)]) == []
    contents.files(Namespace(), [mail(number) for number in range(100, 0, -1)])
    assert asked == list(range(100 - contents.MOST + 1, 101))


@pytest.mark.parametrize(
    "mail_",
    [
        mail(1, outcome="quarantined", code="parser.timeout"),
        mail(1, outcome=None, code="parser.crashed"),
        mail(1, outcome=None),
    ],
)
def test_a_mail_that_no_reader_has_survived_is_read_by_no_command(asked: list[int], mail_: dict[str, Any]) -> None:
    assert contents.files(Namespace(), [mail_]) == []
    assert asked == []


def test_a_letter_is_shown_as_its_reader_sees_it() -> None:
    told, text = contents.letter(LETTER)
    assert told == ["From: Desk <orders@shop.example>", "Subject: Český"]
    assert text.strip() == "Grüße"
