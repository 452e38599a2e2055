"""The daemon's side of its unix socket: one JSON request a line in, JSON rows out."""

import asyncio
import contextlib
import json
import os
import secrets
import socket
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from maild.clock import Clock, ManualClock
from maild.control.asker import demand_known
from maild.control.client import END
from maild.control.operation import Request, Row, to_json
from maild.control.registry import carry_out
from maild.control.tailing import Tail
from maild.errors import MaildError, Unavailable, UsageError
from maild.store import open_work
from maild.store.db import Database
from maild.store.tx import Tx
from pipeline.assigning import waiting
from pipeline.furniture import Desk

LONGEST_REQUEST = 4 * 1024 * 1024

log = structlog.get_logger("maild.control")


class ControlServer:
    """Answers while the daemon runs; ``desk`` gives the furniture of the moment, ``living`` what only it knows."""

    def __init__(
        self,
        path: Path,
        db: Database,
        desk: Callable[[], Desk],
        clock: Clock,
        living: Callable[[], Row],
        wake: Callable[[], None],
    ) -> None:
        self._path = path
        self._db = db
        self._desk = desk
        self._clock = clock
        self._living = living
        self._wake = wake
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; only the daemon's own user may connect."""
        _clear(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            former = os.umask(0o177)
            try:
                self._server = await asyncio.start_unix_server(self._talk, self._path, limit=LONGEST_REQUEST)
            finally:
                os.umask(former)
        except OSError as error:
            raise Unavailable(f"{self._path}: {error.strerror or error}", "check control.socket") from error

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            with contextlib.suppress(OSError):
                self._path.unlink()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if line:
                await self._answer(line, writer)
        except (ConnectionError, ValueError):
            pass  # the asker left, or sent more than a request
        finally:
            writer.close()

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            request = _understood(line)
            if _is_named(line):
                demand_known(request.actor, [(one.name, one.address) for one in self._desk().ruleset.people])
            if request.operation == "tail":
                await Tail(writer).follow()
                return
            for row in await self._rows(request):
                writer.write(to_json(row).encode("utf-8", "replace") + b"\n")
                await writer.drain()
            end: dict[str, Any] = {"exit": 0}
        except MaildError as error:
            end = {"exit": error.exit_code, "what": error.what, "hint": error.hint}
        except Exception:
            case = secrets.token_hex(4)
            log.exception("control.failed", case=case)
            end = {"exit": 70, "what": f"an error of maild itself (case {case})", "hint": "see the daemon's log"}
        writer.write(f"{END}{json.dumps(end)}\n".encode())
        await writer.drain()

    async def _rows(self, request: Request) -> list[Row]:
        if request.operation == "clock.move":
            return [self._move_clock(request)]
        if request.operation == "wake":
            self._wake()
            return []
        if request.operation == "quiet":
            await self._quiet()
            return []
        rows = await carry_out(self._db, self._desk(), request)
        return [rows[0] | self._living()] if request.operation == "status" else rows

    async def _quiet(self) -> None:
        """Return as soon as nothing is in work or due; each commit that settles something lets us look again."""
        settled = self._db.subscribe("settled")
        try:
            while await self._db.read(self._left_to_do):
                await settled.wait()
                settled.clear()
        finally:
            self._db.unsubscribe("settled", settled)

    def _left_to_do(self, tx: Tx) -> bool:
        return any(open_work.counts(tx, relay_rests=self._relay_rests())) or bool(waiting(tx, self._desk()))

    def _relay_rests(self) -> bool:
        until = self._living()["relay_rests_until"]
        return until is not None and self._clock.now() < until

    def _move_clock(self, request: Request) -> Row:
        if not isinstance(self._clock, ManualClock):
            raise UsageError("this daemon lives by the wall clock", "only tests hold the hands (MAILD_CLOCK)")
        self._clock.move_to(datetime.fromisoformat(request.text("to")))
        return {"now": self._clock.now()}


def _understood(line: bytes) -> Request:
    try:
        return _request(line)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"the request is not understood: {error}") from None


def _request(line: bytes) -> Request:
    asked = json.loads(line)
    return Request(str(asked["operation"]), dict(asked.get("arguments") or {}), str(asked.get("actor") or ""))


def _is_named(line: bytes) -> bool:
    """Whether the asker was named for it, and is not just whoever is logged in."""
    return bool(json.loads(line).get("named"))


def _clear(path: Path) -> None:
    """Remove a socket that a dead daemon left; never a living one's, and never anything else."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise Unavailable(f"{path}: there is a file that is no socket", "choose another control.socket")
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(ConnectionRefusedError):
            probe.connect(str(path))
            raise Unavailable(f"{path}: another maild answers there", "give each daemon its own control.socket")
        path.unlink()
