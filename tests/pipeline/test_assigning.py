"""Waiting tickets on real databases: the oldest first, never over a cap, told once, whoever else is at work."""

import asyncio
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import event

from maild.clock import SystemClock
from maild.domain.ticket import Status
from maild.errors import DataError, NotPermitted
from maild.store import doctor, loads
from maild.store.db import Database
from maild.store.loads import Queue
from maild.store.tx import Tx
from pipeline.assigning import Distributor, offer
from pipeline.furniture import load_desk
from tests.empty_database import lay_down
from tests.pipeline.desk_in_turns import AGENTS, SHARED, TurnDesk

ROOT = Path(__file__).parents[2]
ROUNDS = 14


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, migrated database."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres_url")
        return found
    lay_down(tmp_path / "m.db")
    return f"sqlite:///{tmp_path}/m.db"


@pytest.fixture
def desk(tmp_path: Path, url: str) -> Iterator[TurnDesk]:
    made = TurnDesk.made(tmp_path, url)
    yield made
    assert made.db.read_now(doctor.check) == []
    made.db.close_now()


async def test_what_waits_is_given_away_and_history_says_why(desk: TurnDesk) -> None:
    one, two = desk.order(), desk.order()
    assert desk.assignees(one, two) == [None, None]
    assert await desk.drain() == 2
    assert desk.assignees(one, two) == ["ada", "ben"]
    assert desk.ticket(one).status is Status.OPEN
    last = desk.history(one)[-1]
    assert (last["kind"], last["steps"][0]["why"]) == ("WorkOffered", "ada has the least, 0 of 2")
    assert [load["agent"] for load in last["data"]["loads"]["agents"]] == list(AGENTS), "as it was seen then"
    assert await desk.drain() == 0


async def test_the_backlog_is_drained_oldest_first_by_every_kind_of_room(desk: TurnDesk, tmp_path: Path) -> None:
    first = [desk.order() for _ in range(8)]
    waiting = [desk.order() for _ in range(6)]
    await desk.drain()
    assert Counter(desk.assignees(*first)) == dict.fromkeys(AGENTS, 2)
    assert desk.assignees(*waiting) == [None] * 6
    desk.edit(first[1], "status", "solved")  # one of ben's
    await desk.drain()
    assert desk.assignees(*waiting) == ["ben", None, None, None, None, None]
    desk.edit(first[0], "assignee", "lead")  # one of ada's
    await desk.drain()
    assert desk.assignees(*waiting)[:3] == ["ben", "ada", None]
    desk.reload(tmp_path, "cap = 2\ncaps = { dora = 3 }")
    await desk.drain()
    assert desk.assignees(*waiting)[:4] == ["ben", "ada", "dora", None]
    desk.ask("user.presence", "dora", online=False)
    desk.edit(first[3], "status", "solved")  # one of dora's, who is off line now
    await desk.drain()
    assert desk.assignees(waiting[3]) == [None]
    desk.ask("user.presence", "dora", online=True)
    await desk.drain()
    assert desk.assignees(*waiting[3:]) == ["dora", None, None]


async def test_a_new_ticket_does_not_overtake_those_that_wait(desk: TurnDesk) -> None:
    first = [desk.order() for _ in range(9)]
    await desk.drain()
    desk.edit(first[0], "status", "solved")
    late = desk.order()
    await desk.drain()
    assert desk.assignees(first[8], late) == ["ada", None]


async def test_trap_33_nobody_available_alerts_once_and_falls_back_to_nobody(desk: TurnDesk) -> None:
    for name in AGENTS:
        desk.ask("user.presence", online=False, name=name)
    numbers = [desk.order() for _ in range(3)]
    with structlog.testing.capture_logs() as told:
        assert await desk.drain() == 3
    alerts = [line for line in told if line["event"] == "assignment.nobody_available"]
    assert [line["ticket"] for line in alerts] == numbers
    assert alerts[0]["why"] == "; ".join(f"{name} is off line" for name in AGENTS)
    assert desk.assignees(*numbers) == [None] * 3
    letters = [letter for number in numbers for letter in desk.ask("ticket.show", id=number)[0]["letters"]]
    assert [(letter["template"], letter["to_address"]) for letter in letters] == [("notify_lead", "lead@shop.example")]
    assert await desk.drain() == 0, "told already"
    desk.ask("user.presence", "cleo", online=True)
    await desk.drain()
    assert desk.assignees(*numbers) == ["cleo", "cleo", None]


