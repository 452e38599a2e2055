"""The database: is it there, is its schema this program's, is the file ours alone."""

import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from maild.clock import SystemClock
from maild.config import Config
from maild.doctor.finding import Finding, fail, ok, warn
from maild.errors import MaildError
from maild.store import forget, schema, server
from maild.store.engine import open_engine
from maild.store.look import look as look_at


def look(config: Config) -> Iterator[Finding]:
    """Reads only; damage inside is what ``maild db check`` looks for."""
    path = Path(config.database.url.removeprefix("sqlite:///"))
    local = config.database.url.startswith("sqlite:///")
    if local and not path.exists():
        yield warn("database", f"{path} does not exist yet", "maild run makes it")
        return
    try:
        engine = open_engine(config.database.url)
        try:
            current, wanted = schema.status(engine)
            for shortcoming in () if local else server.shortcomings(engine):
                yield fail("database", shortcoming, "see the chapter on PostgreSQL in docs/operations.md")
            if current == wanted:
                yield from _half_forgotten(engine)
        finally:
            engine.dispose()
    except (MaildError, OSError) as error:
        yield fail("database", str(error), "check database.url")
        return
    except Exception as error:  # each driver has its own; the database is outside
        yield fail("database", f"{type(error).__name__}: {str(error).splitlines()[0][:200]}", "check database.url")
        return
    if current != wanted:
        yield warn("database", f"schema {current or '(none)'}, this program has {wanted}", "maild db upgrade")
    else:
        yield ok("database", f"schema {current}")
    if local and stat.S_IMODE(path.stat().st_mode) & 0o007:
        yield warn("database", f"{path} can be read by everybody on this machine", f"chmod o= {path}")


def _half_forgotten(engine: Engine) -> Iterator[Finding]:
    for address, since in look_at(engine, SystemClock().now(), forget.under_way):
        begun = f"{since:%Y-%m-%d %H:%M} UTC"
        yield warn("forget", f"forgetting {address} was begun at {begun} and has not ended", f"maild forget {address}")
