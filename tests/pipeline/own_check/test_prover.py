"""The child that checks senders: real name servers, hostile mails that end it, and neighbours that do not suffer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from maild.config import Config
from notifications.authentication import Outcome
from notifications.dkim import Signer, record
from pipeline.own_check.prover import Prover
from pipeline.own_check.question import UNCHECKED, Question
from tests.names import NameServer

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
KEY = generate_private_key(65537, 1024)
RAW = b"From: Ada <ada@nordlicht.example>\r\nSubject: Order\r\n\r\n12 ropes\r\n"
SIGNED = Signer("nordlicht.example", "one", KEY).sign(RAW, NOW)
QUESTION = Question("nordlicht.example", "203.0.113.9", "x.example", "x@x.example", NOW)
ENDLESS = SIGNED.replace(b"12 ropes", b" " * 400_000 + b"x")  # quadratic in the library's whitespace rule


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    server = NameServer(
        {
            ("one._domainkey.nordlicht.example", "TXT"): (record(KEY),),
            ("_dmarc.nordlicht.example", "TXT"): ("v=DMARC1; p=reject",),
            ("_dmarc.broken.example", "TXT"): ("!",),
        }
    )
    yield server
    server.stop()


def config(folder: Path, names: NameServer, cpu: float = 20) -> Config:
    dns = {"servers": [names.address], "timeout": 20}
    return Config.default(folder, dns=dns, workers={"cpu_seconds": cpu})


async def test_a_batch_of_mails_is_answered_in_order(tmp_path: Path, names: NameServer) -> None:
    prover = Prover(config(tmp_path, names))
    broken = replace(QUESTION, domain="broken.example")
    batch = [(QUESTION, SIGNED), (QUESTION, RAW), (broken, RAW)] * 5
    answers = await prover.check(batch)
    again = await prover.check(batch[:1])
    await prover.close()
    outcomes = [answer.verdict.outcome if answer.verdict else None for answer in [*answers, *again]]
    assert outcomes == [Outcome.YES, Outcome.FAILED, None] * 5 + [Outcome.YES]
    assert await prover.check([]) == []


async def test_a_mail_that_ends_the_child_takes_nobody_with_it(tmp_path: Path, names: NameServer) -> None:
    prover = Prover(config(tmp_path, names, cpu=1))
    answers = await prover.check([(QUESTION, SIGNED), (QUESTION, ENDLESS), (QUESTION, SIGNED)])
    await prover.close()
    assert answers[1] == UNCHECKED
    assert [answer.verdict is not None for answer in answers] == [True, False, True]


async def test_a_child_that_cannot_start_leaves_the_question_open(
    tmp_path: Path, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    prover = Prover(config(tmp_path, names))
    assert await prover.check([(QUESTION, SIGNED)] * 2) == [UNCHECKED] * 2
