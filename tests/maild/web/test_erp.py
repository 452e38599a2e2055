"""The example of a merchandise system, as a program of its own against the API."""

import asyncio
import os
import sqlite3
import sys
from pathlib import Path

import pytest

from examples.erp import erp
from maild.store import tickets
from tests.maild.web.conftest import Town
from tests.maild.web.test_api import token

PROGRAM = Path(erp.__file__)


async def run(town: Town, db: Path, given: str, *words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), "--url", str(town.client.base_url), "--db", str(db), *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ | {"MAILD_TOKEN": given},
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_orders_are_taken_over_once_and_shipment_is_reported_once(town: Town, tmp_path: Path) -> None:
    numbers = [await town.order(f"PO-{n}") for n in range(3)]
    mine, db = (await token(town, "orders:read", "shipments:write"))["token"], tmp_path / "erp.db"
    assert await run(town, db, mine, "take") == (0, "3 orders taken over\n", "")
    numbers.append(await town.order("PO-9"))
    assert await run(town, db, mine, "take") == (0, "1 order taken over\n", "")
    assert await run(town, db, mine, "take") == (0, "0 orders taken over\n", "")
    with sqlite3.connect(db) as held:
        rows = held.execute("SELECT ticket, po_number FROM orders ORDER BY number").fetchall()
    held.close()
    assert rows == list(zip(numbers, ["PO-0", "PO-1", "PO-2", "PO-9"], strict=True))
    words = ("ship", str(numbers[0]), "--carrier", "ACME", "--tracking", "AC-77", "--macro", "ship")
    assert (await run(town, db, mine, *words))[1] == f"ticket {numbers[0]}: solved\n"
    version = await town.read(lambda tx: tickets.version(tx, numbers[0]))
    assert (await run(town, db, mine, *words))[0] == 0
    assert await town.read(lambda tx: tickets.version(tx, numbers[0])) == version
    code, _, err = await run(town, db, "maild_wrong", "take")
    assert (code, "no token that works" in err) == (1, True)


async def test_a_death_between_page_and_place_takes_no_order_twice(town: Town, tmp_path: Path) -> None:
    for number in range(3):
        await town.order(f"PO-{number}")
    desk = erp.Maild(str(town.client.base_url), (await token(town, "orders:read"))["token"])

    def die_at(db: sqlite3.Connection, count: int) -> None:
        db.set_progress_handler(None, 0)
        calls = iter(range(count))
        db.set_authorizer(lambda *_: sqlite3.SQLITE_OK if next(calls, None) is not None else sqlite3.SQLITE_DENY)

    def takes() -> list[tuple[int]]:
        for count in range(1, 40):
            db = sqlite3.connect(tmp_path / "erp.db")
            db.executescript(erp.SCHEMA)
            die_at(db, count)
            try:
                erp.take(desk, db)
            except sqlite3.DatabaseError:
                db.close()
                continue
            db.set_authorizer(None)
            found = db.execute("SELECT number FROM orders").fetchall()
            db.close()
            return found
        raise AssertionError("it never came through")

    assert len(await asyncio.to_thread(takes)) == 3


@pytest.mark.parametrize("status", [429, 503])
async def test_it_waits_and_tries_again_when_asked_to(status: int) -> None:
    answers = [status, 200]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        code = answers.pop(0)
        writer.write(f"HTTP/1.1 {code} X\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = await asyncio.to_thread(lambda: list(erp.Maild(f"http://127.0.0.1:{port}", "x").orders(0)))
    assert (found, answers) == ([], [])
    server.close()
