"""A mailbox with everything around it: a scripted server, a database, a clock that never waits."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from maild.config import Config, Imap
from maild.domain.envelope import Envelope
from maild.domain.mailbox import FolderOf, UidMark
from maild.store import doctor, mail_list, mailboxes, spool
from maild.store.db import Database
from maild.store.tx import Tx
from pipeline.accept import accept
from pipeline.intake import Intake
from pipeline.receipt import Receipt
from pipeline.receive.body import SpooledBody
from pipeline.receive.imap import Mailbox
from tests.empty_database import lay_down
from tests.pipeline.receive.imap.server import PASSWORD, USER, Server

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MOST_WAITS = 300  # of a mailbox before it is taken for stuck


class Impatient:
    """A clock whose every wait is over at once; ``pauses`` tells how long they would have been."""

    def __init__(self) -> None:
        self._now = START
        self.pauses: list[float] = []
        self.waited: Callable[[], bool] = lambda: False

    def now(self) -> datetime:
        return self._now

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        assert until is not None
        self.pauses.append((until - self._now).total_seconds())
        self._now = until
        if self.waited():
            await wake.wait()
        await asyncio.sleep(0)


@dataclass
class Watcher:
    """What the mailbox tells about itself."""

    reads: int = 0
    troubles: list[str] = field(default_factory=list)

    def mailbox_read(self, mailbox: str, now: datetime) -> None:
        self.reads += 1

    def mailbox_failed(self, mailbox: str, why: str, now: datetime) -> None:
        self.troubles.append(why)


@dataclass
class Box:
    """A configured mailbox; ``until`` runs it until something has come about."""

    server: Server
    db: Database
    folder: Path
    clock: Impatient = field(default_factory=Impatient)
    watcher: Watcher = field(default_factory=Watcher)
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Imap:
        (self.folder / "password").write_text(PASSWORD)
        table = {
            "name": "box",
            "host": "localhost",
            "port": self.server.port,
            "tls": "none",
            "user": USER,
            "password_file": str(self.folder / "password"),
            "address": USER,
            "timeout": 60,
        } | self.changes
        [settings] = Config.default(self.folder, imap=[{k: v for k, v in table.items() if v is not None}]).imap
        return settings

    async def until(self, done: Callable[[], bool]) -> None:
        """Start the mailbox, as after a restart, and stop it when ``done`` holds after a look or a failure."""
        wake, stop = asyncio.Event(), asyncio.Event()
        waits = len(self.clock.pauses)

        def waited() -> bool:
            if done() or len(self.clock.pauses) > waits + MOST_WAITS:
                stop.set()
            return stop.is_set()

        self.clock.waited = waited
        intake = Intake([USER])

        async def store(envelope: Envelope, body: SpooledBody, along: Callable[[Tx], None]) -> Receipt:
            return await accept(self.db, intake, envelope, body, along=along)

        mailbox = Mailbox(self.settings, self.db, lambda: intake, store, self.clock, self.watcher, random.Random(1))
        await mailbox.run(wake, stop)
        assert done(), f"it never came about: {self.watcher} {self.mails()}"

    async def read(self, times: int = 1) -> None:
        """Look into the mailbox until it was read to its end."""
        before = self.watcher.reads
        await self.until(lambda: self.watcher.reads >= before + times)

    def mails(self) -> list[dict[str, Any]]:
        return list(reversed(self.db.read_now(lambda tx: mail_list.rows(tx, None, None, 10_000))))

    def raws(self) -> list[bytes]:
        """The octets of every mail, oldest first."""
        return [self.db.read_now(lambda tx, m=mail: spool.raw(tx, m["id"])) for mail in self.mails()]

    def deliveries(self) -> list[int]:
        """How often each mail was delivered."""
        return [
            len(self.db.read_now(lambda tx, m=mail: mail_list.row(tx, m["id"]))["deliveries"]) for mail in self.mails()
        ]

    def mark(self, folder: str = "INBOX") -> int:
        rows = self.db.read_now(mailboxes.rows)
        return next(int(row["last_uid"]) for row in rows if row["folder"] == folder)

    def open(self, folder: str = "INBOX") -> dict[int, UidMark]:
        return self.db.read_now(lambda tx: mailboxes.open_uids(tx, FolderOf("box", folder)))


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server().start()
    yield server
    server.stop()


@pytest.fixture
def box(server: Server, tmp_path: Path) -> Iterator[Box]:
    clock = Impatient()
    lay_down(tmp_path / "maild.db")
    db = Database(f"sqlite:///{tmp_path}/maild.db", clock)
    yield Box(server, db, tmp_path, clock)
    assert db.read_now(doctor.check) == []
    assert db.read_now(mailboxes.violations) == []
    db.close_now()


def mail(number: int = 1, text: str = "Twenty valves, please.", **headers: str) -> bytes:
    fields = {
        "From": "Mia Okafor <mia@blueharbor.example>",
        "To": USER,
        "Subject": f"Order {number}",
        "Date": "Mon, 23 Nov 2026 08:00:00 +0000",
        "Message-ID": f"<{number}@blueharbor.example>",
    } | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"{head}\r\n{text}\r\n".encode()
