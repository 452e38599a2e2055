"""Automations are no sweep: what a wake-up asks of the database follows what is due, not how many tickets are open."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from maild.store import timers
from pipeline.ticker import Ticker
from tests.rules.recorded_desk import RecordedDesk

DAY = timedelta(days=1)


async def statements(desk: RecordedDesk) -> int:
    """How many a step takes."""
    count = 0

    def counting(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(Engine, "before_cursor_execute", counting)
    try:
        await Ticker(desk.db, desk.desk, desk.clock).step()
    finally:
        event.remove(Engine, "before_cursor_execute", counting)
    return count


async def test_a_wake_up_costs_what_is_due(desk: RecordedDesk) -> None:
    """Two come due beside three that wait, then two beside fifteen."""
    two_due, idle = [], []
    for waiting in (3, 15):
        for _ in range(2):
            desk.order()
        desk.clock.advance(DAY - timedelta(hours=1))
        for _ in range(waiting):
            desk.order()
        idle.append(await statements(desk))
        desk.clock.advance(timedelta(hours=1))
        two_due.append(await statements(desk))
        desk.wait(60 * DAY)  # all is closed or told
    assert idle[0] == idle[1] < 10
    assert two_due[0] == two_due[1] > idle[0]


async def test_a_backfill_that_fails_keeps_no_timer_waiting(
    desk: RecordedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pipeline.backfill.after_reload", broken)
    desk.order()
    desk.clock.advance(DAY)
    stop, wake = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(Ticker(desk.db, desk.desk, desk.clock).run(wake, stop))
    while desk.db.read_now(lambda tx: timers.due(tx, 1)):  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0)
    stop.set()
    wake.set()
    await running