async def test_what_counts_is_configured(desk: TurnDesk, tmp_path: Path) -> None:
    desk.reload(tmp_path, 'cap = 1\ncounts = ["status in [new, open]"]')
    first = [desk.order() for _ in range(5)]
    await desk.drain()
    assert desk.assignees(first[4]) == [None]
    desk.edit(first[2], "status", "on-hold")
    await desk.drain()
    assert desk.assignees(first[4]) == ["cleo"]
    assert [row["owned"] for user in desk.ask("user.list") for row in user["load"]] == [1, 1, 1, 1]


async def test_trap_32_whose_turn_it_is_outlives_the_process(tmp_path: Path, url: str) -> None:
    desk = TurnDesk.made(tmp_path, url, 'order = "rotate"')
    one = [desk.order() for _ in range(2)]
    await desk.drain()
    desk.db.close_now()
    again = TurnDesk.made(tmp_path, url, 'order = "rotate"')
    two = [again.order() for _ in range(3)]
    await again.drain()
    assert again.assignees(*one, *two) == ["ada", "ben", "cleo", "dora", "ada"]
    again.db.close_now()


async def test_weights_outlive_the_process_too(tmp_path: Path, url: str) -> None:
    given = []
    for _ in range(4):
        desk = TurnDesk.made(tmp_path, url, 'order = "weighted"\nweights = { ada = 5 }')
        numbers = [desk.order() for _ in range(2)]
        await desk.drain()
        given += desk.assignees(*numbers)
        desk.db.close_now()
    assert Counter(given) == {"ada": 5, "ben": 1, "cleo": 1, "dora": 1}


def test_people_speak_for_themselves_and_leads_for_all(desk: TurnDesk) -> None:
    with pytest.raises(NotPermitted, match="ada speaks for nobody else"):
        desk.ask("user.presence", "ada", name="ben", online=False)
    with pytest.raises(DataError, match="'zoe' is none of the desk's people"):
        desk.ask("user.presence", "lead", name="zoe", online=False)
    [row] = desk.ask("user.presence", "ada", online=False)
    assert (row["name"], row["online"]) == ("ada", False)
    [queue] = desk.ask("assignment.list")
    assert (queue["name"], queue["order"], queue["waiting"]) == ("Turns", "least_loaded", 0)


def owned_over_time(desk: TurnDesk, numbers: list[int]) -> Iterator[Counter[str]]:
    """How much everybody owned after each event, in the order in which the events were written."""
    entries = sorted((entry["id"], number) for number in numbers for entry in desk.history(number))
    effects = {entry["id"]: entry["steps"] for number in numbers for entry in desk.history(number)}
    owner: dict[int, str] = {}
    for id, number in entries:
        for words in (word for step in effects[id] for word in step.get("effects", ())):
            if words.startswith("assignee "):
                owner[number] = words.removeprefix("assignee ")
            elif words == "status solved":
                owner.pop(number, None)
        yield Counter(owner.values())


def numbers_of(desk: TurnDesk) -> list[int]:
    return sorted(row["id"] for row in desk.ask("ticket.list", limit=1000))


def demand_caps(desk: TurnDesk, numbers: list[int], cap: int) -> None:
    for owned in owned_over_time(desk, numbers):
        assert max(owned.values(), default=0) <= cap, owned


def at_work(desk: TurnDesk, number: int) -> bool:
    ticket = desk.ticket(number)
    return bool(ticket.assignee) and ticket.status < Status.SOLVED


