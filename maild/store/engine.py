"""Engines for the two databases: SQLite (embedded, WAL, full fsync) and PostgreSQL (psycopg 3).

Every connection runs in driver autocommit mode and the store says BEGIN, SAVEPOINT and COMMIT itself: the default
SQLite driver mode would run reads outside the transaction and lose updates silently.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url

from maild.errors import ConfigError, Unavailable
from maild.store import sqlite_functions
from maild.store.columns import as_json

BUSY = 10.0  # seconds that a writer waits for another process's lock before the client hears "try again"
POOL = 10.0  # seconds
CACHE = 16 * 1024  # KiB of pages that the writer keeps: every mail's digest falls on another page of its index
PAGE = 8192  # octets, of a new file: a mail of 280 KB is written by half as many calls as with SQLite's 4096
_WIRE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "maild",
}
TIMELINE = "SELECT CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END"
_SESSION = "; ".join(
    (
        "SET timezone = 'UTC'",
        "SET default_transaction_isolation = 'read committed'",
        "SET lock_timeout = '5s'",  # whoever waits longer than that begins anew
        "SET idle_in_transaction_session_timeout = '60s'",  # a machine that froze holds nobody up for ever
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
        # A seventh of what storing a mail costs the server is the older way to make it small; lz4 is not in every one.
        "SELECT set_config(name, 'lz4', false) FROM pg_settings"
        " WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)",
    )
)
_SYNCHRONOUS = {"OFF": 0, "NORMAL": 1, "FULL": 2, "EXTRA": 3}


def open_engine(url: str, *, read_only: bool = False, synchronous: str = "FULL", busy: float = BUSY) -> Engine:
    """An engine for ``url``; raises ConfigError for a database kind we do not know.

    ``synchronous`` and ``busy`` (seconds) exist for the tests that prove FULL is needed and that a lock is survived;
    nothing else passes them.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed, read_only, synchronous, busy)
        case "postgresql":
            return _postgresql(parsed)
        case unknown:
            raise ConfigError([f"database.url: no database kind {unknown!r} (sqlite or postgresql)"])


def sqlite_path(url: str) -> Path | None:
    """The database file of a SQLite url, None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def _postgresql(parsed: URL) -> Engine:
    if find_spec("psycopg") is None:
        raise ConfigError(["database.url: PostgreSQL needs its driver (pip install 'maild[postgres]')"])
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        pool_pre_ping=True,
        use_native_hstore=False,  # we keep none, and looking for it costs each start a transaction
        pool_size=8,
        pool_timeout=POOL,
        connect_args={name: value for name, value in _WIRE.items() if name not in parsed.query},
        json_serializer=as_json,
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        was = connection.autocommit
        connection.autocommit = True
        connection.execute(_SESSION)
        record.info["timeline"] = connection.execute(TIMELINE).fetchone()[0]
        connection.autocommit = was

    @event.listens_for(engine, "handle_error")
    def _on_error(context: ExceptionContext) -> None:
        """Lines are cut in more ways than SQLAlchemy knows the words of; the driver knows when one is."""
        raw = context.connection.connection.driver_connection if context.connection is not None else None
        if getattr(raw, "closed", False):
            context.is_disconnect = True

    return engine


def _sqlite(parsed: URL, read_only: bool, synchronous: str, busy: float) -> Engine:
    engine = create_engine(
        parsed,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": busy, "check_same_thread": False, "isolation_level": None},
        pool_size=8,
        json_serializer=as_json,
    )

    may_make = not read_only

    @event.listens_for(engine, "do_connect")
    def _never_anew(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        """Only the first connection may make the file: SQLite would put an empty one in place of one that vanished."""
        if not may_make and parsed.database and not options.get("uri"):
            arguments[0] = f"{Path(parsed.database).absolute().as_uri()}?mode=rw"
            options["uri"] = True

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        nonlocal may_make
        may_make = False
        cursor = connection.cursor()
        try:
            _prepare(cursor, synchronous)
            if not read_only:
                cursor.execute("PRAGMA temp_store=MEMORY")  # of a statement of many rows: no file for every group
                cursor.execute(f"PRAGMA cache_size={-CACHE}")
            sqlite_functions.register(connection)
            if read_only:
                cursor.execute("PRAGMA query_only=ON")
        finally:
            cursor.close()

    return engine


def _prepare(cursor: Any, synchronous: str) -> None:
    """A 250 rests on these settings, so each is read back: SQLite ignores what it cannot do without a word."""
    cursor.execute(f"PRAGMA page_size={PAGE}")
    cursor.execute(f"PRAGMA synchronous={synchronous}")
    cursor.execute("PRAGMA foreign_keys=ON")
    got = {
        "journal_mode": cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0],
        "synchronous": cursor.execute("PRAGMA synchronous").fetchone()[0],
        "foreign_keys": cursor.execute("PRAGMA foreign_keys").fetchone()[0],
    }
    wanted = {"journal_mode": "wal", "synchronous": _SYNCHRONOUS[synchronous], "foreign_keys": 1}
    for name, value in got.items():
        if value != wanted[name]:
            raise Unavailable(
                f"SQLite has {name} {value} where maild needs {wanted[name]}",
                "the database must lie on a local file system (no network share), with a SQLite that is not cut down",
            )
