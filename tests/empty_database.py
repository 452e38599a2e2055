"""A migrated SQLite database without rows: made once in a process, since to migrate takes longer than most tests."""

import tempfile
from functools import cache
from pathlib import Path

from maild.store import schema
from maild.store.engine import open_engine
from tests import memory_disk


def lay_down(file: Path) -> None:
    """One of them as ``file``, which must not be there yet."""
    with file.open("xb") as made:
        made.write(empty_database())
    file.chmod(0o600)


@cache
def empty_database() -> bytes:
    with tempfile.TemporaryDirectory(prefix="maild-empty", dir=memory_disk.folder()) as folder:
        path = Path(folder) / "maild.db"
        engine = open_engine(f"sqlite:///{path}", synchronous="OFF")
        schema.upgrade(engine)
        with engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return path.read_bytes()
