"""Copies of a SQLite database: taken beside a working daemon, proved sound before they count, and put in place again.

A copy is one file of one instant (SQLite's online backup inside a held snapshot). It is written under another name and
takes its own only when it is on disk, so whatever ends the copying leaves no half of one.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from maild import failpoints
from maild.errors import CannotCreate, DataError, Unavailable
from maild.store import doctor, schema
from maild.store.engine import open_engine
from maild.store.ownership import as_its_folder
from maild.store.restored import note_backup
from maild.store.trouble import translate
from maild.store.tx import Tx

PAGES = 1024  # copied between two looks at whether half is done
BESIDE = ("-wal", "-shm", "-journal")

log = structlog.get_logger("maild.store")


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished copy: where it is, the instant that it shows, its size in bytes and its schema's version."""

    path: Path
    at: datetime
    size: int
    schema: str


def take(source: Path, target: Path, now: datetime) -> Copy:
    """Copy a database that may be in use; an older copy at ``target`` is replaced when the new one is sound.

    Raises DataError when the copy breaks an invariant (then so does the database), CannotCreate where it cannot be
    written, StoreTrouble where the database cannot be read.
    """
    if target.is_dir():
        target /= f"{source.stem}-{now:%Y%m%dT%H%M%SZ}{source.suffix}"
    if not source.exists():
        raise Unavailable(f"{source}: there is no database to copy")
    if target.exists() and target.samefile(source):
        raise CannotCreate(f"{target} is the database itself", "give the copy another name")
    with draft_of(target) as draft, _told():
        copy_pages(source, draft)
        version = prove(draft, now)
        flatten(draft)
        size = draft.stat().st_size
        put_in_place(draft, target)
    return Copy(target, now, size, version)


def upgrade(engine: Engine) -> bool:
    """`schema.upgrade`, but a SQLite database that holds something is copied first: a migration may be wrong."""
    current, wanted = schema.status(engine)
    if current not in (None, wanted) and engine.dialect.name == "sqlite" and engine.url.database:
        schema.refuse_strangers(engine, current, wanted)
        kept = before_upgrade(Path(engine.url.database), str(current))
        log.info("db.copied", file=str(kept), schema=current)
    return schema.upgrade(engine)


def before_upgrade(source: Path, version: str) -> Path:
    """Keep a copy of a database that is about to be migrated; returns where. One of the same version is replaced.

    Only the file is proved: invariants are those of this program's schema, which this database has not yet.
    """
    target = source.with_name(f"{source.name}.before-upgrade-from-{version}")
    with draft_of(target) as draft, _told():
        copy_pages(source, draft)
        with closing(sqlite3.connect(draft)) as conn:
            _demand_sound(conn)
        flatten(draft)
        put_in_place(draft, target)
    return target


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A new private file beside ``target`` for as long as it is written, gone afterwards unless it was put in place.

    What a copying that was killed left behind is used again.
    """
    draft = target.with_name(f".{target.name}.part")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate()
        except BlockingIOError:
            raise Unavailable(
                f"another copy is being written to {target}", "wait for it, or use another name"
            ) from None
        except OSError as error:
            raise CannotCreate(
                f"{target}: {error.strerror}", "does its folder exist, and may you write to it?"
            ) from error
        _remove_beside(draft)
        try:
            yield draft
        finally:
            for name in (draft, *(draft.with_name(draft.name + end) for end in BESIDE)):
                name.unlink(missing_ok=True)


def copy_pages(source: Path, draft: Path) -> None:
    """Every page as of one instant: the snapshot is held, so writers neither wait nor make us begin again."""
    half = False

    def halfway(_status: int, remaining: int, total: int) -> None:
        nonlocal half
        if not half and remaining <= total / 2:
            half = True
            failpoints.hit("backup.half")

    with closing(connect(source)) as conn, closing(connect(draft)) as copy:
        conn.execute("BEGIN")
        conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        conn.backup(copy, pages=PAGES, progress=halfway)
        conn.execute("ROLLBACK")


def connect(path: Path) -> sqlite3.Connection:
    """An existing file, never a new one; transactions are said by whoever uses it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)


def prove(draft: Path, now: datetime, *, fresh: bool = True) -> str:
    """Check a copy, and if it is ``fresh`` write into it when it was taken; returns its schema's version.

    Every invariant when the schema is this program's, else only the file. Raises DataError.
    """
    with closing(sqlite3.connect(draft)) as conn:
        _demand_sound(conn)
    engine = open_engine(f"sqlite:///{draft}")
    try:
        current, wanted = schema.status(engine)
        if current is None:
            raise DataError(f"{draft}: this is no database of maild's")
        if current == wanted:
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                tx = Tx(connection, now)
                _refuse(doctor.check(tx))
                if fresh:
                    note_backup(tx)
                connection.exec_driver_sql("COMMIT")
        return current
    finally:
        engine.dispose()


def _demand_sound(conn: sqlite3.Connection) -> None:
    try:
        found = [row[0] for row in conn.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:  # too broken to be checked
        found = [str(error)]
    _refuse(found if found != ["ok"] else [])


def _refuse(findings: list[str]) -> None:
    if findings:
        shown = "; ".join(findings[:3])
        raise DataError(
            f"the copy is not sound, and nothing was kept: {shown}",
            "'maild db check' lists everything that is wrong; the last good copy is worth keeping",
        )


def flatten(draft: Path) -> None:
    """Make one file of it, without a log beside it, and bring that to disk."""
    with closing(connect(draft)) as conn:
        conn.execute("PRAGMA journal_mode=DELETE")
    _remove_beside(draft)
    sync(draft)


def put_in_place(draft: Path, target: Path) -> None:
    """Give the finished file its name, for good."""
    as_its_folder(draft)
    draft.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Bring a file or a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_beside(draft: Path) -> None:
    for end in BESIDE:
        with suppress(FileNotFoundError):
            draft.with_name(draft.name + end).unlink()


@contextmanager
def _told() -> Iterator[None]:
    """Faults of the database, told as trouble rather than as the driver's exceptions."""
    try:
        yield
    except Exception as error:
        told = translate(DBAPIError("copying", None, error) if isinstance(error, sqlite3.Error) else error)
        if told is error:
            raise
        raise told from error
