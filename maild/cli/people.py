"""``maild person`` and ``maild organization``: records of customers, as tables, JSON lines and CSV, and back again."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from maild import spreadsheet
from maild.cli.asking import objects
from maild.cli.harmless import shown
from maild.cli.output import listed, table
from maild.errors import DataError, UsageError

PERSON = ("address", "name", "first_name", "organization", "tags")
ORGANIZATION = ("name", "domains", "tags", "trust_unauthenticated")
COUNTED = ("rows", "new", "changed", "same")
PAGE = 2000


def list_persons(arguments: Namespace) -> int:
    given = {"query": " ".join(arguments.query), "tag": arguments.tag, "organization": arguments.organization}
    columns = ("address", "name", "organization", "role", "tags", "bounced_at")
    return _list(arguments, "person.list", "address", PERSON, columns, given)


def list_organizations(arguments: Namespace) -> int:
    given = {"query": " ".join(arguments.query), "tag": arguments.tag}
    return _list(arguments, "organization.list", "name", ORGANIZATION, (*ORGANIZATION, "fields"), given)


def _list(
    arguments: Namespace,
    operation: str,
    key: str,
    exported: Sequence[str],
    columns: Sequence[str],
    given: dict[str, Any],
) -> int:
    if not arguments.csv:
        return listed(arguments, columns, operation, limit=arguments.limit, **given)
    rows = [_flat(row) for row in _all(arguments, operation, key, given)]
    fields = sorted({name for row in rows for name in row["fields"]} - set(exported))
    spreadsheet.write((row | row["fields"] for row in rows), (*exported, *fields))
    return 0


def _all(arguments: Namespace, operation: str, key: str, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    after = ""
    while rows := objects(arguments, operation, limit=PAGE, after=after, **given):
        yield from rows
        after = rows[-1][key]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    name = str(row.get("name") or "")
    given = name.split(",", 1)[1].split() if "," in name else name.split()
    return row | {"first_name": given[0] if given else ""}


def revoke_links(arguments: Namespace) -> int:
    return listed(arguments, ("address", "edition"), "person.revoke_links", address=arguments.address)


def show_person(arguments: Namespace) -> int:
    return _show(arguments, "person.show", address=arguments.address)


def show_organization(arguments: Namespace) -> int:
    return _show(arguments, "organization.show", name=arguments.name)


def set_person(arguments: Namespace) -> int:
    return _show(arguments, "person.set", address=arguments.address, changes=_changes(arguments.changes))


def set_organization(arguments: Namespace) -> int:
    return _show(arguments, "organization.set", name=arguments.name, changes=_changes(arguments.changes))


def set_site(arguments: Namespace) -> int:
    given = {"name": arguments.name, "site": arguments.site, "drop": arguments.drop}
    return _show(arguments, "organization.site", changes=_changes(arguments.changes), **given)


def _show(arguments: Namespace, operation: str, **given: Any) -> int:
    if arguments.json:
        return listed(arguments, (), operation, **given)
    [row] = objects(arguments, operation, **given)
    fields, sites = row.pop("fields"), row.pop("sites", [])
    for name, value in (*row.items(), *fields.items()):
        said = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
        print(f"{shown(name):<22} {shown(said)}")
    if sites:
        print()
        table(sites, ("name", "company", "street", "postcode", "city", "country"))
    return 0


def _changes(words: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [word.partition("=") for word in words]
    for name, equals, _ in pairs:
        if not equals:
            raise UsageError(f"{name!r} is no change", "write FIELD=VALUE, or FIELD= to clear it")
    return [(name.strip(), value) for name, _, value in pairs]


def import_persons(arguments: Namespace) -> int:
    return _import(arguments, "person.import", "address")


def import_organizations(arguments: Namespace) -> int:
    return _import(arguments, "organization.import", "name")


def _import(arguments: Namespace, operation: str, key: str) -> int:
    rows = rows_of(arguments, key)
    leave_out = {"first_name"}
    given = [{name: value for name, value in row.items() if name not in leave_out} for row in rows]
    if arguments.dry_run:
        return listed(arguments, ("line", key, "what", "changes"), operation, rows=given, dry=True)
    return listed(arguments, COUNTED, operation, rows=given)


def rows_of(arguments: Namespace, *needed: str) -> list[dict[str, str]]:
    """The rows of the CSV file that was named, or of standard input; it has these columns at least."""
    raw = sys.stdin.buffer.read() if arguments.file == "-" else _bytes(Path(arguments.file))
    return spreadsheet.read(raw, needed)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
