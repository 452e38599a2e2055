"""Copies of a PostgreSQL database, by the server's own pg_dump and pg_restore."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.engine import URL, make_url

from maild.errors import CannotCreate, DataError, Unavailable
from maild.store import doctor, schema
from maild.store.backup import Copy, draft_of, put_in_place, sync
from maild.store.engine import open_engine
from maild.store.restore import Restored
from maild.store.restored import Logged, bring_back, note_backup
from maild.store.tx import Tx

CLIENTS = "install PostgreSQL's client programs, not older than the server: apt install postgresql-client"
COMPLAINT = 300  # characters of what the program says that are shown
PATIENCE = 10.0  # seconds in which the server must notice that a daemon which just ended is gone
PAUSE = 0.05
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


def take(url: str, target: Path, now: datetime) -> Copy:
    """Dump a database that may be in use, in pg_dump's custom format; pg_restore must be able to list it.

    Raises Unavailable without pg_dump or server, DataError for a dump that cannot be listed.
    """
    program = _program("pg_dump")
    if target.is_dir():
        target /= f"maild-{now:%Y%m%dT%H%M%SZ}.dump"
    engine = open_engine(url)
    try:
        version, _ = schema.status(engine)
        if version is None:
            raise Unavailable("there is no database to copy yet", "'maild run' makes it, or 'maild db upgrade'")
        with engine.connect() as conn:
            note_backup(Tx(conn, now))
    finally:
        engine.dispose()
    with draft_of(target) as draft:
        _run([program, "--format=custom", f"--file={draft}", *_where(url)], url)
        _run([_program("pg_restore"), "--list", str(draft)], url)
        sync(draft)
        size = draft.stat().st_size
        put_in_place(draft, target)
    return Copy(target, now, size, version)


def restore(copy: Path, url: str, now: datetime, *, force: bool = False, sent: Iterable[Logged] = ()) -> Restored:
    """Load a dump, in one transaction; with ``force`` in place of the tables that are there.

    Raises CannotCreate where there are tables and no ``force``, DataError where the dump cannot be loaded or is not
    sound.
    """
    program = _program("pg_restore")
    if not copy.is_file():
        raise DataError(f"{copy}: there is no such file", "give the file that 'maild backup' wrote")
    engine = open_engine(url)
    try:
        _refuse_in_use(engine, force)
        clean = ["--clean", "--if-exists"] if force else []
        flags = ["--single-transaction", "--no-owner", "--exit-on-error", *clean]
        _run([program, *flags, *_where(url), str(copy)], url)
        schema.upgrade(engine)
        with engine.connect() as conn:
            conn.exec_driver_sql("BEGIN")
            tx = Tx(conn, now)
            if findings := doctor.check(tx):
                raise DataError(f"the copy is not sound: {'; '.join(findings[:3])}", "take another one")
            found = bring_back(tx, sent)
            conn.exec_driver_sql("COMMIT")
    finally:
        engine.dispose()
    return Restored(None, found)


def _refuse_in_use(engine: Engine, force: bool) -> None:
    """Nobody else may be connected: a daemon would work on while its tables are exchanged.

    A daemon that was stopped a moment ago is known to the server a moment longer.
    """
    until = time.monotonic() + PATIENCE
    with engine.connect() as conn:
        while (others := conn.exec_driver_sql(_OTHERS).scalar()) and time.monotonic() < until:
            time.sleep(PAUSE)
    if others:
        raise Unavailable(f"{others} connections to the database are open", "stop every maild on it first")
    if inspect(engine).get_table_names() and not force:
        raise CannotCreate("there are tables in the database already", "back them up, then --force replaces them")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"{name} is not installed here", CLIENTS)
    return found


def _where(url: str) -> list[str]:
    """The database for a program's command line, where everybody can read: without the password."""
    of = make_url(url)
    plain = URL.create("postgresql", of.username, None, of.host, of.port, of.database, of.query)
    return [f"--dbname={plain.render_as_string(hide_password=False)}"]


def _run(command: list[str], url: str) -> None:
    password = make_url(url).password
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = " ".join(done.stderr.split())[:COMPLAINT]
        raise DataError(f"{Path(command[0]).name} failed: {said}", "its own words say why")
