"""Patience with a relay, and who is told."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from maild.domain.letter import Later, Never, Sent
from notifications.backoff import MANY, Backoff
from tests.notifications.builders import NOW

DOWN = Later("relay.unreachable", "connecting: refused")
BUSY = Later("relay.4xx", "MAIL: 450 slow down")
LOGIN = Later("relay.auth", "AUTH: 535 no")


def test_pauses_double_up_to_five_minutes() -> None:
    backoff, now, pauses = Backoff(), NOW, []
    for _ in range(9):
        assert backoff.saw(DOWN, now)
        assert backoff.resume_at is not None
        pauses.append((backoff.resume_at - now).total_seconds())
        now = backoff.resume_at
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert not backoff.paused(now)


@pytest.mark.parametrize("trouble", [LOGIN, Later("tls.required", "STARTTLS: not offered")])
def test_r04_where_a_person_must_act_it_waits_five_minutes_and_alerts_at_once(trouble: Later) -> None:
    backoff = Backoff()
    with capture_logs() as logs:
        backoff.saw(trouble, NOW)
        backoff.saw(trouble, NOW + timedelta(minutes=5))
    assert backoff.resume_at == NOW + timedelta(minutes=10)
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("relay.failing", "error")]


def test_r15_one_deferred_letter_is_its_own_trouble_many_are_the_relays() -> None:
    backoff = Backoff()
    assert [backoff.saw(BUSY, NOW) for _ in range(MANY)] == [False] * (MANY - 1) + [True]
    assert backoff.paused(NOW)


@pytest.mark.parametrize("result", [Sent("250 ok"), Never("relay.5xx", "550 no")])
def test_any_answer_about_a_letter_ends_the_pause(result: Sent | Never) -> None:
    backoff = Backoff()
    backoff.saw(DOWN, NOW)
    with capture_logs() as logs:
        assert not backoff.saw(result, NOW + timedelta(seconds=9))
    assert backoff.resume_at is None and backoff.trouble is None and backoff.failing_since is None
    assert logs[0]["event"] == "relay.recovered" and logs[0]["down_seconds"] == 9


def test_r14_alert_after_four_hours_once() -> None:
    backoff, now = Backoff(), NOW
    with capture_logs() as logs:
        while now < NOW + timedelta(hours=6):
            backoff.saw(DOWN, now)
            assert backoff.resume_at is not None
            now = backoff.resume_at
    alerts = [entry for entry in logs if entry["event"] == "relay.down_for_hours"]
    assert len(alerts) == 1 and alerts[0]["log_level"] == "error"
    assert len(logs) == 2
