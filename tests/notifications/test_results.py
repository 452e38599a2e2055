"""What servers say of a sender, and what senders make them say."""

import pytest

from maild.domain.envelope import Channel
from notifications.authentication import AuthFacts, Outcome, authenticated
from notifications.results import UNCLEAR, Result, Results, read

BIG = "dmarc=pass header.from=big.example"


def only(value: str) -> Result:
    found = read(value)
    assert found is not None and found.server == "mx.example"
    [result] = found.results
    return result


@pytest.mark.parametrize(
    ("clause", "domain"),
    [
        ("spf=pass smtp.mailfrom=mia@big.example", "big.example"),
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=Big.Example.", "big.example"),
        ("spf = pass smtp.mailfrom = SRS0=aa=bb=big.example=mia@forwarder.example", "forwarder.example"),
        ('spf=pass smtp.mailfrom="mia@big.example"', "big.example"),
        ('spf=pass reason="a; b" smtp.mailfrom="mia@home"@big.example', "big.example"),
        ("dkim=pass header.i=@big.example header.s=one header.b=abc=", "big.example"),
        ("dkim=pass header.d=big.example header.i=@mail.big.example", "big.example"),
        ("dmarc=pass (p=NONE (really); dis=NONE) header.from=big.example", "big.example"),
        ("dmarc=pass", ""),
        ("spf=pass smtp.mailfrom=<>", UNCLEAR),
    ],
)
def test_a_result_is_of_one_domain(clause: str, domain: str) -> None:
    assert only(f"mx.example 1; {clause}").domain == domain


@pytest.mark.parametrize(
    ("clause", "domain"),
    [
        ('spf=pass smtp.mailfrom="x@big.example"@evil.example', "evil.example"),
        ('dkim=pass header.i="x@big.example"@evil.example', "evil.example"),
        ('spf=pass smtp.mailfrom="x@big.example\\"@y"@evil.example', "evil.example"),
        (f'spf=pass smtp.mailfrom="a; {BIG}"@evil.example', "evil.example"),
        (f'spf=pass (domain of "a(b); {BIG}; x"@evil.example) smtp.mailfrom=x@evil.example', "evil.example"),
        ("spf=pass smtp.mailfrom=evil.example smtp.mailfrom=big.example", UNCLEAR),
        ('spf=pass smtp.mailfrom="evil" @big.example', UNCLEAR),
        ("spf=pass smtp.mailfrom=x@evil.example @big.example", UNCLEAR),
    ],
)
def test_a13_a_local_part_cannot_speak_for_another_domain(clause: str, domain: str) -> None:
    assert only(f"mx.example; {clause}").domain == domain


@pytest.mark.parametrize(
    "clause",
    [
        f'spf=fail (domain of "a) ; {BIG} ("@evil.example)',
        f'spf=fail smtp.mailfrom="a; {BIG}',
        f"spf=fail (never closed; {BIG}",
        f"spf=fail smtp.mailfrom=a@evil.example; {BIG}\\" + '"',
    ],
)
def test_a13_a_field_without_a_clear_end_proves_nothing(clause: str) -> None:
    assert read(f"mx.example; {clause}") is None


def test_a13_two_verdicts_of_dmarc_do_not_add_up_to_a_yes() -> None:
    facts = AuthFacts(
        "mia@big.example",
        Channel.IMAP,
        results=(f"mx.example; spf=fail smtp.mailfrom=a; {BIG}; dmarc=none header.from=big.example",),
        trusted_authserv_ids=("mx.example",),
    )
    assert authenticated(facts).outcome is not Outcome.YES


def test_a_field_without_results() -> None:
    assert read("mx.example; none") == Results("mx.example", ())
    assert read("") is None and read(" ; spf=pass") is None


def test_long_fields_cost_no_more_than_they_are_long() -> None:
    for hostile in ("(" * 8000, '"' * 8001, "a=" * 4000, "; spf=pass" * 800, "\\" * 8001):
        found = read(f"mx.example; {hostile}")
        assert found is None or len(found.results) <= 50
