"""A desk on a real database that hands out its work in turns, for the tests of assigning; and, run as a program, one of
several processes that work on it: ``python -m tests.pipeline.desk_in_turns CONFIG ROUNDS SEED``."""

import asyncio
import random
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maild.clock import SystemClock
from maild.control.operation import Request
from maild.control.registry import carry_out_in
from maild.domain.events import FieldEdited
from maild.domain.people import SYSTEM, Actor
from maild.domain.ticket import Snapshot
from maild.store import history, people, tickets
from maild.store.db import Database
from pipeline import by_hand, desk
from pipeline.assigning import Distributor
from pipeline.by_hand import Typed
from pipeline.furniture import Desk, load_desk

LEAD = Actor("agent", "lead")
CONFIG = """
[site]
domain = "shop.example"
[database]
url = "{url}"
[intake]
addresses = ["orders@shop.example"]
[[group]]
name = "Orders"
lead = "lead"
{users}
[[user]]
name = "lead"
address = "lead@shop.example"
role = "lead"
groups = ["Orders"]
[[assignment]]
name = "Turns"
users = [{names}]
{more}
"""
SHARED = """cap = 2
all = ["priority != high"]
[[assignment]]
name = "Rush"
users = ["ada", "ben", "cleo", "dora"]
cap = 2
"""
"""Two queues of the same people: here nothing but counting alone keeps the caps."""
AGENTS = ("ada", "ben", "cleo", "dora")
USER = '[[user]]\nname = "{0}"\naddress = "{0}@shop.example"\ngroups = ["Orders"]\n'


def asked(db: Database, desk: Desk, request: Request) -> list[dict[str, Any]]:
    return db.write_now(lambda tx: carry_out_in(tx, desk, request))


@dataclass
class TurnDesk:
    """Its distributor works when a test says so."""

    desk: Desk
    db: Database

    @classmethod
    def made(cls, folder: Path, url: str, more: str = "cap = 2") -> "TurnDesk":
        path = write(folder, url, more)
        opened = cls(load_desk(path, make_key=True), Database(url, SystemClock(), synchronous="OFF"))
        opened.db.write_now(lambda tx: people.keep_all(tx, opened.desk.config))
        return opened

    def reload(self, folder: Path, more: str) -> None:
        self.desk = load_desk(write(folder, self.db.url, more))

    def order(self, **changes: str) -> int:
        """Somebody types in an order; its ticket."""
        typed = Typed("pat@abc.example", "Pat Lee", "An order", changes=tuple(changes.items()))
        return self.db.write_now(lambda tx: by_hand.open_ticket(tx, self.desk, LEAD, typed)).after.id

    def edit(self, ticket: int, name: str, value: str) -> None:
        event = FieldEdited(SYSTEM, ((name, value),))
        self.db.write_now(lambda tx: desk.handle(tx, self.desk, ticket, event, secrets.token_hex(8)))

    def ask(self, operation: str, actor: str = "lead", **arguments: Any) -> list[dict[str, Any]]:
        return asked(self.db, self.desk, Request(operation, arguments, actor))

    async def drain(self) -> int:
        return await Distributor(self.db, self.desk, self.db.clock).step()

    def ticket(self, number: int) -> Snapshot:
        return self.db.read_now(lambda tx: tickets.snapshot(tx, number))

    def assignees(self, *numbers: int) -> list[str | None]:
        return [self.ticket(number).assignee for number in numbers]

    def history(self, number: int) -> list[dict[str, Any]]:
        return self.db.read_now(lambda tx: history.of_ticket(tx, number))


def write(folder: Path, url: str, more: str) -> Path:
    path = folder / "config.toml"
    users, names = "".join(USER.format(name) for name in AGENTS), ", ".join(f'"{name}"' for name in AGENTS)
    path.write_text(CONFIG.format(url=url, users=users, names=names, more=more))
    return path


async def work(config: Path, rounds: int, seed: int) -> None:
    """Take in orders, solve some of those that somebody has, and give away what waits."""
    chance, loaded = random.Random(seed), load_desk(config)
    mine = TurnDesk(loaded, Database(loaded.config.database.url, SystemClock()))
    own: list[int] = []
    for _ in range(rounds):
        own.append(mine.order(priority=chance.choice(["normal", "high"])))
        await mine.drain()
        number = chance.choice(own)
        if mine.ticket(number).assignee and chance.random() < 0.6:
            mine.edit(number, "status", "solved")
            await mine.drain()
    await mine.db.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
