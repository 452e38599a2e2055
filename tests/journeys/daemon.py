"""The real daemon as a process of its own, held by a test: its clock, its log, its death."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from maild.control.client import ask
from tests.journeys.ear import Ear
from tests.journeys.forge import FORGE, Forged

EPOCH = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday morning, working time everywhere in Europe
READ_AT_ITS_START = {"LD_PRELOAD", "PYTHONPATH"}  # by the loader and by Python: no fork would heed them
UNSYNCED = {"MAILD_TEST_SYNCHRONOUS": "OFF"}  # no journey cuts the power; those that prove the syncs ask for them
PATIENCE = 60  # seconds before a silent daemon is taken for hung; never waited for when all is well


class Daemon:
    """``maild run`` in ``folder`` with config.toml there; lives by a clock that only ``advance`` moves."""

    from_scratch = False  # whether the program is run, instead of a fork of a process that has imported it

    def __init__(self, folder: Path, now: datetime = EPOCH, *words: str, socket: str = "maild.sock") -> None:
        self.folder = folder
        self.words = words
        self.socket = folder / socket
        self.now = now
        self._log: list[dict[str, Any]] = []
        self._ear: Ear | None = None
        self.process: subprocess.Popen[bytes] | Forged | None = None
        self.port = 0
        self.wrapper: list[str] = []  # a program that runs the daemon, such as strace
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def start(self, **environment: str) -> "Daemon":
        """Returns when it takes mail; raises with its last words where it does not start."""
        scratch = self.from_scratch or bool(self.wrapper or READ_AT_ITS_START & environment.keys())
        disk = {} if scratch else UNSYNCED
        clock = {"MAILD_CLOCK": f"manual:{self.now.isoformat()}"}
        self.process = self._run(scratch, {**os.environ, **disk, **clock, **environment})
        self._lines = queue.Queue()
        assert self.process.stderr is not None
        self._ear = Ear(self.process.stderr, partial(self._heard, self._lines))
        ready = self.wait_for("daemon.ready")
        self.port = (ready["smtp"] or [0])[0]
        return self

    def _run(self, scratch: bool, environment: dict[str, str]) -> subprocess.Popen[bytes] | Forged:
        words = ["run", "-c", str(self.folder / "config.toml"), *self.words]
        if not scratch:
            return FORGE.start(self.folder, words, environment)
        command = [*self.wrapper, sys.executable, "-m", "maild", *words]
        return subprocess.Popen(command, stderr=subprocess.PIPE, cwd=self.folder, env=environment)

    def _heard(self, lines: "queue.Queue[dict[str, Any] | None]", line: dict[str, Any] | None) -> None:
        if line is not None:
            self._log.append(line)
        lines.put(line)

    @property
    def log(self) -> list[dict[str, Any]]:
        """Its lines, from its first start on, up to now."""
        if self._ear is not None:
            self._ear.catch_up()
        return self._log

    def wait_for(self, *events: str, **values: Any) -> dict[str, Any]:
        """The next log line of one of these events with these values."""
        while True:
            line = self._lines.get(timeout=PATIENCE)
            if line is None:
                if self.process is not None:
                    self.process.wait()
                raise AssertionError(f"the daemon ended before {events}; its last words: {self.log[-5:]}")
            if line["event"] in events and all(line.get(name) == value for name, value in values.items()):
                return line

    def ask(self, operation: str, actor: str = "", **arguments: Any) -> list[dict[str, Any]]:
        return [json.loads(line) for line in ask(self.socket, operation, arguments, actor)]

    def quiet(self) -> None:
        """Wait until nothing is in work or due; a daemon that never comes to rest is killed."""
        watchdog = threading.Timer(PATIENCE, self.kill)
        watchdog.start()
        try:
            self.ask("quiet")
        finally:
            watchdog.cancel()

    def advance(self, by: timedelta) -> None:
        """Move the clock, stopping at each instant something is due, until everything that follows is done."""
        self.quiet()
        target = self.now + by
        while (due := self._next_due()) is not None and due <= target:
            self._move(max(due, self.now))
        self._move(target)

    def _next_due(self) -> datetime | None:
        row = self.ask("status")[0]
        timer, letter, relay = (
            datetime.fromisoformat(row[name]) if row[name] else None
            for name in ("next_timer_at", "next_letter_at", "relay_rests_until")
        )
        letter = max(letter, relay) if letter and relay else letter  # nothing is due while the relay rests
        return min((at for at in (timer, letter) if at is not None), default=None)

    def _move(self, to: datetime) -> None:
        self.now = to
        self.ask("clock.move", to=to.isoformat())
        self.quiet()

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tickets(self, query: str = "") -> list[dict[str, Any]]:
        return self.ask("ticket.list", query=query)

    def ticket(self, number: int) -> dict[str, Any]:
        return self.ask("ticket.show", id=number)[0]

    def mail(self, message_id: str) -> dict[str, Any]:
        """The row of the one mail with this Message-ID."""
        [row] = [mail for mail in self.ask("mail.list", limit=1000) if mail["message_id"] == message_id]
        return row

    def letters(self, ticket: int | None = None) -> list[dict[str, Any]]:
        """The outbox, oldest first."""
        found = reversed(self.ask("outbox.list", limit=1000))
        return [letter for letter in found if ticket is None or letter["ticket_id"] == ticket]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line["event"] == name]

    def told(self, name: str, least: int = 1) -> list[dict[str, Any]]:
        """The same, once there are so many: a line follows the commit that it tells of, and others may be quicker."""
        while len(self.events(name)) < least:
            self.wait_for(name)
        return self.events(name)

    def check(self, *, drained: bool = True) -> list[str]:
        """Violated invariants; a test ends with this being empty."""
        return [row["violation"] for row in self.ask("db.check", drained=drained)]

    def end(self) -> None:
        """Whatever it does, it is gone afterwards; what it complained of is shown beside a test that failed."""
        for line in self.log:
            if line.get("level") not in ("info", "debug"):
                print(line)
        if self.runs:
            self.kill()

    def kill(self) -> None:
        """kill -9, as a power supply would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def died(self) -> int:
        """Wait for it to die by itself (a failpoint); its exit code."""
        assert self.process is not None
        return self.process.wait(timeout=PATIENCE)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.ask("status")[0]["pid"], number)  # not always our child: a wrapper may stand between

    def reload(self) -> dict[str, Any]:
        """SIGHUP; the log line that says what became of it."""
        self.signal(signal.SIGHUP)
        return self.wait_for("config.reloaded", "config.reload_failed")

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)


def amend(folder: Path, *changes: tuple[str, str]) -> None:
    """Replace text in the config; what is replaced must stand there."""
    file = folder / "config.toml"
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)
