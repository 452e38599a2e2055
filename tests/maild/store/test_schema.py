import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect

from maild.errors import Unavailable
from maild.store import schema, search_index
from maild.store.engine import open_engine
from maild.store.tables import METADATA
from maild.store.trouble import StoreTrouble, TroubleKind

UPGRADE = """
import sys
from maild.store import schema
from maild.store.engine import open_engine
schema.upgrade(open_engine(sys.argv[1]))
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/new.db")
    yield engine
    engine.dispose()


def test_an_empty_database_is_brought_to_this_programs_version_once(engine: Engine) -> None:
    _, head = schema.status(engine)
    assert schema.status(engine) == (None, head)
    assert schema.upgrade(engine)
    assert schema.status(engine) == (head, head)
    assert not schema.upgrade(engine)


def test_this_programs_version_is_the_last_migrations(engine: Engine) -> None:
    assert (
        schema.status(engine)[1] == ScriptDirectory(str(Path(schema.__file__).parent / "migrations")).get_current_head()
    )


def test_the_migrations_end_at_the_tables_of_the_code(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "include_name": _ours})
        assert compare_metadata(context, METADATA) == []


def _ours(name: str | None, kind: str, parents: object) -> bool:
    """All but the tables that SQLite keeps a search index in."""
    return kind != "table" or not str(name).startswith(search_index.INDEX)


def test_constraints_and_indexes_are_those_of_the_code_too(engine: Engine) -> None:
    """Alembic does not compare CHECK constraints nor the conditions of indexes."""
    schema.upgrade(engine)
    direct = create_engine("sqlite://")
    METADATA.create_all(direct)
    assert _ddl(engine) == _ddl(direct)
    direct.dispose()


def _ddl(engine: Engine) -> dict[str, list[str]]:
    """Each table's and index's lines, in an order of their own."""
    with engine.connect() as conn:
        found = conn.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
        ).all()
    return {
        name: sorted(line.strip().rstrip(",") for line in re.sub(r"[ \t]+", " ", sql).split("\n"))
        for name, sql in found
    }


def test_a_database_of_something_else_is_left_alone(engine: Engine) -> None:
    with engine.connect() as conn:
        conn.exec_driver_sql("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(Unavailable, match="not maild's"):
        schema.upgrade(engine)
    assert inspect(engine).get_table_names() == ["invoices"]


def test_b12_a_newer_schema_is_refused(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.connect() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="newer than this program"):
        schema.upgrade(engine)
    assert schema.status(engine)[0] == "9999"


@pytest.mark.parametrize(
    ("place", "done"), [("migration.start", False), ("migration.half", False), ("migration.end", True)]
)
def test_b11_a_migration_that_is_killed_is_run_again(engine: Engine, place: str, done: bool) -> None:
    killed = _upgrade_in_child(engine, f"{place}=kill")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    current, head = schema.status(engine)
    assert current == (head if done else None)
    assert bool(inspect(engine).get_table_names()) is done
    assert schema.upgrade(engine) is not done
    with engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn, opts={"include_name": _ours}), METADATA) == []


def test_b11_a_migration_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    failed = _upgrade_in_child(engine, "migration.half=raise")
    assert failed.returncode == 1
    assert "Failure" in failed.stderr
    assert inspect(engine).get_table_names() == []


def _upgrade_in_child(engine: Engine, fail: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", UPGRADE, str(engine.url)]
    return subprocess.run(command, env=os.environ | {"MAILD_FAIL": fail}, capture_output=True, text=True, timeout=60)


def test_b04_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/nowhere/maild.db")
    with pytest.raises(StoreTrouble) as caught:
        schema.upgrade(engine)
    assert caught.value.kind is TroubleKind.GONE
    assert "folder" in caught.value.hint


def test_b05_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "maild.db"
    path.write_bytes(b"Dear customer, this is a letter and no database at all.\n" * 200)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(StoreTrouble) as caught:
        schema.upgrade(engine)
    assert caught.value.kind is TroubleKind.CORRUPT
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO timer (ticket_id, rule, step, due_at, state, armed_at, over) VALUES (1, 'r', 0, '', 'x', '', 0)",
        "INSERT INTO letter_recipient (letter_id, address, state) VALUES (1, 'a@b.example', 'lost')",
        "INSERT INTO ticket_tag (ticket_id, tag) VALUES (1, NULL)",
        "INSERT INTO organization_domain (domain, organization_id) VALUES (NULL, 1)",
        "INSERT INTO person (address, name, role, tags, fields, created_at) VALUES ('a', '', 'king', '[]', '{}', '')",
    ],
)
def test_words_that_no_state_has_are_refused(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with pytest.raises(sqlite3.IntegrityError, match=r"CHECK|NOT NULL"):
        connection.execute(statement)
    connection.close()
