"""The link that asks how content somebody is: signed, for one ticket and one person, and for nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications import rating
from notifications.budget import CODE, Budget, Got, got, opens, spent
from notifications.gate import Drop, Hold
from notifications.rating import Asked, Invalid
from notifications.tokens import (
    Keys,
    Purpose,
    Reference,
    parse_message_id,
    parse_reply_address,
    parse_token,
    tagged_address,
    token,
)

KEYS, OTHERS = Keys(b"k" * 32), Keys(b"o" * 32)


def test_a_link_says_whom_it_asks_about_what() -> None:
    link = rating.link(KEYS, "https://desk.example/", 7, 3)
    base, _, given = link.rpartition("/")
    assert base == "https://desk.example/rate"
    assert rating.asked(KEYS, given) == Asked(7, 3)
    assert rating.link(KEYS, "", 7, 3) == ""


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.RATING])
def test_a_token_for_one_purpose_serves_no_other(purpose: Purpose) -> None:
    made = token(KEYS, Reference(7, 3, purpose))
    assert parse_token(KEYS, made) == Reference(7, 3, purpose)
    assert isinstance(rating.asked(KEYS, made), Invalid)
    for letter in "tnsr".replace(purpose.value, ""):
        assert parse_token(KEYS, letter + made[1:]) is None


def test_forged_and_foreign_tokens_count_for_nothing() -> None:
    made = token(KEYS, Reference(7, 3, Purpose.RATING))
    forged = [made.replace("r7", "r8"), made.replace("p3", "p4"), made[:-1], made + "a", "", "r7-p3-" + "a" * 26]
    assert all(isinstance(rating.asked(KEYS, given), Invalid) for given in forged)
    assert isinstance(rating.asked(OTHERS, made), Invalid)


def test_a_rating_is_no_answer_by_mail() -> None:
    reference = Reference(7, 3, Purpose.RATING)
    assert parse_reply_address(KEYS, tagged_address(KEYS, "orders@shop.example", reference)) is None
    assert parse_message_id(KEYS, f"<{token(KEYS, reference)}.x@shop.example>") is None


def test_a_side_token_in_an_address_names_the_side_conversation_and_no_ticket() -> None:
    found = parse_reply_address(KEYS, tagged_address(KEYS, "orders@shop.example", Reference(7, 3, Purpose.SIDE)))
    assert found == Reference(7, 3, Purpose.SIDE)


def test_scores_are_from_one_to_five() -> None:
    assert [rating.score(given) for given in (1, "5", " 3 ")] == [1, 5, 3]
    wrong = (0, 6, -1, "", "five", "3.5", "33", None, "٣", "1" * 9000)
    assert all(isinstance(rating.score(given), Invalid) for given in wrong)


@pytest.mark.parametrize(
    ("budget", "so_far", "said"),
    [
        (Budget(), Got(1000, 1000), None),
        (Budget(per_day=3), Got(2, 900), None),
        (Budget(per_day=3), Got(3, 3), "3 automatic letters to this customer within 24 hours, 3 allowed"),
        (Budget(per_week=5), Got(0, 5), "5 automatic letters to this customer within 7 days, 5 allowed"),
        (Budget(per_day=9, per_week=5), Got(1, 4), None),
    ],
)
def test_the_budget_says_why(budget: Budget, so_far: Got, said: str | None) -> None:
    found = spent(budget, so_far)
    assert (found is None) is (said is None)
    if found is not None:
        assert isinstance(found, Hold) and found.code == CODE and found.why.startswith(str(said))
        dropped = spent(Budget(budget.per_day, budget.per_week, "drop"), so_far)
        assert isinstance(dropped, Drop) and dropped.code == CODE


def test_the_budget_opens_when_enough_of_it_has_left_the_window() -> None:
    now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    left = [now - timedelta(hours=hours) for hours in (1, 5, 23, 50, 100)]
    assert opens(Budget(), left, now) == now
    assert opens(Budget(per_day=4), left, now) == now
    assert opens(Budget(per_day=3), left, now) == now + timedelta(hours=1)
    assert opens(Budget(per_day=1), left, now) == now + timedelta(hours=23)
    assert opens(Budget(per_day=3, per_week=5), left, now) == now + timedelta(days=7, hours=-100)
    for budget in (Budget(per_day=2), Budget(per_week=4), Budget(per_day=1, per_week=2)):
        at = opens(budget, left, now)
        assert spent(budget, got(left, at)) is None, "there is room then"
        assert spent(budget, got(left, at - timedelta(microseconds=1))) is not None, "and not before"
