"""A small town for pages: a desk with people and an order, served by a real uvicorn to a real HTTP client."""

import asyncio
import atexit
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from maild import passwords
from maild.clock import ManualClock
from maild.config import Config
from maild.config.toml_file import parse
from maild.domain.envelope import Channel, Envelope
from maild.store import doctor, people, sign_ins
from maild.store.db import Database
from maild.store.put import put
from maild.store.spool import Claimed
from maild.store.tx import Tx
from maild.web import sessions
from maild.web.house import House
from maild.web.server import WebServer
from pipeline import settle
from pipeline.furniture import Desk, furnish
from pipeline.reader import understand

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "slate-harbour-29"

TOML = """
[site]
name = "Example Shop"
domain = "shop.example"

[intake]
addresses = ["orders@shop.example"]

[smtp]
enabled = false

[web]
enabled = true
listen = "127.0.0.1:0"
undo_reply = 0

[[user]]
name = "anna"
address = "anna@shop.example"
groups = ["Orders"]

[[user]]
name = "lena"
address = "lena@shop.example"
role = "light"
groups = ["Orders"]

[[user]]
name = "olaf"
address = "olaf@shop.example"
groups = ["Service"]

[[user]]
name = "root"
address = "root@shop.example"
role = "admin"

[[group]]
name = "Orders"

[[group]]
name = "Service"

[fields.po_number]
type = "text"
from = "order.po_number"

[fields.ship_to]
type = "text"
from = "order.ship_to"

[fields.carrier]
type = "text"

[fields.tracking_number]
type = "text"

[[macro]]
name = "ship"
all = ["status < solved"]
do = [{ add_tags = ["shipped"], set = { status = "solved" } }]

[[view]]
name = "open"
label = "Open orders"
groups = ["Orders"]
all = ["status < solved"]
columns = ["id", "subject", "status", "requester"]
"""

ORDER = """From: Mara Lindt <mara@buyer.example>
To: orders@shop.example
Subject: Purchase order {number}
Message-ID: <{number}@buyer.example>
Date: Mon, 2 Mar 2026 08:50:00 +0000
Content-Type: text/plain; charset=utf-8

Purchase order {number}
Ship to: Buyer Ltd, 1 Quay Street, Portville

Item     Description      Qty   Price
AX-100   Anchor bolt      20    1.50
BX-200   Brass washer     5     0.40
"""


def config_of(folder: Path, more: str = "", web: str = "", site: str = "") -> Config:
    """The town's configuration with more sections, and more keys under [web] and [site]."""
    plain = TOML.replace("undo_reply = 0\n", "") if "undo_reply" in web else TOML
    text = plain.replace("[web]\n", f"[web]\n{web}\n").replace("[site]\n", f"[site]\n{site}\n")
    raw = parse(text + more, "config.toml")
    raw["database"] = {"url": f"sqlite:///{folder / 'maild.db'}"}
    return Config.default(folder, **raw)


@dataclass
class Town:
    """``client`` asks as a browser does: cookies stay, redirects are not followed."""

    db: Database
    desk: Desk
    clock: ManualClock
    house: House
    server: WebServer
    client: httpx.AsyncClient

    async def write(self, run: Any) -> Any:
        return await self.db.write(run)

    async def read(self, run: Any) -> Any:
        return await self.db.read(run)

    async def order(self, number: str = "PO-1001", raw: str = ORDER) -> int:
        """An order comes by mail; its ticket."""
        settled = await self.mail(raw.format(number=number) if raw is ORDER else raw)
        assert settled.ticket is not None, settled
        return int(settled.ticket)

    async def mail(self, raw: str) -> Any:
        content = raw.replace("\n", "\r\n").encode()

        def run(tx: Tx) -> Any:
            way = Envelope("mara@buyer.example", ("orders@shop.example",), Channel.SMTP)
            stored = put(tx, BytesIO(content), len(content), f"digest-{hash(raw)}", "orders@shop.example", way)
            claimed = Claimed(stored.id, len(content), 1, "orders@shop.example", tx.now)
            return settle.settle(tx, self.desk, claimed, understand(content))

        return await self.db.write(run)

    async def sign_in(self, name: str = "anna") -> str:
        """Open a session without a password (that costs a tenth of a second); its form token."""
        cookie = sessions.fresh()

        def run(tx: Tx) -> None:
            if sign_ins.password_hash(tx, name) is None:
                sign_ins.set_password(tx, name, "$argon2id$none")
            held = sign_ins.password_hash(tx, name) or ""
            assert sign_ins.begin(tx, sessions.digest_of(cookie), name, held, timedelta(days=7))

        await self.db.write(run)
        self.client.cookies.set("maild_session", cookie, domain="127.0.0.1", path="/")
        return sessions.form_token(cookie)

    async def post(self, path: str, csrf: str = "", **fields: Any) -> httpx.Response:
        return await self.client.post(path, data={"csrf": csrf, **fields})


def csrf_of(page: str) -> str:
    """The hidden field of a page's form."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None, page[:500]
    return found[1]


@cache
def furnished(more: str, web: str = "", site: str = "") -> Desk:
    """Made once for each set of sections: it costs half a second."""
    folder = Path(mkdtemp(prefix="town"))
    atexit.register(shutil.rmtree, folder)
    return furnish(config_of(folder, more, web, site), make_key=True)


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    monkeypatch.setattr(passwords, "_NOBODYS", cheap.hash("nobody's"))


@pytest.fixture
def more() -> str:
    """Sections that a test's town has besides; a test module may override it."""
    return ""


@pytest.fixture
def web() -> str:
    """Keys of [web] besides."""
    return ""


@pytest.fixture
def site() -> str:
    """Keys of [site] besides."""
    return ""


@pytest.fixture
async def town(sqlite_template: Path, tmp_path: Path, more: str, web: str, site: str) -> AsyncIterator[Town]:
    shutil.copy(sqlite_template, tmp_path / "maild.db")
    clock = ManualClock(START)
    desk = furnished(more, web, site)
    db = Database(f"sqlite:///{tmp_path / 'maild.db'}", clock, synchronous="OFF")
    await db.write(lambda tx: people.keep_all(tx, desk.config))
    async with served(db, desk, clock) as found:
        yield found
    assert await db.read(doctor.check) == []
    await db.close()


class served:  # noqa: N801 - reads as a word
    """``async with served(db, desk, clock) as town``."""

    def __init__(self, db: Database, desk: Desk, clock: ManualClock) -> None:
        self._db, self._desk, self._clock = db, desk, clock

    async def __aenter__(self) -> Town:
        self._house = house = House(self._db, lambda: self._desk, self._clock)
        self._server = WebServer(house, grace=2)
        self.stop = asyncio.Event()
        self._task = asyncio.create_task(self._server.run(asyncio.Event(), self.stop))
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._server.port}", timeout=60)
        return Town(self._db, self._desk, self._clock, house, self._server, self._client)

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        self.stop.set()
        await self._task
        await self._house.close()
        self._server.close()
