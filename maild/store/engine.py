"""Engines for the two databases: SQLite (embedded, WAL, full fsync) and PostgreSQL (psycopg 3).

Every connection runs in driver autocommit mode and the store says BEGIN, SAVEPOINT and COMMIT itself: the default
SQLite driver mode would run reads outside the transaction and lose updates silently.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from maild.errors import ConfigError

BUSY_MS = 10_000  # how long a writer waits for another process's lock before the client hears "try again"


def open_engine(url: str, *, read_only: bool = False, synchronous: str = "FULL") -> Engine:
    """An engine for ``url``; raises ConfigError for a database kind we do not know.

    ``synchronous`` exists for the test that proves FULL is needed; nothing else passes it.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, read_only, synchronous)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", pool_pre_ping=True
        )
    raise ConfigError([f"database.url: no database kind {parsed.get_backend_name()!r} (sqlite or postgresql)"])


def sqlite_path(url: str) -> Path | None:
    """The database file of a SQLite url, None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def _sqlite(parsed: URL, read_only: bool, synchronous: str) -> Engine:
    engine = create_engine(
        parsed,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False, "isolation_level": None},
        pool_size=8,
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    return engine
