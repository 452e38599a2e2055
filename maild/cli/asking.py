"""From a command to rows: the running daemon is asked over its socket, else the database itself."""

import gc
import json
import os
import tomllib
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maild.cli.uncollected import uncollected
from maild.control.client import NoDaemon, ask
from maild.errors import ConfigError, MaildError, Unavailable

if TYPE_CHECKING:
    from maild.control.operation import Request
    from maild.store.tx import Tx

DEFAULT_SOCKET = "maild.sock"
DEFAULT_DATABASE = "sqlite:///maild.db"


def rows(arguments: Namespace, operation: str, **given: Any) -> Iterator[str]:
    """JSON lines. Who acts is --as USER, else the name of whoever is logged in."""
    named = getattr(arguments, "actor", None)
    actor = os.environ.get("USER", "") if named is None else named
    try:
        yield from ask(socket_of(arguments), operation, given, actor, named=named is not None)
    except NoDaemon:
        if arguments.socket:  # that very daemon was meant
            raise unreachable(arguments) from None
        with uncollected():
            found = _from_database(Path(arguments.config), operation, given, actor, named=named is not None)
        yield from found


def objects(arguments: Namespace, operation: str, **given: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in rows(arguments, operation, **given)]


def socket_of(arguments: Namespace) -> Path:
    """Where to ask: --socket, else where the config says."""
    return Path(arguments.socket) if arguments.socket else socket_path(Path(arguments.config))


def unreachable(arguments: Namespace) -> Unavailable:
    """What to tell whoever asked for a daemon that does not answer: which are at work, and how to reach them."""
    from maild.cli import daemons

    try:
        from maild.config import load

        known = _looked(load(arguments.config).database.url, lambda tx: daemons.at_work(tx))
    except MaildError:  # then nobody knows
        known = []
    return daemons.unreachable(socket_of(arguments), known)


def socket_path(config: Path) -> Path:
    """Where the daemon of this config listens, without the cost of checking the whole config."""
    control = _parsed(config).get("control")
    socket = control.get("socket", DEFAULT_SOCKET) if isinstance(control, dict) else DEFAULT_SOCKET
    return config.absolute().parent / os.path.expandvars(str(socket))


def database_url(config: Path) -> str:
    """Where the database is; for a plain SQLite path without the cost of checking the whole config."""
    section = _parsed(config).get("database", {})
    url = str(section.get("url", DEFAULT_DATABASE)) if isinstance(section, dict) else ""
    before, _, path = url.partition("sqlite:///")
    if before or not path or "$" in path or not path.isprintable():
        from maild.config import load

        return load(config).database.url
    return f"sqlite:///{config.absolute().parent / path}"


@lru_cache(maxsize=1)
def _parsed(config: Path) -> dict[str, Any]:
    """What the file says, read once a command."""
    try:
        with config.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigError(
            [f"{config}: {error.strerror} (-c names the file, 'maild config example' prints one)"]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{config}: not TOML: {error} ('maild check' tells more)"]) from None


def _from_database(config: Path, operation: str, given: dict[str, Any], actor: str, *, named: bool) -> list[str]:
    """No daemon runs: do the same on the database, and load the desk only for what asks it."""
    from maild.control.lists import LISTS
    from maild.control.operation import Request

    request = Request(operation, given, actor)
    if named:
        _demand_known(config, actor)
    divided = actor and "department" in _parsed(config)  # then what is listed depends on who asks
    if operation not in LISTS or divided:
        return _carried_out(config, request)
    return _listed(database_url(config), request)


def _demand_known(config: Path, actor: str) -> None:
    from maild.config import load
    from maild.control.asker import demand_known

    demand_known(actor, [(user.name, user.address) for user in load(config).users])


def _listed(url: str, request: "Request") -> list[str]:
    from maild.control.lists import LISTS
    from maild.control.operation import to_json

    return [to_json(row) for row in _looked(url, lambda tx: list(LISTS[request.operation](tx, request)))]


def _looked(url: str, what: "Callable[[Tx], list[Any]]") -> list[Any]:
    """Without the threads of an open database and without its log, which nothing here writes."""
    from maild import environment
    from maild.store.engine import open_engine
    from maild.store.look import look
    from maild.store.trouble import told

    need_database(url)
    engine = open_engine(url, read_only=True)
    try:
        with told():
            need_schema(engine)
            return look(engine, environment.clock(1.0).now(), what)
    finally:
        engine.dispose()


def _carried_out(config: Path, request: "Request") -> list[str]:
    import asyncio

    from maild.control.operation import to_json
    from maild.control.registry import carry_out
    from pipeline.furniture import load_desk

    desk = load_desk(config)
    gc.enable()  # all is imported
    _need_key(request.operation, desk.config.letters.reply_key_file)

    async def run() -> list[str]:
        db = open_database(desk.config.database.url)
        try:
            return [to_json(row) for row in await carry_out(db, desk, request)]
        finally:
            await db.close()

    return asyncio.run(run())


def _need_key(operation: str, key_file: Path) -> None:
    """Letters that a command sets off must be signed with the daemon's key."""
    from maild.control.registry import OPERATIONS

    known = OPERATIONS.get(operation)
    if known is not None and known.writes and not key_file.exists():
        raise Unavailable(f"{key_file}: the reply key is missing", "start the daemon once, or restore the key")


def need_database(url: str) -> None:
    """Raises Unavailable where a SQLite file is missing: only the daemon and the upgrade may make one."""
    from maild.store.engine import sqlite_path

    path = sqlite_path(url)
    if path is not None and not path.exists():
        raise Unavailable(f"{path}: there is no database yet", "'maild run' makes it, or 'maild db upgrade'")


def open_database(url: str) -> Any:
    """The database of a command; raises Unavailable where there is none yet, or its schema is not this program's."""
    from maild import environment, logs
    from maild.store.db import Database

    logs.start("console", "warning")  # to standard error: rows on standard output stay rows
    need_database(url)
    db = Database(url, environment.clock(1.0))
    try:
        need_schema(db.engine)
    except BaseException:
        db.close_now()
        raise
    return db


def need_schema(engine: Any) -> None:
    """Raises Unavailable where the database's schema is not this program's."""
    from maild.store import schema

    current, wanted = schema.status(engine)
    if current != wanted:
        raise Unavailable(f"the database has schema {current}, this program needs {wanted}", "run 'maild db upgrade'")
