"""X07: a loop that does not turn is noticed, shown and no longer reported alive."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from maild.watchdog import Watchdog


class Seconds:
    """A steady clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


async def turn() -> None:
    """Let the loop do what was asked of it from outside."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_x07_a_blocked_loop_is_told_once_with_its_stack_and_systemd_hears_nothing_meanwhile(
    seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "4000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    told: list[float] = []
    watchdog = Watchdog(asyncio.get_running_loop(), longest=5, seconds=seconds, alive=lambda: told.append(seconds.now))
    with capture_logs() as logs:
        for _ in range(6):
            seconds.now += 1
            watchdog.look()
            await turn()
        assert told == [102.0, 104.0, 106.0]
        watchdog.look()
        for _ in range(30):  # the loop does not turn: nothing is awaited here
            seconds.now += 1
            watchdog.look()
        assert told == [102.0, 104.0, 106.0, 108.0, 110.0]
        await turn()
        watchdog.look()
        assert told[-1] == 136.0
    assert [(line["event"], line["log_level"]) for line in logs] == [
        ("loop.blocked", "error"),
        ("loop.turns_again", "warning"),
    ]
    assert "test_x07_a_blocked_loop_is_told_once" in logs[0]["stack"]
    assert "test_watchdog.py:" in logs[0]["stack"]


async def test_x07_without_systemd_it_looks_all_the_same(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    told: list[int] = []
    watchdog = Watchdog(asyncio.get_running_loop(), longest=5, seconds=seconds, alive=lambda: told.append(1))
    watchdog.look()
    seconds.now += 6
    watchdog.look()
    assert watchdog.blocked
    assert told == []


async def test_x07_a_loop_asked_a_thousand_times_nods_once(seconds: Seconds) -> None:
    """While it is blocked nothing piles up in it."""
    loop = asyncio.get_running_loop()
    asked: list[Callable[[], object]] = []

    class Loop:
        def call_soon_threadsafe(self, what: Callable[[], object]) -> None:
            asked.append(what)

    watchdog = Watchdog(Loop(), seconds=seconds)  # type: ignore[arg-type]
    for _ in range(1000):
        seconds.now += 1
        watchdog.look()
    assert len(asked) == 1
    assert loop.is_running()


async def test_x07_its_thread_ends_with_the_daemon() -> None:
    watchdog = Watchdog(asyncio.get_running_loop())
    watchdog.start()
    watchdog.stop()
    assert "maild-watchdog" not in {thread.name for thread in threading.enumerate()}
    Watchdog(asyncio.get_running_loop()).stop()
