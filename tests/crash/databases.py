"""Where the chapters of a run keep what they do. `tests.crash.server` has the one for PostgreSQL."""

from pathlib import Path

from sqlalchemy import Engine, create_engine

from maild.store.engine import sqlite_path


class Database:
    """An empty SQLite file for each chapter."""

    name = "sqlite"

    async def url(self, folder: Path) -> str:
        return f"sqlite:///{folder / 'maild.db'}"

    def beside(self, url: str) -> Engine:
        """For a look while the daemon lies dead, which leaves the log for the next one to recover."""
        return create_engine(f"sqlite:///file:{sqlite_path(url)}?mode=ro&uri=true")

    def environment(self) -> dict[str, str]:
        """What the commands of an operator need besides."""
        return {}

    async def trouble(self, kind: str) -> None:
        """SQLite has no server that could be restarted."""

    async def drop(self) -> None:
        """It goes with its folder."""

    def close(self) -> None:
        """Nothing is left."""