async def test_trap_31_two_that_drain_at_once_never_go_over_a_cap(desk: TurnDesk, url: str, tmp_path: Path) -> None:
    """Two daemons' worth of connections on one database, in turns as the threads will have it."""
    desk.reload(tmp_path, SHARED)
    numbers = [desk.order(priority=priority) for priority in ["normal", "high"] * 10]
    other = Database(url, SystemClock(), synchronous="OFF")
    twins = [Distributor(db, desk.desk, db.clock) for db in (desk.db, other)]
    for solved in range(6):
        await asyncio.gather(*(twin.step() for twin in twins))
        held = [number for number in numbers if at_work(desk, number)]
        assert len(held) == min(8, len(numbers) - solved * 2)
        await asyncio.gather(
            *(asyncio.to_thread(desk.edit, number, "status", "solved") for number in held[:2]),
            *(twin.step() for twin in twins),
        )
    await other.close()
    demand_caps(desk, numbers, 2)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_trap_31_who_chooses_second_waits_for_the_first_to_commit(desk: TurnDesk, url: str, tmp_path: Path) -> None:
    """Two queues, one agent with room for one: the second transaction may not count before the first is done."""
    desk.reload(tmp_path, SHARED.replace("cap = 2", "cap = 1"))
    for name in AGENTS[1:]:
        desk.ask("user.presence", name=name, online=False)
    one, two = desk.order(), desk.order(priority="high")
    other = Database(url, SystemClock(), synchronous="OFF")
    chosen, commit = threading.Event(), threading.Event()

    def first(tx: Tx) -> None:
        assert offer(tx, desk.desk, Queue("Turns"))
        chosen.set()
        assert commit.wait(60)

    def waits(tx: Tx) -> bool:
        found = tx.conn.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(found.scalar())

    with ThreadPoolExecutor(2) as threads:
        former = threads.submit(desk.db.write_now, first)
        assert chosen.wait(60)
        latter = threads.submit(other.write_now, lambda tx: offer(tx, desk.desk, Queue("Rush")))
        while not latter.done() and not desk.db.read_now(waits):
            pass
        commit.set()
        former.result()
        latter.result()
    other.close_now()
    assert desk.assignees(one, two) == ["ada", None]


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_trap_31_two_processes_that_work_at_once_never_go_over_a_cap(desk: TurnDesk, tmp_path: Path) -> None:
    desk.reload(tmp_path, SHARED)
    command = [sys.executable, "-m", "tests.pipeline.desk_in_turns", str(tmp_path / "config.toml"), str(ROUNDS)]
    both = [subprocess.Popen([*command, str(seed)], cwd=ROOT) for seed in (1, 2)]
    assert [process.wait(120) for process in both] == [0, 0]
    asyncio.run(desk.drain())
    numbers = numbers_of(desk)
    assert len(numbers) == 2 * ROUNDS
    demand_caps(desk, numbers, 2)
    waiting = [number for number in numbers if desk.ticket(number).queue]
    assert not waiting or sum(at_work(desk, number) for number in numbers) == 8


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_ticket_that_somebody_is_at_waits_until_they_are_done(desk: TurnDesk) -> None:
    number = desk.order()
    with desk.db.engine.connect() as other:
        other.exec_driver_sql("BEGIN")
        other.exec_driver_sql("SELECT id FROM ticket FOR UPDATE")
        assert desk.db.write_now(lambda tx: loads.lock_free(tx, number)) is False
        other.exec_driver_sql("ROLLBACK")
    assert desk.db.write_now(lambda tx: loads.lock_free(tx, number)) is True


async def test_a_desk_at_rest_asks_the_database_one_question(desk: TurnDesk) -> None:
    asked: list[str] = []
    event.listen(desk.db._reading, "before_cursor_execute", lambda c, cu, statement, *rest: asked.append(statement))
    event.listen(desk.db.engine, "before_cursor_execute", lambda c, cu, statement, *rest: asked.append(statement))
    assert await desk.drain() == 0
    assert len([statement for statement in asked if "FROM ticket" in statement]) == 1
    assert not any("pg_advisory" in statement for statement in asked), "and holds nobody up"


async def test_a_mistake_of_ours_rests_and_loses_nothing(desk: TurnDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = desk.order()
    wake, stop = asyncio.Event(), asyncio.Event()
    distributor = Distributor(desk.db, desk.desk, desk.db.clock)

    async def waits(wake: asyncio.Event, until: Any) -> None:
        assert until is not None, "it comes back by itself"
        stop.set()

    monkeypatch.setattr(type(desk.db.clock), "wait", lambda self, wake, until: waits(wake, until))
    monkeypatch.setattr("pipeline.assigning.choose", lambda *_: 1 / 0)
    with structlog.testing.capture_logs() as told:
        await distributor.run(wake, stop)
    assert [line["event"] for line in told] == ["assignment.failed"]
    assert desk.ticket(number).queue == "Turns"


def test_the_example_of_a_divided_desk_loads(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text((ROOT / "examples" / "support-desk.toml").read_text())
    desk = load_desk(tmp_path / "config.toml", make_key=True)
    assert list(desk.ruleset.departments) == ["orders", "service"]
