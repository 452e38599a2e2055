"""The shop: the shipped configuration and workflow, with a relay, time limits and a task with a reminder."""

import tempfile
from functools import cache
from pathlib import Path

from maild.store import schema
from maild.store.engine import open_engine
from pipeline.furniture import Desk, load_desk
from tests.simulation.faults import RELAY
from tests.simulation.writing import GATEWAY

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
KEY = "0123456789abcdef" * 4 + "\n"
MORE = """
[matrix.order.limits]
open = { after = "12bh", notify = "assignee", template = "notify_agent" }
pending = { after = "3bd", notify = "lead", template = "notify_lead" }

[[macro]]
name = "Orders :: Ring"
groups = ["Orders"]
do = [{ task = "Ring the customer", to = "assignee", due = "2bd", remind = "4bh" }]
"""


@cache
def desk(per_address: int) -> Desk:
    """Everything that the configuration decides; ``per_address`` automatic letters an hour go to one address."""
    text = EXAMPLE.read_text()
    for section, lines in (
        ("[relay]", f'host = "{RELAY}"\nport = 25\ntls = "none"\n'),
        ("[smtp]", f'trusted_authserv_ids = ["{GATEWAY}"]\nhostname = "desk.shop.example"\n'),
        ("[letters]", f"per_address_per_hour = {per_address}\n"),
    ):
        assert f"\n{section}\n" in text
        text = text.replace(f"\n{section}\n", f"\n{section}\n{lines}", 1)
    with tempfile.TemporaryDirectory(prefix="maild-sim") as folder:
        path = Path(folder) / "config.toml"
        path.write_text(text + MORE)
        key = Path(folder) / "reply.key"
        key.write_text(KEY)
        key.chmod(0o600)
        return load_desk(path)


@cache
def empty_database() -> bytes:
    """A migrated database without rows."""
    with tempfile.TemporaryDirectory(prefix="maild-sim") as folder:
        path = Path(folder) / "maild.db"
        engine = open_engine(f"sqlite:///{path}", synchronous="OFF")
        schema.upgrade(engine)
        with engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return path.read_bytes()
