"""When a letter is tried again, and when no more."""

from datetime import timedelta

import pytest

from notifications.retry import next_try
from tests.notifications.builders import NOW

SCHEDULE = (60, 300, 900)
DAYS = 5 * 86400


def middle() -> float:
    return 0.5


@pytest.mark.parametrize(("attempt", "pause"), [(1, 60), (2, 300), (3, 900), (4, 900), (99, 900), (0, 60)])
def test_pauses_follow_the_schedule_and_the_last_repeats(attempt: int, pause: int) -> None:
    assert next_try(attempt, NOW, NOW, SCHEDULE, middle, DAYS) == NOW + timedelta(seconds=pause)


@pytest.mark.parametrize(("dice", "factor"), [(0.0, 0.9), (0.5, 1.0), (1.0, 1.1)])
def test_jitter_is_a_tenth_either_way(dice: float, factor: float) -> None:
    assert next_try(3, NOW, NOW, SCHEDULE, lambda: dice, DAYS) == NOW + timedelta(seconds=900 * factor)


def test_r14_after_five_days_no_more() -> None:
    created = NOW - timedelta(days=5)
    assert next_try(80, created, NOW, SCHEDULE, middle, DAYS) is None
    assert next_try(80, created, NOW + timedelta(days=1), SCHEDULE, middle, DAYS) is None


def test_r14_the_last_try_is_at_the_end_not_after_it() -> None:
    created = NOW - timedelta(days=5) + timedelta(seconds=10)
    assert next_try(80, created, NOW, SCHEDULE, middle, DAYS) == created + timedelta(days=5)


def test_r14_tries_end_after_a_bounded_number() -> None:
    now, tries = NOW, 0
    while (again := next_try(tries + 1, NOW, now, SCHEDULE, lambda: 0.0, DAYS)) is not None:
        assert again > now
        now, tries = again, tries + 1
    assert now == NOW + timedelta(days=5)
    assert tries < DAYS / (900 * 0.9) + 5
