"""The schema's version: create, upgrade, and refuse what this program is too old for."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect

from maild import failpoints
from maild.errors import Unavailable
from maild.store.trouble import told

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x6D61696C64  # "maild", so that no other program's lock is met by chance
_SCRIPTS = Path(__file__).parent / "migrations"


def status(engine: Engine) -> tuple[str | None, str]:
    """(version of the database, version of this program); the first is None for an empty database.

    Asked by every command, so without Alembic, whose import costs more than the question.
    """
    with told(), engine.connect() as conn:
        known = inspect(conn).has_table("alembic_version")
        current = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if known else None
    newest = max(script.name for script in (_SCRIPTS / "versions").glob("v[0-9]*.py"))
    return current, newest.partition("_")[0].removeprefix("v")


def upgrade(engine: Engine) -> bool:
    """Bring the schema up to date; False when it was. A migration that was cut off is simply run again.

    Raises Unavailable when the database was made by a newer maild, or is not a maild database at all, and StoreTrouble
    when it cannot be reached.
    """
    current, head = status(engine)
    if current == head:
        return False
    refuse_strangers(engine, current, head)
    failpoints.hit("migration.start")
    with told():
        _migrate(engine)
    failpoints.hit("migration.end")
    return True


def refuse_strangers(engine: Engine, current: str | None, head: str) -> None:
    if current is None and inspect(engine).get_table_names():
        raise Unavailable(
            f"the database at {engine.url.render_as_string()} holds tables that are not maild's",
            "give maild a database of its own",
        )
    if current is not None and current not in _known():
        raise Unavailable(
            f"the database has schema version {current}, newer than this program knows ({head})",
            "install the newer maild again, or restore the backup made before the upgrade",
        )


def _migrate(engine: Engine) -> None:
    """All of it in one transaction, opened here: a connection in autocommit mode cannot roll back half of it."""
    from alembic import command

    with engine.connect() as conn:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN")
        try:
            if engine.dialect.name == "postgresql":  # two daemons may start at once; the second finds nothing to do
                conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            command.upgrade(_config(conn), "head")
            failpoints.hit("migration.half")
        except BaseException:
            conn.exec_driver_sql("ROLLBACK")
            raise
        conn.exec_driver_sql("COMMIT")


def _known() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}


def _config(connection: object) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config
