"""What a start or a stop waits for is named, and so is what a stop leaves to the next start."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from maild.cli.status import _print
from maild.clock import ManualClock
from maild.health import Health
from maild.supervision import Supervisor

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIVING = {"pid": 7, "version": "1", "started_at": "2026-03-02T09:00:00Z", "ready": True, "degraded": {}, "holds": []}
DOORS = {"stops_by": None, "restart_needed": [], "mailboxes": [], "smtp_ports": [], "smtp_sessions": 0, "daemons": []}
COUNTS = {"mails": {"ready": 0, "leased": 0, "quarantined": 0}, "tickets": {}, "letters": {}, "rules_unmet": False}
WAITING = {"answers_waiting": 0, "answers_wait_until": None, "timers_overdue": 0, "timer_overdue_since": None}
ROW: dict[str, Any] = {**LIVING, **DOORS, **COUNTS, **WAITING, "next_timer_at": None, "next_letter_at": None}


def told(capsys: pytest.CaptureFixture[str], **changes: Any) -> str:
    _print(ROW | changes, None)  # type: ignore[arg-type]  # only asked where no daemon answers
    return capsys.readouterr().out


def test_a_start_waits_for_its_readers_and_a_running_daemon_for_nothing() -> None:
    health = Health(NOW)
    assert "readers of mail" in health.holds(0, ["worker"])[0]
    health.listening = True
    assert health.holds(3, ["worker"]) == []


async def test_a_stop_waits_for_sessions_and_for_what_is_in_hand() -> None:
    stop, health = asyncio.Event(), Health(NOW, listening=True)
    crew = Supervisor(health, ManualClock(NOW), stop)
    let_go = asyncio.Event()

    async def at_once(wake: asyncio.Event, ends: asyncio.Event) -> None:
        await ends.wait()

    async def slowly(wake: asyncio.Event, ends: asyncio.Event) -> None:
        await let_go.wait()

    async with asyncio.TaskGroup() as group:
        for name, work in (("ticker", at_once), ("courier", slowly), ("imap:box", slowly)):
            crew.begin(group, name, asyncio.Event(), work)
        await asyncio.sleep(0)
        health.stopping = True
        stop.set()
        await asyncio.wait(crew.tasks[:1])
        assert health.holds(2, crew.unfinished) == [
            "2 mail sessions open",
            "a letter is being handed to the relay",
            "imap box finishes its step",
        ]
        let_go.set()
    assert health.holds(0, crew.unfinished) == []


def test_status_names_what_holds_a_start_or_a_stop(capsys: pytest.CaptureFixture[str]) -> None:
    assert "daemon    ready, pid 7" in told(capsys)
    said = told(capsys, ready=False, holds=["the readers of mail are being started"])
    assert "daemon    starting, pid 7" in said
    assert "  waits for: the readers of mail are being started" in said
    said = told(capsys, ready=False, stops_by="2026-03-02T09:00:30Z", holds=["1 mail session open"])
    assert "daemon    stopping, at the latest at 2026-03-02" in said
    assert "  waits for: 1 mail session open" in said
    assert "daemon    not ready" in told(capsys, ready=False, degraded={"courier": "x"})


def test_status_names_replies_that_wait_and_sections_that_need_a_start(capsys: pytest.CaptureFixture[str]) -> None:
    waits = {"answers_waiting": 2, "answers_wait_until": "2026-03-02T09:00:10Z"}
    assert "2 replies may still be taken back, until 2026-03-02" in (said := told(capsys, **waits))
    assert "a stop before leaves them to the next start" in said
    assert "sent after the next start" in told(capsys, **waits, stops_by="2026-03-02T09:00:30Z")
    assert "[relay], [web] changed, and waits for the next start" in told(capsys, restart_needed=["relay", "web"])
    assert not {"answers", "restart"} & set(told(capsys).split())
