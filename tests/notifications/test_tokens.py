"""Signed references: they come back as they went out, and nobody else can make one."""

import hmac
import secrets

import pytest

from notifications import tokens
from notifications.tokens import (
    Keys,
    Reference,
    bounce_address,
    marker_line,
    message_id_for,
    parse_bounce_address,
    parse_marker,
    parse_message_id,
    parse_reply_address,
    parse_token,
    reply_address,
    token,
)

KEYS = Keys(b"k" * 32)
OTHER = Keys(b"o" * 32)
ORDERS = "orders@harbour.example"
NUMBERS = [(0, 0), (1, 2), (35, 36), (123456, 789), (2**62, 2**62)]


@pytest.mark.parametrize(("ticket", "recipient"), NUMBERS)
def test_a_reply_address_names_ticket_and_recipient(ticket: int, recipient: int) -> None:
    address = reply_address(KEYS, ORDERS, ticket, recipient)
    assert address.startswith("orders+") and address.endswith("@harbour.example")
    assert len(address.rpartition("@")[0]) <= 64
    assert parse_reply_address(KEYS, address) == Reference(ticket, recipient)


def test_the_signature_has_128_bits() -> None:
    mac = token(KEYS, Reference(1, 2)).rpartition("-")[2]
    assert len(mac) * 5 // 8 == tokens.MAC_BYTES == 16


def test_case_does_not_matter() -> None:
    assert parse_reply_address(KEYS, reply_address(KEYS, ORDERS, 77, 5).upper()) == Reference(77, 5)


@pytest.mark.parametrize("at", range(45))
def test_a08_every_changed_character_is_noticed(at: int) -> None:
    made = token(KEYS, Reference(123456, 789))
    if at >= len(made):
        return
    for other in "ab27-":
        forged = made[:at] + other + made[at + 1 :]
        if forged != made:
            assert parse_token(KEYS, forged) is None


MAC = "a" * 26
NO_TOKENS = [
    "",
    "@",
    "+",
    "orders@harbour.example",
    "orders+@harbour.example",
    "orders+t1-p2-@x",
    f"orders+t1-p2-{MAC}@x",
    f"orders+tſ-pK-{MAC}@x",
    f"orders+t١-p2-{MAC}@x",
    "orders+" + "t1-p2-" * 5000 + "@x",
    "x" * 10_000,
]


@pytest.mark.parametrize("address", NO_TOKENS)
def test_a08_what_is_no_token_is_none(address: str) -> None:
    assert parse_reply_address(KEYS, address) is None
    assert parse_bounce_address(KEYS, address) is None


def test_another_key_does_not_verify() -> None:
    assert parse_reply_address(OTHER, reply_address(KEYS, ORDERS, 1, 2)) is None
    assert parse_bounce_address(OTHER, bounce_address(KEYS, ORDERS, 1)) is None
    assert parse_marker(OTHER, marker_line(KEYS, 1, 2)) is None


def test_two_keys_are_valid_during_a_rotation() -> None:
    old = reply_address(KEYS, ORDERS, 1, 2)
    rotated = Keys(b"n" * 32, KEYS.current)
    assert parse_reply_address(rotated, old) == Reference(1, 2)
    assert parse_reply_address(rotated, reply_address(rotated, ORDERS, 1, 2)) == Reference(1, 2)
    assert reply_address(rotated, ORDERS, 1, 2) != old
    assert parse_reply_address(Keys(b"m" * 32, rotated.current), old) is None


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    compare = hmac.compare_digest

    def watched(a: bytes, b: bytes) -> bool:
        asked.append(len(a))
        return compare(a, b)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    keys = Keys(b"n" * 32, KEYS.current)
    assert parse_token(keys, token(keys, Reference(1, 2))) == Reference(1, 2)
    assert parse_token(keys, "t1-p2-" + "a" * 26) is None
    assert asked == [26] * 4  # both keys are tried, match or not


def test_a_bounce_address_names_the_letter() -> None:
    address = bounce_address(KEYS, ORDERS, 4711)
    assert address.startswith("orders+b-")
    assert parse_bounce_address(KEYS, address) == 4711


def test_a_token_of_one_purpose_is_none_of_another() -> None:
    assert parse_bounce_address(KEYS, reply_address(KEYS, ORDERS, 11, 4711)) is None
    assert parse_reply_address(KEYS, bounce_address(KEYS, ORDERS, 4711)) is None


@pytest.mark.parametrize("quote", ["", "> ", "> > ", "| ", "    ", "<p>", "&gt; "])
def test_the_marker_is_found_however_it_is_quoted(quote: str) -> None:
    line = marker_line(KEYS, 7, 3)
    assert len(line) <= 76
    assert parse_marker(KEYS, f"Thanks!\n\n{quote}{line}\n{quote}old text") == Reference(7, 3)


def test_the_first_genuine_marker_counts_and_tries_are_bounded() -> None:
    forged = "[ref:t9-p9-" + "a" * 26 + "]\n"
    assert parse_marker(KEYS, forged * 3 + marker_line(KEYS, 7, 3)) == Reference(7, 3)
    assert parse_marker(KEYS, forged * 1000 + marker_line(KEYS, 7, 3)) is None


def test_a_message_id_comes_from_its_cause_alone() -> None:
    first = message_id_for(KEYS, "event:1:rule:0", "harbour.example")
    assert first == message_id_for(KEYS, "event:1:rule:0", "harbour.example")
    assert first != message_id_for(KEYS, "event:1:rule:1", "harbour.example")
    assert first != message_id_for(OTHER, "event:1:rule:0", "harbour.example")
    assert first.startswith("<") and first.endswith("@harbour.example>") and len(first) < 60


def test_a_message_id_can_carry_the_reference() -> None:
    made = message_id_for(KEYS, "cause", "harbour.example", token(KEYS, Reference(7, 3)))
    assert parse_message_id(KEYS, made) == Reference(7, 3)
    assert parse_message_id(KEYS, message_id_for(KEYS, "cause", "harbour.example")) is None
    assert len(made) < 120


def test_a08_a_thousand_guesses_find_nothing() -> None:
    for _ in range(1000):
        guess = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(26))
        assert parse_token(KEYS, f"t1-p1-{guess}") is None
