"""The console: pages beside a file of the same process, and what fifty open browsers cost those who bring mail."""

import contextlib
import http.client
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import daemon, figures, processes, views
from bench.daemon import Daemon
from bench.figures import Figure
from maild.clock import ManualClock
from maild.store import comments, schema, sign_ins
from maild.store.db import Database
from maild.store.tx import Tx
from maild.web.rendering import static
from maild.web.sessions import digest_of, fresh

ROUNDS = 15
TICKET = 2  # the first of the old ones
COMMENTS = 200
BROWSERS = 50
COUNT = 2000
USERS = ("lead", "approver", "orders-agent")
TABLE = '\n[web]\nenabled = true\nlisten = "127.0.0.1:0"\nmax_per_client = 200\n'


def _pages() -> Iterable[Figure]:
    """A view's first page beside a million tickets, and a ticket on which much was said."""
    with _desk(views.MANY) as (desk, cookies):
        client = Client(_port(desk), cookies[0])
        small = static("style.css")
        for what, path in (
            ("a view's page", "/views/open"),
            (f"a ticket with {COMMENTS} comments", f"/tickets/{TICKET}"),
        ):
            pairs = figures.pairs(ROUNDS, client.timed(path), client.timed(small))
            took = sorted(ours for ours, _ in pairs)[ROUNDS // 2] * 1e3
            how = f"beside {views.MANY:,} tickets; {took:.1f} ms"
            yield figures.unbound(f"web: {what} / a static file", 0, pairs, how)


def _browsers() -> Iterable[Figure]:
    """The rate at which mail is accepted while so many pages listen, beside that without them."""
    with _desk(0) as (desk, cookies):
        pairs = []
        for round_ in range(5):
            alone = processes.load(desk.port, count=COUNT, connections=16, kind="small", first=round_ * 100_000)
            with _open_pages(_port(desk), cookies):
                beside = processes.load(
                    desk.port, count=COUNT, connections=16, kind="small", first=round_ * 100_000 + 50_000
                )
            pairs.append((beside["per_second"], alone["per_second"]))
        yield figures.at_least(f"web: accept with {BROWSERS} open pages / without", 0.9, pairs[1:], "16 connections")


@contextlib.contextmanager
def _desk(old: int) -> Iterator[tuple[Daemon, list[str]]]:
    """A daemon with pages over so many old tickets, and the cookies of those who are signed in."""
    home = daemon.folder(children=1)
    try:
        file = home / "config.toml"
        file.write_text(file.read_text() + TABLE)
        cookies = [fresh() for _ in USERS]
        _prepare(home, old, cookies)
        with daemon.running(home, "--roles", "smtp,web") as running:
            yield running, [f"maild_session={cookie}" for cookie in cookies]
    finally:
        shutil.rmtree(home)


def _prepare(home: Path, old: int, cookies: list[str]) -> None:
    db = Database(f"sqlite:///{home}/maild.db", ManualClock(datetime.now(UTC)), synchronous="OFF")
    try:
        schema.upgrade(db.engine)
        views.fill(db, max(old, views.FEW))
        db.write_now(lambda tx: _signed_in(tx, cookies))
        db.write_now(_talk)
    finally:
        db.close_now()


def _signed_in(tx: Tx, cookies: list[str]) -> None:
    for user, cookie in zip(USERS, cookies, strict=True):
        sign_ins.set_password(tx, user, "no password leads to this")
        sign_ins.begin(tx, digest_of(cookie), user, "no password leads to this", timedelta(days=1))


def _talk(tx: Tx) -> None:
    for number in range(COMMENTS):
        said = f"Comment {number}: the pallet is packed and waits for the carrier.\n" * 3
        comments.add(tx, TICKET, "agent:orders-agent", said, public=number % 2 == 0)


def _port(desk: Daemon) -> int:
    return int(desk.ask("status")[0]["web_port"])


class Client:
    """One kept connection, as a browser's."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"cookie": cookie}

    def timed(self, path: str) -> Callable[[], float]:
        def measure() -> float:
            began = time.perf_counter()
            self._connection.request("GET", path, headers=self._headers)
            answer = self._connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} was answered with {answer.status}")
            return time.perf_counter() - began

        return measure


@contextlib.contextmanager
def _open_pages(port: int, cookies: list[str]) -> Iterator[None]:
    """Pages of tickets that listen for news; each has had its first."""
    with contextlib.ExitStack() as stack:
        for number in range(BROWSERS):
            page = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            path, cookie = f"/tickets/{TICKET + 2 * (number % 20)}/events", cookies[number % len(cookies)]
            head = f"GET {path} HTTP/1.1\r\nHost: desk\r\nCookie: {cookie}\r\n\r\n"
            page.sendall(head.encode())
            page.recv(4096)
        yield


PARTS = {"pages": _pages, "browsers": _browsers}
