"""Our own check of senders: what proves them, what a forger gets, and that doubt in the DNS is no verdict."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from maild.lookup import Answer, Bounded
from notifications.authentication import Outcome
from notifications.dkim import Signer, record
from pipeline.own_check.check import check
from pipeline.own_check.dkim_results import MOST_SIGNATURES, seals
from pipeline.own_check.question import Checked, Question
from pipeline.own_check.spf_result import permission
from tests.names import ZoneResolver

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MAIL = b"From: Ada <ada@nordlicht.example>\r\nTo: orders@shop.example\r\nSubject: Order\r\n\r\n12 ropes\r\n"
KEY = generate_private_key(65537, 1024)
THEIRS = "192.0.2.7"
QUESTION = Question("nordlicht.example", THEIRS, "mail.nordlicht.example", "ada@nordlicht.example", NOW)
ZONE = {
    ("nordlicht.example", "TXT"): ("some other text", "v=spf1 mx -all"),
    ("nordlicht.example", "MX"): ("10 mail.nordlicht.example",),
    ("mail.nordlicht.example", "A"): (THEIRS,),
    ("mail.nordlicht.example", "TXT"): ("v=spf1 a -all",),
    ("one._domainkey.nordlicht.example", "TXT"): (record(KEY),),
    ("_dmarc.nordlicht.example", "TXT"): ("v=DMARC1; p=reject; rua=mailto:d@nordlicht.example",),
    ("evil.example", "TXT"): ("v=spf1 +all",),
    ("one._domainkey.evil.example", "TXT"): (record(KEY),),
}


def signed(raw: bytes = MAIL, domain: str = "nordlicht.example", key: RSAPrivateKey = KEY) -> bytes:
    return Signer(domain, "one", key).sign(raw, NOW)


def answer(raw: bytes = MAIL, zone: dict[tuple[str, str], tuple[str, ...]] | None = None, **changes: Any) -> Checked:
    return check(replace(QUESTION, **changes), raw, Bounded(ZoneResolver(ZONE | (zone or {}))))


def outcome(*arguments: Any, **changes: Any) -> Outcome | None:
    verdict = answer(*arguments, **changes).verdict
    return verdict.outcome if verdict else None


STRANGER = {"peer": "203.0.113.9", "helo": "dsl.evil.example", "sender": "x@evil.example"}
FORGER = {"peer": "203.0.113.9", "helo": "nordlicht.example", "sender": "ada@nordlicht.example"}
NO_DMARC: dict[tuple[str, str], tuple[str, ...]] = {("_dmarc.nordlicht.example", "TXT"): ()}
MONITORED = {("_dmarc.nordlicht.example", "TXT"): ("v=DMARC1; p=none",)}


def test_what_proves_the_sender() -> None:
    assert outcome() is Outcome.YES  # SPF
    assert outcome(signed(), **STRANGER) is Outcome.YES  # DKIM alone, forwarded
    assert outcome(sender="", helo="mail.nordlicht.example") is Outcome.YES  # a null reverse-path, by HELO
    assert outcome(MAIL, NO_DMARC) is Outcome.YES
    assert outcome(signed(), NO_DMARC, **STRANGER) is Outcome.YES


def test_a01_a_forger_fails() -> None:
    for raw in (MAIL, signed(domain="evil.example"), signed(key=generate_private_key(65537, 1024))):
        for session in (STRANGER, FORGER):
            verdict = answer(raw, **session).verdict
            assert verdict is not None
            assert (verdict.outcome, "DMARC fails" in verdict.why) == (Outcome.FAILED, True)


def test_a01_a_changed_mail_fails() -> None:
    assert outcome(signed().replace(b"12 ropes", b"99 ropes"), **STRANGER) is Outcome.FAILED
    assert outcome(signed().replace(b"12 ropes", b"99 ropes"), NO_DMARC, **STRANGER) is Outcome.FAILED


def test_an_owner_who_asks_for_nothing_gets_doubt_and_not_a_failure() -> None:
    assert outcome(MAIL, MONITORED, **STRANGER) is Outcome.NO
    assert outcome(MAIL, NO_DMARC, **STRANGER) is Outcome.NO
    testing = {("_dmarc.nordlicht.example", "TXT"): ("v=DMARC1; p=quarantine; t=y",)}
    assert outcome(MAIL, testing, **STRANGER) is Outcome.NO


def test_without_dmarc_a_hard_spf_failure_of_the_sender_s_own_domain_counts() -> None:
    assert outcome(MAIL, NO_DMARC, **FORGER) is Outcome.FAILED
    soft = {**NO_DMARC, ("nordlicht.example", "TXT"): ("v=spf1 mx ~all",)}
    assert outcome(MAIL, soft, **FORGER) is Outcome.NO


def test_a_forwarder_s_failing_spf_says_nothing_about_the_author() -> None:
    zone = {**NO_DMARC, ("list.example", "TXT"): ("v=spf1 -all",)}
    assert outcome(MAIL, zone, peer="203.0.113.9", sender="bounce@list.example") is Outcome.NO


OPEN = [
    ("nordlicht.example", "TXT"),
    ("nordlicht.example", "MX"),
    ("_dmarc.nordlicht.example", "TXT"),
    ("one._domainkey.nordlicht.example", "TXT"),
]


@pytest.mark.parametrize("place", OPEN, ids=lambda place: f"{place[0]}-{place[1]}")
def test_what_the_dns_leaves_open_is_no_verdict(place: tuple[str, str]) -> None:
    assert outcome(signed(), {place: ("!",)}, **FORGER) in (None, Outcome.YES)
    broken = signed().replace(b"12 ropes", b"99 ropes") if "domainkey" not in place[0] else signed()
    everything = {place: ("!",), ("nordlicht.example", "MX"): ("!",), ("nordlicht.example", "TXT"): ("v=spf1 mx -all",)}
    assert outcome(broken, everything, **FORGER) is None


def test_a_proof_stands_although_another_question_stays_open() -> None:
    assert outcome(signed(), {("nordlicht.example", "TXT"): ("!",)}) is Outcome.YES
    assert outcome(signed(), {("one._domainkey.nordlicht.example", "TXT"): ("!",)}) is Outcome.YES


ALIGNMENTS = [
    # From, signing domain, records, proved
    ("nordlicht.example", "mail.nordlicht.example", {}, True),
    ("eu.nordlicht.example", "nordlicht.example", {}, True),
    ("eu.nordlicht.example", "mail.nordlicht.example", {}, True),
    ("nordlicht.example", "evilnordlicht.example", {}, False),
    ("nordlicht.example", "example", {}, False),
    ("nordlicht.example", "mail.nordlicht.example", {"_dmarc.nordlicht.example": "v=DMARC1; p=reject; adkim=s"}, False),
    ("nordlicht.example", "tenant.nordlicht.example", {"_dmarc.tenant.nordlicht.example": "v=DMARC1; psd=n"}, False),
    ("a.city.example", "b.city.example", {"_dmarc.city.example": "v=DMARC1; p=reject; psd=y"}, False),
    ("a.city.example", "x.a.city.example", {"_dmarc.city.example": "v=DMARC1; p=reject; psd=y"}, True),
]


@pytest.mark.parametrize(("author", "signer", "records", "proved"), ALIGNMENTS)
def test_who_speaks_for_whom(author: str, signer: str, records: dict[str, str], proved: bool) -> None:
    raw = MAIL.replace(b"nordlicht.example", author.encode())
    zone = {(name, "TXT"): (text,) for name, text in records.items()} | {
        (f"one._domainkey.{signer}", "TXT"): (record(KEY),)
    }
    found = outcome(signed(raw, signer), zone, domain=author, **STRANGER)
    assert found is (Outcome.YES if proved else Outcome.FAILED)


USELESS = {
    "partial body": (b" bh=", b" l=4; bh="),
    "no From": (b" h=from:from:", b" h="),
    "expired": (b" bh=", b" x=1000000000; bh="),
    "ed25519": (b"a=rsa-sha256", b"a=ed25519-sha256"),
    "sha-1": (b"a=rsa-sha256", b"a=rsa-sha1"),
    "no domain": (b"d=nordlicht.example;", b""),
    "no selector": (b"s=one;", b""),
    "huge": (b" bh=", b" z=" + b"x" * 9000 + b"; bh="),
}


@pytest.mark.parametrize("change", USELESS.values(), ids=USELESS)
def test_signatures_that_prove_nothing(change: tuple[bytes, bytes]) -> None:
    raw = signed()
    assert change[0] in raw
    [seal] = seals(raw.replace(*change), ZoneResolver(ZONE), NOW)
    assert (seal.value, bool(seal.why)) == ("neutral", True)


BROKEN = [
    b"",
    b"\r\n",
    b" folded before anything\r\n\r\nx",
    b"no field at all\r\n\r\nx",
    b"DKIM-Signature: \r\n\r\nx",
    b"DKIM-Signature: v=1; d=a.example; s=b; h=from; b=!; bh=!; a=rsa-sha256\r\nFrom: x@a.example\r\n\r\nx",
    b"DKIM-Signature: =;=;=\r\n\r\nx",
    b"DKIM-Signature: d=\xff.example; s=\xff; h=from\r\n\r\nx",
    b"DKIM-Signature: v=1; a=rsa-sha256; c=\x00/x; d=a.example; s=b; h=from; bh=AAAA; b=AAAA\r\nFrom: a@b\r\n\r\nx",
]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
def test_broken_headers_and_signatures_are_results(raw: bytes) -> None:
    assert all(seal.value in ("neutral", "fail") for seal in seals(raw, ZoneResolver(ZONE), NOW))
    assert outcome(raw, **STRANGER) is Outcome.FAILED


KEYS = ["", "v=DKIM1; p=", "v=DKIM1; k=rsa; p=AAAA", "p=!!!", "v=DKIM2; p=x", "\xff\xfe", "v=DKIM1; k=dsa; p=AAAA"]


@pytest.mark.parametrize("text", KEYS)
def test_broken_keys_prove_nothing(text: str) -> None:
    [seal] = seals(signed(), ZoneResolver({("one._domainkey.nordlicht.example", "TXT"): (text,)}), NOW)
    assert seal.value in ("fail", "neutral")


def test_only_the_first_signatures_are_looked_at() -> None:
    raw = b"DKIM-Signature: v=1; d=x.example; s=y; h=from\r\n" * 50 + signed()
    resolver = ZoneResolver(ZONE)
    assert len(seals(raw, resolver, NOW)) == MOST_SIGNATURES


RECORDS = [
    ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
    ("v=spf1 ip4:198.51.100.0/24 -all", "fail"),
    ("v=spf1 ip4:198.51.100.0/24 ~all", "softfail"),
    ("v=spf1 ?all", "neutral"),
    ("v=spf1 a:mail.nordlicht.example -all", "pass"),
    ("v=spf1 include:evil.example -all", "pass"),
    ("v=spf1 redirect=evil.example", "pass"),
    ("v=spf1 include:again.example -all", "permerror"),
    ("v=spf1 nonsense:x -all", "permerror"),
    ("v=spf1 " + "%{i}" * 900, "permerror"),
    ("v=spf10 +all", "none"),
    ("", "none"),
]


@pytest.mark.parametrize(("text", "value"), RECORDS)
def test_spf(text: str, value: str) -> None:
    zone = ZONE | {
        ("nordlicht.example", "TXT"): (text,),
        ("again.example", "TXT"): ("v=spf1 include:again.example -all",),
    }
    resolver = Bounded(ZoneResolver(zone))
    assert permission(THEIRS, "mail.nordlicht.example", "ada@nordlicht.example", resolver).value == value


@pytest.mark.parametrize(
    "sender", ["", "x", "x@", "@y", "a@b@c", "x@" + "a" * 300, "\xff@\xff.example", "%{i}@x.example"]
)
@pytest.mark.parametrize("helo", ["", "x", "[192.0.2.7]", "%{s}.example", "a" * 300])
def test_spf_of_senders_that_are_none(sender: str, helo: str) -> None:
    assert permission(THEIRS, helo, sender, ZoneResolver({})).value in ("none", "permerror")


def test_a_hostile_zone_is_not_asked_for_ever() -> None:
    class Endless:
        asked = 0

        def ask(self, name: str, kind: str) -> Answer:
            self.asked += 1
            if kind == "MX":
                return Answer(tuple(f"10 {n}.{name}" for n in range(1000)))
            return Answer((f"v=spf1 include:a.{name} include:b.{name} mx a ptr -all",))

    endless = Endless()
    check(QUESTION, MAIL, Bounded(endless))
    assert endless.asked <= 60


def test_silent_servers_are_asked_twice_and_no_more() -> None:
    class Silent:
        asked = 0

        def ask(self, name: str, kind: str) -> Answer:
            self.asked += 1
            return Answer(trouble="Timeout")

    silent = Silent()
    assert check(QUESTION, signed(), Bounded(silent)).verdict is None
    assert silent.asked == 2


def test_the_results_are_told() -> None:
    said = answer(signed()).said
    assert "spf=pass smtp.mailfrom=nordlicht.example" in said
    assert "dkim=pass header.d=nordlicht.example" in said
    assert "dmarc.policy=reject header.from=nordlicht.example" in said
