"""The rounds of background tasks, with a task whose work is counted and a clock that is moved by hand."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from maild.clock import ManualClock
from maild.rounds import rounds
from maild.store.trouble import STORE_PAUSE, StoreTrouble, TroubleKind

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GONE = StoreTrouble(TroubleKind.GONE, "database: gone")

Answer = int | datetime | StoreTrouble


@dataclass(slots=True)
class Task:
    """Answers what ``answers`` hold, then 0; ``due`` is when more will be due."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    answers: list[Answer] = field(default_factory=list)
    due: list[datetime | None] = field(default_factory=list)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    stepped_at: list[datetime] = field(default_factory=list)
    asked: int = 0
    told: list[str] = field(default_factory=list)

    async def step(self) -> int | datetime:
        self.stepped_at.append(self.clock.now())
        answer = self.answers.pop(0) if self.answers else 0
        if isinstance(answer, StoreTrouble):
            raise answer
        return answer

    async def next_due(self) -> datetime | None:
        self.asked += 1
        return self.due.pop(0) if self.due else None

    async def run(self) -> None:
        await rounds(self.step, self.next_due, lambda t: self.told.append(t.what), self.clock, self.wake, self.stop)

    def end(self) -> None:
        self.stop.set()
        self.wake.set()


async def quiet() -> None:
    """Let the loop turn until whoever can go on has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def task() -> AsyncIterator[Task]:
    made = Task()
    yield made
    assert made.stop.is_set(), "each test ends its rounds"


async def began(task: Task) -> "asyncio.Task[None]":
    running = asyncio.create_task(task.run())
    await quiet()
    return running


async def test_it_steps_while_there_is_something_and_then_sleeps_until_the_next_is_due(task: Task) -> None:
    task.answers, task.due = [3, 2], [NOON + MINUTE]
    running = await began(task)
    assert task.stepped_at == [NOON] * 3 and task.asked == 1
    task.clock.advance(MINUTE - timedelta(microseconds=1))
    await quiet()
    assert len(task.stepped_at) == 3, "not before its time"
    task.clock.advance(timedelta(microseconds=1))
    await quiet()
    assert task.stepped_at[3:] == [NOON + MINUTE], "exactly on time"
    task.end()
    await running


async def test_nothing_is_asked_of_an_idle_task_however_long_it_sleeps(task: Task) -> None:
    running = await began(task)
    for _ in range(100):
        task.clock.advance(MINUTE)
        await quiet()
    assert (len(task.stepped_at), task.asked) == (1, 1)
    task.end()
    await running
    assert (len(task.stepped_at), task.asked) == (1, 1), "the stop costs no step"


async def test_a_wake_up_ends_the_sleep(task: Task) -> None:
    running = await began(task)
    task.wake.set()
    await quiet()
    assert len(task.stepped_at) == 2
    task.end()
    await running


async def test_a_wake_up_during_the_step_is_not_missed(task: Task) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> int | datetime:
        found = await task.step()
        inside.set()
        await go_on.wait()
        return found

    running = asyncio.create_task(rounds(slow, task.next_due, lambda _: None, task.clock, task.wake, task.stop))
    await inside.wait()
    task.wake.set()
    go_on.set()
    await quiet()
    assert len(task.stepped_at) == 2, "what came meanwhile is looked for at once"
    task.end()
    await running


async def test_trouble_of_the_database_is_told_and_waited_out_each_time(task: Task) -> None:
    task.answers = [GONE, GONE, 1]
    running = await began(task)
    assert task.told == ["database: gone"] and task.asked == 0
    task.clock.advance(STORE_PAUSE)
    await quiet()
    assert task.told == ["database: gone"] * 2
    task.clock.advance(STORE_PAUSE)
    await quiet()
    assert task.stepped_at == [NOON, NOON + STORE_PAUSE, *[NOON + 2 * STORE_PAUSE] * 2]
    assert len(task.told) == 2
    task.end()
    await running


async def test_trouble_while_it_asks_for_the_next_is_trouble_too(task: Task) -> None:
    async def broken() -> datetime | None:
        raise GONE

    told: list[StoreTrouble] = []
    running = asyncio.create_task(rounds(task.step, broken, told.append, task.clock, task.wake, task.stop))
    await quiet()
    assert told == [GONE] and len(task.stepped_at) == 1
    task.end()
    await running


async def test_a_stop_during_the_wait_ends_it_and_one_during_the_step_comes_after_it(task: Task) -> None:
    running = await began(task)
    task.end()
    await running
    assert len(task.stepped_at) == 1
    await task.run()
    assert len(task.stepped_at) == 1, "stopped before it began"

    other = Task(answers=[5, 5, 5])

    async def last() -> int | datetime:
        other.end()
        return await other.step()

    await rounds(last, other.next_due, lambda _: None, other.clock, other.wake, other.stop)
    assert len(other.stepped_at) == 1


async def test_what_was_due_before_now_is_done_at_once(task: Task) -> None:
    task.due = [NOON - timedelta(days=3)]
    running = await began(task)
    assert task.stepped_at == [NOON, NOON] and task.asked == 2
    task.end()
    await running


async def test_a_clock_that_jumps_ahead_makes_one_step_and_one_that_jumps_back_none(task: Task) -> None:
    task.due = [NOON + MINUTE, NOON + 400 * MINUTE]
    running = await began(task)
    task.clock.move_to(NOON - timedelta(days=1))
    await quiet()
    assert task.stepped_at == [NOON]
    task.clock.move_to(NOON + timedelta(hours=5))
    await quiet()
    assert task.stepped_at == [NOON, NOON + timedelta(hours=5)]
    task.end()
    await running


async def test_a_step_that_wants_a_rest_is_left_alone_until_then(task: Task) -> None:
    task.answers = [NOON + MINUTE]
    running = await began(task)
    assert (len(task.stepped_at), task.asked) == (1, 0)
    task.clock.advance(MINUTE)
    await quiet()
    assert (len(task.stepped_at), task.asked) == (2, 1)
    task.end()
    await running


async def test_a_mistake_of_our_own_ends_the_rounds(task: Task) -> None:
    async def wrong() -> int:
        raise ZeroDivisionError

    task.end()
    with pytest.raises(ZeroDivisionError):
        await rounds(wrong, task.next_due, lambda _: None, task.clock, task.wake, asyncio.Event())
