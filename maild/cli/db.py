"""``maild db``: the schema and the invariants."""

import sys
from argparse import Namespace
from pathlib import Path

from maild.cli.asking import need_database, objects
from maild.cli.output import json_line

DAMAGED = 65


def upgrade(arguments: Namespace) -> int:
    from maild.clock import SystemClock
    from maild.config import load
    from maild.store import backup, people, schema
    from maild.store.db import Database
    from maild.store.lock import Lock

    config = load(Path(arguments.config))
    with Lock.of(config.database.url):
        db = Database(config.database.url, SystemClock())
        try:
            changed = backup.upgrade(db.engine)
            db.write_now(lambda tx: people.keep_all(tx, config))
            current, _ = schema.status(db.engine)
        finally:
            db.close_now()
    print(json_line({"schema": current, "changed": changed}) if arguments.json else f"schema {current}")
    return 0


def status(arguments: Namespace) -> int:
    from maild.config import load
    from maild.store import schema
    from maild.store.engine import open_engine

    url = load(Path(arguments.config)).database.url
    need_database(url)
    engine = open_engine(url, read_only=True)
    current, wanted = schema.status(engine)
    engine.dispose()
    if arguments.json:
        print(json_line({"schema": current, "wanted": wanted}))
    else:
        print(f"database {current or '(empty)'}, this program {wanted}")
    return 0


def check(arguments: Namespace) -> int:
    found = objects(arguments, "db.check", drained=arguments.drained)
    for row in found:
        print(json_line(row) if arguments.json else row["violation"])
    if not found and not arguments.json:
        print("every invariant holds")
    if found:
        print(f"maild: {len(found)} violation(s)", file=sys.stderr)
    return DAMAGED if found else 0
