"""What a command may not load: each room costs its asker time before anything is done."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from maild.cli.config import example_text
from tests.empty_database import lay_down

PROGRAM = """
import json, runpy, sys
for command in sys.argv[1:]:
    sys.argv = ["maild", *command.split()]
    try:
        runpy.run_module("maild", run_name="__main__")
    except SystemExit as end:
        assert not end.code, end.code
print(json.dumps(sorted(sys.modules)))
"""
POSTGRESQL = "sqlalchemy.dialects.postgresql"
THE_DESK = {"rules", "notifications", "pipeline", "jinja2", "lxml", "aiosmtpd", "apscheduler", "cryptography"}


def _loaded(folder: Path, *commands: str) -> set[str]:
    """What is loaded after these commands, one after the other in one process."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *commands], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(example_text())
    lay_down(tmp_path / "maild.db")
    return tmp_path


def test_lists_without_a_daemon_do_not_load_the_desk(folder: Path) -> None:
    loaded = _loaded(folder, *(f"{noun} list" for noun in ("ticket", "mail", "outbox", "timer", "task")))
    assert "maild.control.lists" in loaded  # it was asked without a daemon
    assert loaded & (THE_DESK | {"structlog", "rich", "alembic", "maild.store.db", "maild.control.registry"}) == set()
    assert POSTGRESQL not in loaded


def test_a_list_of_tickets_makes_the_tables_it_names(folder: Path) -> None:
    loaded = _loaded(folder, "ticket list")
    assert "maild.store.ticket_tables" in loaded
    assert (
        loaded & {f"maild.store.{room}_tables" for room in ("letter", "mail", "desk", "mailbox", "knowledge")} == set()
    )


def test_other_operations_find_the_desk(folder: Path) -> None:
    assert {"rules", "maild.control.registry"} <= _loaded(folder, "status")


BEFORE_IT_LISTENS = """
import json, sys
from pathlib import Path
import maild.logs
from maild import app
desk = app.load_desk(Path("config.toml"))
listening = sorted(sys.modules)
app.rooms.load(desk.config, app.ROLES)
print(json.dumps([listening, sorted(sys.modules)]))
"""
NEVER = {
    "alembic",
    "cryptography",
    "flufl",
    "holidays.countries.malaysia",
    "lxml",
    "mailparser",
    "olefile",
    POSTGRESQL,
    "rich",
}
"""What a daemon on SQLite that signs nothing never needs: its children read mail, and a desk has few calendars."""
NOT_TO_LISTEN = NEVER | {"apscheduler", "argon2", "imapclient", "prometheus_client", "starlette", "uvicorn"}
ROOMS = {"maild.attendance", "maild.control.registry", "maild.crew", "pipeline.settle"}


def test_the_daemon_listens_before_it_has_imported_the_desk_and_is_ready_after(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", BEFORE_IT_LISTENS], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    listening, ready = map(set, json.loads(done.stdout))
    assert {"pipeline.accept", "maild.store.put", "rules.load"} <= listening  # mail is kept, mistakes are told
    assert listening & (NOT_TO_LISTEN | ROOMS) == set()
    assert listening | ROOMS | {"apscheduler"} <= ready
    assert ready & NEVER == set()
    assert "holidays.countries.germany" in ready  # that of the example, alone
