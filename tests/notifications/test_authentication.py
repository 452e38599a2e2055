"""Who wrote a mail: what proves it, what disproves it, and what a forger may write himself."""

from typing import Any

import pytest

from maild.domain.envelope import Channel
from notifications.authentication import AuthFacts, Outcome, Verdict, authenticated

OURS = "mx.harbour.example"


def facts(*results: str, **changes: Any) -> AuthFacts:
    values: dict[str, Any] = {
        "from_address": "ada@nordlicht.example",
        "channel": Channel.SMTP,
        "peer": "127.0.0.1",
        "has_received": True,
        "results": tuple(results),
        "trusted_authserv_ids": (OURS,),
    }
    return AuthFacts(**(values | changes))


def outcome(*results: str, **changes: Any) -> Outcome:
    return authenticated(facts(*results, **changes)).outcome


PASSES = [
    f"{OURS}; dmarc=pass header.from=nordlicht.example",
    f"{OURS}; dmarc=pass (p=reject dis=none) header.from=Nordlicht.Example",
    f"{OURS} 1; spf=fail smtp.mailfrom=list.example; dkim=fail; dmarc=pass header.from=nordlicht.example",
    f"{OURS}; dkim=pass header.d=nordlicht.example header.s=one",
    f"{OURS}; dkim=pass header.i=@nordlicht.example",
    f"{OURS}; spf=pass smtp.mailfrom=bounce@nordlicht.example",
    f"{OURS};\r\n\tdkim=fail header.d=other.example;\r\n\tdkim=pass header.d=nordlicht.example",
]


@pytest.mark.parametrize("value", PASSES)
def test_an_aligned_pass_of_a_trusted_server(value: str) -> None:
    assert outcome(value) is Outcome.YES


FAILS = [
    f"{OURS}; dmarc=fail header.from=nordlicht.example",
    f"{OURS}; spf=pass smtp.mailfrom=nordlicht.example; dmarc=fail header.from=nordlicht.example",
    f"{OURS}; spf=fail smtp.mailfrom=nordlicht.example",
    f"{OURS}; dkim=fail header.d=nordlicht.example",
]


@pytest.mark.parametrize("value", FAILS)
def test_a01_a_trusted_failure(value: str) -> None:
    assert outcome(value) is Outcome.FAILED


@pytest.mark.parametrize("value", FAILS)
@pytest.mark.parametrize("reason", [{"login": "ada"}, {"policy": True}, {"has_received": False}])
def test_a01_a_trusted_failure_beats_every_reason_to_say_yes(value: str, reason: dict[str, object]) -> None:
    assert outcome(value, **reason) is Outcome.FAILED


UNDECIDED = [
    f"{OURS}; none",
    f"{OURS}; spf=softfail smtp.mailfrom=nordlicht.example",
    f"{OURS}; spf=none; dkim=none",
    f"{OURS}; dmarc=temperror header.from=nordlicht.example",
    f"{OURS}; dkim=pass header.d=other.example",
    f"{OURS}; spf=pass smtp.mailfrom=other.example",
    f"{OURS}; dmarc=pass header.from=other.example",
    f"{OURS}; dkim=pass",
    f"{OURS}; dkim=pass header.d=example",
    f"{OURS}; dkim=pass header.d=mail.nordlicht.example",
    f"{OURS}; dkim=pass header.d=evilnordlicht.example",
    "",
    ";",
    OURS,
    f"{OURS}; dmarc",
    f"{OURS}; (dmarc=pass header.from=nordlicht.example)",
]


@pytest.mark.parametrize("value", UNDECIDED)
def test_a03_what_proves_nothing(value: str) -> None:
    assert outcome(value) is Outcome.NO


def test_a_parent_domain_may_sign_for_its_child() -> None:
    value = f"{OURS}; dkim=pass header.d=nordlicht.example"
    assert outcome(value, from_address="ada@kiel.nordlicht.example") is Outcome.YES


FORGED = f"{OURS}; dmarc=pass header.from=nordlicht.example"


@pytest.mark.parametrize("server", ["mx.evil.example", f"{OURS}.evil.example", f"x{OURS}", ""])
def test_a02_a_field_of_another_server_is_ignored(server: str) -> None:
    assert outcome(f"{server}; dmarc=pass header.from=nordlicht.example") is Outcome.NO


def test_a02_a_trusted_name_below_a_strange_field_is_ignored() -> None:
    assert outcome("mx.evil.example; dmarc=pass", FORGED) is Outcome.NO


def test_a02_several_fields_of_our_server_count_together() -> None:
    assert outcome(f"{OURS}; spf=none", FORGED) is Outcome.YES


def test_a02_a_stranger_who_connects_himself_cannot_bring_results() -> None:
    assert outcome(FORGED, peer="203.0.113.9") is Outcome.NO
    assert outcome(FORGED, peer=None) is Outcome.NO


def test_a02_results_count_on_mail_fetched_from_our_mailbox() -> None:
    assert outcome(FORGED, channel=Channel.IMAP, peer=None) is Outcome.YES
    assert outcome(FORGED, channel=Channel.IMAP, peer=None, trusted_authserv_ids=()) is Outcome.NO


def test_login_policy_and_trusted_network() -> None:
    assert outcome(login="ada", peer="203.0.113.9") is Outcome.YES
    assert outcome(policy=True, peer="203.0.113.9") is Outcome.YES
    assert outcome(has_received=False) is Outcome.YES
    assert outcome(has_received=False, peer="::1") is Outcome.YES


def test_a_trusted_network_vouches_only_for_what_was_written_there() -> None:
    assert outcome(has_received=True) is Outcome.NO


@pytest.mark.parametrize("peer", ["127.0.0.2", "203.0.113.9", "not an address", "", None])
def test_a_stranger(peer: str | None) -> None:
    verdict = authenticated(facts(has_received=False, peer=peer))
    assert verdict.outcome is Outcome.NO and not verdict.authenticated
    assert verdict.why == "nothing proves who sent it"


def test_other_channels_have_no_trusted_network() -> None:
    assert outcome(has_received=False, channel=Channel.INGEST) is Outcome.NO
    assert outcome(has_received=False, channel=Channel.IMAP) is Outcome.NO


def test_our_own_check_counts_like_a_trusted_servers() -> None:
    failed = Verdict(Outcome.FAILED, "DKIM fails")
    assert outcome(own_check=failed, login="ada", peer="203.0.113.9") is Outcome.FAILED
    assert outcome(own_check=Verdict(Outcome.YES, "DKIM passes"), peer="203.0.113.9") is Outcome.YES
    assert outcome(FORGED, own_check=failed) is Outcome.FAILED


def test_every_verdict_says_why() -> None:
    for value in [*PASSES, *FAILS, *UNDECIDED]:
        assert authenticated(facts(value)).why


@pytest.mark.parametrize(
    "value", [f"{OURS};" + "dkim=pass;" * 100_000, f"{OURS};" + "(" * 1_000_000, f"{OURS};dmarc" + " " * 1_000_000]
)
def test_a_field_of_hostile_size_is_cut(value: str) -> None:
    assert outcome(*([value] * 100)) is Outcome.NO
