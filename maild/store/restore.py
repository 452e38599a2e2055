"""Putting a copy of the database back in the place of the one that is lost, broken or wrong."""

import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from maild.errors import CannotCreate, DataError, Unavailable
from maild.store import schema
from maild.store.backup import connect, draft_of, flatten, prove, put_in_place, sync
from maild.store.engine import open_engine
from maild.store.restored import Logged, Return, bring_back
from maild.store.trouble import translate
from maild.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Restored:
    """Where the former database was put aside (None where there was none), and what the copy holds."""

    aside: Path | None
    found: Return


def restore(copy: Path, target: Path, now: datetime, *, force: bool = False, sent: Iterable[Logged] = ()) -> Restored:
    """Make ``copy`` the database; whoever calls holds the database's lock, so that no daemon runs.

    The copy itself is left as it is. An older schema is brought up to date. Raises CannotCreate where there is a
    database and no ``force``, DataError for a copy that is damaged or none of maild's, Unavailable for one of a newer.
    """
    if not copy.is_file():
        raise DataError(f"{copy}: there is no such file", "give the file that 'maild backup' wrote")
    if target.exists() and target.samefile(copy):
        raise DataError(f"{copy} is the database itself")
    if target.exists() and not force:
        raise CannotCreate(f"{target}: there is a database already", "--force puts it aside and keeps it")
    with draft_of(target) as draft:
        _copy(copy, draft)
        found = _made_safe(draft, now, sent)
        flatten(draft)
        aside = _put_aside(target, now) if target.exists() else None
        _drop_logs(target)
        put_in_place(draft, target)
    return Restored(aside, found)


def _copy(copy: Path, draft: Path) -> None:
    """The bytes, and those of a log beside a copy that was made by copying files."""
    shutil.copyfile(copy, draft)
    log = copy.with_name(copy.name + "-wal")
    if log.exists():
        shutil.copyfile(log, draft.with_name(draft.name + "-wal"))


def _made_safe(draft: Path, now: datetime, sent: Iterable[Logged]) -> Return:
    try:
        prove(draft, now, fresh=False)
        engine = open_engine(f"sqlite:///{draft}")
        try:
            schema.upgrade(engine)
            prove(draft, now, fresh=False)
            return _brought_back(engine, now, sent)
        finally:
            engine.dispose()
    except DataError:
        raise
    except Exception as error:
        told = translate(error)
        if told is error:
            raise
        raise DataError(f"the copy cannot be used: {told}", "take another one") from error


def _brought_back(engine: Engine, now: datetime, sent: Iterable[Logged]) -> Return:
    with engine.connect() as conn:
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        found = bring_back(Tx(conn, now), sent)
        conn.exec_driver_sql("COMMIT")
    return found


def _put_aside(target: Path, now: datetime) -> Path:
    """Keep the former database under another name, its log with it; until the last step it also keeps its own."""
    with suppress(sqlite3.Error), closing(connect(target)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = target.with_name(f"{target.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    if aside.exists():
        raise Unavailable(f"{aside}: there is such a file already", "try again in a second")
    os.link(target, aside)
    log = target.with_name(target.name + "-wal")
    if log.exists():
        os.link(log, aside.with_name(aside.name + "-wal"))
    sync(target.parent)
    return aside


def _drop_logs(target: Path) -> None:
    """A log of the former database would be played into the new one."""
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    sync(target.parent)
