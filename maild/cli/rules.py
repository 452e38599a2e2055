"""``maild rules``: what there is, why it did what it did, and what another rule file would have done."""

import sys
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any

from maild.cli.asking import objects, open_database
from maild.cli.harmless import shown
from maild.cli.output import json_line, listed, table
from maild.cli.report import writable
from maild.domain.plurals import counted
from maild.errors import ConfigError, Unavailable, UsageError


def list_rules(arguments: Namespace) -> int:
    return listed(arguments, ("kind", "rule", "where"), "rules.list")


def explain(arguments: Namespace) -> int:
    columns = ("when", "event", "actor", "what", "rule", "why", "effects")
    return listed(arguments, columns, "rules.explain", id=arguments.id)


def graph(arguments: Namespace) -> int:
    """Where there is no database, the rules of the file."""
    if arguments.live and arguments.blueprint is None:
        raise UsageError("--live counts the tickets of a blueprint", "say which: --blueprint NAME")
    if arguments.svg is None:
        print(_drawn(arguments, "mermaid"))
        return 0
    path = None if arguments.svg == "-" else writable(arguments.svg, force=arguments.force)
    picture = _drawn(arguments, "svg")
    if path is None:
        print(picture)
    else:
        path.write_text(picture, encoding="utf-8")
    return 0


def _drawn(arguments: Namespace, form: str) -> str:
    if arguments.blueprint is not None:
        given = {"name": arguments.blueprint, "live": arguments.live, "form": form}
        return str(objects(arguments, "blueprint.graph", **given)[0][form])
    try:
        return str(objects(arguments, "rules.picture" if form == "svg" else "rules.graph")[0][form])
    except Unavailable:
        if arguments.socket:
            raise
    from pipeline.furniture import load_desk
    from rules.flow_picture import flow_picture
    from rules.graph import mermaid

    ruleset = load_desk(Path(arguments.config)).ruleset
    return flow_picture(ruleset) if form == "svg" else mermaid(ruleset)


def lint(arguments: Namespace) -> int:
    """Where there is no database, what can be told from the file alone."""
    try:
        return listed(arguments, ("doubt",), "rules.lint")
    except Unavailable:
        if arguments.socket:
            raise
    from pipeline.furniture import inspect

    found = [{"doubt": doubt} for doubt in inspect(Path(arguments.config))[1]]
    if arguments.json:
        for row in found:
            print(json_line(row))
    else:
        table(found, ("doubt",))
    return 0


def diff(arguments: Namespace) -> int:
    """Exit code 1 where they differ, as diff(1) has it."""
    from rules.rule_diff import rule_diff

    changes = rule_diff(_rule_file(arguments.old), _rule_file(arguments.new))
    for change in changes:
        if arguments.json:
            print(
                json_line({"what": change.what, "kind": change.kind, "name": change.name, "lines": list(change.lines)})
            )
        else:
            print(change)
    if not changes and not arguments.json:
        print("no difference")
    return 1 if changes else 0


def _rule_file(path: str) -> Any:
    from maild.config import load
    from rules.load import read_file
    from rules.rule_file import RuleFile

    file = RuleFile.of(load(path))
    mistakes = read_file(file)[1]
    if mistakes:
        raise ConfigError(mistakes)
    return file


def simulate(arguments: Namespace) -> int:
    """The database is that of -c; it is only read, beside a running daemon or without."""
    from maild.config import load
    from pipeline.rehearsal import Rehearsal, newest, summary

    other = _rule_file(arguments.other or arguments.config)
    db = open_database(load(Path(arguments.config)).database.url)
    try:
        until = db.read_now(newest)
        since = None if arguments.since is None else until - _span(arguments.since)
        rehearsal = Rehearsal(db, other, since, until)
        rows = []
        for ticket, found in rehearsal.run(arguments.ticket):
            rows += [{"ticket": ticket, "what": d.what, "was": d.was, "now": d.now, "rule": d.rule} for d in found]
    finally:
        db.close_now()
    if arguments.json:
        for row in rows:
            print(json_line(row))
    elif rows:
        table(rows, ("ticket", "what", "was", "now", "rule"))
    print(summary(rehearsal, rows), file=sys.stderr)
    return 0


def _span(text: str) -> timedelta:
    from maild.domain.calendars import Unit, parse_duration

    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--since: {error}", "write 30d, 12h or 2w") from None
    unit = {Unit.HOURS: timedelta(hours=1), Unit.DAYS: timedelta(days=1)}.get(duration.unit)
    if unit is None:
        raise UsageError(f"--since: {text!r} is no plain span of time", "write 30d, 12h or 2w")
    return unit * duration.amount


def backfill(arguments: Namespace) -> int:
    """Batch by batch, so that nobody else waits long."""
    operation = "rules.misfits" if arguments.dry_run else "rules.backfill"
    after, found = 0, 0
    while True:
        *rows, end = objects(arguments, operation, after=after)
        found += len(rows)
        for row in rows:
            if arguments.json:
                print(json_line(row))
            else:
                print(f"ticket {row['ticket']}: {'; '.join(map(shown, row['effects']))}")
        if end["after"] is None:
            break
        after = end["after"]
    if not arguments.json:
        were = "would be" if arguments.dry_run else "was" if found == 1 else "were"
        print(f"{counted(found, 'ticket')} {were} made to fit")
    return 0
