"""D01, D05, D08, D09: the wall clock jumps, the daemon or its machine was off for days, two timers meet."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from maild.clock import ManualClock, Steadiness, SystemClock
from maild.health import Health
from maild.store.db import Database
from maild.store.ground import Ground
from maild.surroundings import Surroundings
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import EPOCH, Daemon
from tests.journeys.relay import Relay
from tests.maild.store.conftest import START

DAY = timedelta(days=1)
JUMPS = {
    "back": timedelta(hours=-2),
    "forward": timedelta(hours=2),
    "1970": datetime(1970, 1, 1, tzinfo=UTC) - EPOCH,
    "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC) - EPOCH,
    "2106": datetime(2106, 2, 7, 6, 28, 16, tzinfo=UTC) - EPOCH,
}


class Hands:
    """A wall clock and a steady one that tests move."""

    wall = 1_790_000_000.0
    steady = 5_000.0

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.mark.parametrize("by", [jump.total_seconds() for jump in JUMPS.values()], ids=JUMPS)
def test_d01_a_jump_is_told_once_and_everybody_looks_again(by: float, hands: Hands, db: Database) -> None:
    woken: list[int] = []
    steady = Steadiness(lambda: hands.wall, lambda: hands.steady)
    around = Surroundings(
        Ground(db.url, 1, lambda folder: 10**9), Health(START), db.clock, lambda: woken.append(1), steady
    )
    with capture_logs() as logs:
        for _ in range(100):
            hands.passes(60)
            hands.wall += 0.4  # what an NTP server corrects gently
            around.look()
        assert logs == []
        hands.wall += by
        around.look()
        hands.passes(60)
        around.look()
    [line] = logs
    assert (line["event"], line["log_level"], line["seconds"]) == ("clock.jump", "error", by)
    assert woken == [1]


def test_d08_the_sleep_of_the_machine_is_a_jump(hands: Hands) -> None:
    steady = Steadiness(lambda: hands.wall, lambda: hands.steady)
    hands.wall += 3 * 86_400  # CLOCK_MONOTONIC stands still while a machine is suspended
    assert steady.jumped() == 3 * 86_400
    assert steady.jumped() is None


async def test_d01_a_wait_is_measured_by_the_loops_steady_clock_and_never_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """However far off the instant is by the wall clock, the waiter looks again within half a minute."""
    asked: list[float] = []

    async def wait_for(awaitable: object, seconds: float) -> None:
        asked.append(seconds)
        awaitable.close()  # type: ignore[attr-defined]
        raise TimeoutError

    monkeypatch.setattr(asyncio, "wait_for", wait_for)
    clock = SystemClock()
    for until in (None, clock.now() + 1000 * DAY, clock.now() - 1000 * DAY, datetime(1970, 1, 1, tzinfo=UTC)):
        await clock.wait(asyncio.Event(), until)
    assert asked == [SystemClock.LONGEST_WAIT, SystemClock.LONGEST_WAIT, 0.0, 0.0]


def waiting_orders(customer: Customer, count: int) -> None:
    """Orders that nobody approves: each gets a reminder, then an escalation."""
    for number in range(count):
        customer.order_unheard(f"Order {number}", ORDER.replace("PO-70231", f"PO-{number:04}"))
    customer.daemon.quiet()


def fired_twice(daemon: Daemon) -> list[int]:
    """Timers that the history or the log knows to have fired more than once."""
    counts = Counter(line["timer"] for line in daemon.events("timer.fired"))
    return [timer for timer, count in counts.items() if count > 1]


def test_d01_no_timer_is_lost_and_none_fires_twice_wherever_the_clock_goes(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    waiting_orders(customer, 3)
    armed = {timer["id"] for timer in daemon.ask("timer.list", all=True)}
    assert armed
    for to in (
        EPOCH + timedelta(hours=25),
        EPOCH + timedelta(hours=23),
        EPOCH + timedelta(hours=25, minutes=1),
        datetime(1970, 1, 1, tzinfo=UTC),
        EPOCH,
        EPOCH + timedelta(hours=26),
        datetime(2039, 6, 1, 12, tzinfo=UTC),
        datetime(2039, 6, 1, 10, tzinfo=UTC),
        datetime(2040, 6, 1, 10, tzinfo=UTC),
    ):
        daemon._move(to)
        assert fired_twice(daemon) == []
    timers = {timer["id"]: timer for timer in daemon.ask("timer.list", all=True, limit=1000)}
    assert {timers[number]["state"] for number in armed} <= {"fired", "cancelled"}
    assert not [t for t in timers.values() if t["state"] == "pending" and t["due_at"] < daemon.now.isoformat()]
    ids = [str(received.mail["Message-ID"]) for received in relay.letters]
    assert len(ids) == len(set(ids))
    assert daemon.check() == []


def test_manual_hands_may_go_back() -> None:
    clock = ManualClock(START)
    clock.advance(-DAY)
    assert clock.now() == START - DAY
