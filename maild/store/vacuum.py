"""Making a file forget what was erased from it: SQLite leaves old bytes in pages and in the write-ahead log."""

import contextlib
import sqlite3

from sqlalchemy import make_url

from maild.store.engine import sqlite_path
from maild.store.search_index import INDEX

PATIENCE = 30.0  # seconds to wait for whoever reads or writes just then


def scrub(url: str) -> list[str]:
    """Write the file anew without what it no longer holds, and empty the log; what could not be done, in words.

    A daemon may be at work: it waits as for any other writer. On PostgreSQL that is the server's to do.
    """
    path = sqlite_path(url)
    if path is None:
        host = make_url(url).host or "the server"
        return [f"dead rows stay in the files of {host} until VACUUM FULL, and in its log until that is reused"]
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('optimize')")
        connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return ["somebody reads the database: its write-ahead log is emptied later"] if busy else []
