"""Daemons on one PostgreSQL database: they hear each other, and the living take over from the dead."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from maild.clock import ManualClock
from maild.domain.letter import Phase
from maild.store import presence, processes, sending, spool
from maild.store.db import Database
from maild.store.presence import Presence
from maild.store.processes import Process, Takeover
from maild.store.tables import LETTER
from tests.maild.store import builders
from tests.maild.store.builders import LEASE
from tests.maild.store.conftest import START
from tests.postgres import Server

Come = Callable[[str], "asyncio.Future[Presence]"]


def _process(name: str, host: str = "desk", pid: int = 1) -> Process:
    return Process(name, host, pid, ("worker",), "1", START)


@pytest.fixture
async def db(postgres_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    db = Database(postgres_url, clock)
    yield db
    await db.close()


class House:
    """Daemons that come and die."""

    def __init__(self, url: str, clock: ManualClock) -> None:
        self._url = url
        self._clock = clock
        self._tasks: dict[str, tuple[Database, asyncio.Task[None]]] = {}
        self.said: list[tuple[Takeover, str]] = []

    async def come(self, name: str) -> tuple[Database, Presence]:
        db = Database(self._url, self._clock)
        presence = Presence(db, _process(name), lambda took, of: self.said.append((took, of)))
        self._tasks[name] = (db, asyncio.create_task(presence.attend()))
        await presence.present.wait()
        return db, presence

    async def die(self, name: str) -> None:
        db, task = self._tasks.pop(name)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await db.close()


@pytest.fixture
async def house(postgres_url: str, clock: ManualClock) -> AsyncIterator[House]:
    house = House(postgres_url, clock)
    yield house
    for name in list(house._tasks):
        await house.die(name)


async def test_a_commit_here_wakes_those_who_wait_there(house: House, db: Database) -> None:
    there, _ = await house.come("one")
    wake, other = there.subscribe("spool"), there.subscribe("outbox")
    wake.clear()
    other.clear()
    await db.write(lambda tx: tx.wake("spool"))
    await wake.wait()
    assert not other.is_set()


async def test_after_the_line_was_cut_everybody_looks_again_and_is_heard(
    house: House, db: Database, postgres: Server
) -> None:
    there, _ = await house.come("one")
    wake = there.subscribe("spool")
    wake.clear()
    postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'maild presence'")
    await wake.wait()
    wake.clear()
    await db.write(lambda tx: tx.wake("spool"))
    await wake.wait()


async def test_x03_the_living_keep_their_work_and_the_dead_are_inherited(house: House, db: Database) -> None:
    first, _ = await house.come("first")
    _, second = await house.come("second")
    mail = await first.write(lambda tx: builders.mail(tx))
    letter = await first.write(lambda tx: builders.letter(tx))
    await first.write(lambda tx: spool.claim(tx, "first", LEASE, 1, 10**9))
    await first.write(lambda tx: sending.claim(tx, "first", LEASE, 1, lambda candidate: sending.Go(None)))
    assert await second.look_around(0.0) == Takeover()
    assert await db.write(partial(processes.bury, name="first")) is None
    await house.die("first")
    took = Takeover()
    while not took:  # the server lets the lock go as soon as it notices
        took = await second.look_around(0.0) or sum((said[0] for said in house.said), Takeover())
    assert took == Takeover(mails=1, letters_cut=1)
    assert [row["name"] for row in await db.read(processes.rows)] == ["second"]
    assert [claimed.id for claimed in await db.write(lambda tx: spool.claim(tx, "second", LEASE, 9, 10**9))] == [
        mail.id
    ]
    assert await db.read(lambda tx: tx.execute(LETTER.select().where(LETTER.c.id == letter)).one().phase) == (
        Phase.DEFERRED
    )


async def test_work_of_somebody_unknown_is_inherited_after_the_grace(
    house: House, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "GRACE", 3600.0)  # it looks by itself as well, once a second
    await db.write(lambda tx: builders.mail(tx))
    await db.write(lambda tx: spool.claim(tx, "stranger", LEASE, 1, 10**9))
    _, one = await house.come("one")
    assert await one.look_around(3600.0) == Takeover()
    assert await one.look_around(0.0) == Takeover(mails=1)


async def test_x03_a_daemon_on_another_host_is_inherited_at_the_first_look_after_the_grace(
    house: House, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two seconds of grace and one until the next look: within five seconds, whatever the looks themselves cost."""
    now = [0.0]
    monkeypatch.setattr(presence, "time", SimpleNamespace(monotonic=lambda: now[0]))
    await db.write(lambda tx: processes.enter(tx, _process("far", "elsewhere")))
    await db.write(lambda tx: builders.mail(tx))
    await db.write(lambda tx: spool.claim(tx, "far", LEASE, 1, 10**9))
    _, one = await house.come("one")
    for now[0] in (presence.TICK, presence.GRACE - 0.01):
        assert await one.look_around(presence.GRACE) == Takeover()
    assert house.said == []
    now[0] = presence.GRACE
    while not house.said:  # it looks by itself as well, and may be about to say so
        await one.look_around(presence.GRACE)
    assert house.said == [(Takeover(mails=1), "far")]
    assert presence.GRACE + 2 * presence.TICK < 5


async def test_who_is_known_to_have_ended_on_this_host_is_inherited_at_the_start(house: House, db: Database) -> None:
    await db.write(lambda tx: processes.enter(tx, _process("old", "desk", 2**22 + 1)))  # beyond every pid
    await db.write(lambda tx: builders.mail(tx))
    await db.write(lambda tx: spool.claim(tx, "old", LEASE, 1, 10**9))
    await house.come("one")
    assert house.said == [(Takeover(mails=1), "old")]


async def test_a_turn_is_one_daemons_and_passes_on_with_its_death(house: House, db: Database) -> None:
    _, first = await house.come("first")
    mine = first.turn("imap:orders")
    await mine.held.wait()
    _, second = await house.come("second")
    theirs = second.turn("imap:orders")
    await house.die("first")
    await theirs.held.wait()


async def test_a_letter_that_was_taken_over_reaches_no_dot_here(house: House, db: Database) -> None:
    await db.write(lambda tx: builders.letter(tx))
    [letter] = await db.write(lambda tx: sending.claim(tx, "slow", LEASE, 1, lambda candidate: sending.Go(None)))
    await db.write(lambda tx: sending.recover(tx, "slow"))
    await db.write(lambda tx: sending.claim(tx, "quick", LEASE, 1, lambda candidate: sending.Go(None)))
    assert not await db.write(lambda tx: sending.reach_dot(tx, letter.id, "slow"))
    assert await db.write(lambda tx: sending.reach_dot(tx, letter.id, "quick"))


async def test_a_loss_is_told_once_however_long_it_lasts_and_so_is_its_end(
    house: House, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LOST_PAUSE", 0.001)
    _, one = await house.come("one")
    connect, tries = one._connect, 0

    async def refused() -> object:
        nonlocal tries
        tries += 1
        if tries <= 5:
            raise OSError("no server")
        return await connect()

    with capture_logs() as logged:
        monkeypatch.setattr(one, "_connect", refused)
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'maild presence'"
        )
        while tries <= 5:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        await one.present.wait()
    assert [line["event"] for line in logged if line["event"].startswith("presence.")] == [
        "presence.lost",
        "presence.regained",
    ]
