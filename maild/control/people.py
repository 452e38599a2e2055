"""People and organizations in an operator's hands: list, show, set, and take in from a list, all of it or nothing."""

import re
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

import structlog

from maild.control.operation import Operation, Request, Row, actor
from maild.control.row_lists import CHANGED, NEW, SAME, TextRow, counted, take_all
from maild.domain.people import Role
from maild.errors import DataError, Missing, NotPermitted
from maild.locales import Unknown, language, time_zone
from maild.store import people, people_edit, people_list
from maild.store.trial import trial
from maild.store.tx import Tx
from notifications.address import a_label
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical

LONGEST_VALUE = 1000
MOST_ROWS = 5000
SITE_PARTS = ("company", "street", "city", "postcode", "country")
_FIELD = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_TAG = re.compile(r"[^\s,+\-][^\s,]{0,99}")

Change = tuple[str, str]

log = structlog.get_logger("maild.people")


def list_persons(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    words, tag, limit, after = _asked(request)
    return people_list.persons(tx, words, tag, request.optional("organization"), limit, after)


def show_person(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return [_person(tx, request.text("address"), request.hidden)]


def set_person(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Make or change one; a new one joins the organization of the address."""
    may_edit(desk, request)
    address = _change_person(tx, desk, request.text("address"), _changes(request))
    tx.tell(partial(log.info, "person.changed", address=address, by=str(actor(desk, request))))
    return [_person(tx, address, request.hidden)]


def import_persons(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return _import(tx, desk, request, "address", lambda key, changes: _change_person(tx, desk, key, changes))


def list_organizations(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    words, tag, limit, after = _asked(request)
    return people_list.organizations(tx, words, tag, limit, after)


def show_organization(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return [organization_row(tx, request.text("name"), request.hidden)]


def _asked(request: Request) -> tuple[list[str], str | None, int, str]:
    """Words and tag to look for, how many rows, and after which one."""
    words, limit = (request.optional("query") or "").split(), min(request.limit(), MOST_ROWS)
    return words, request.optional("tag"), limit, request.optional("after") or ""


def set_organization(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    may_edit(desk, request)
    name = _change_organization(tx, desk, request.text("name"), _changes(request))
    tx.tell(partial(log.info, "organization.changed", organization=name, by=str(actor(desk, request))))
    return [organization_row(tx, name, request.hidden)]


def import_organizations(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return _import(tx, desk, request, "name", lambda key, changes: _change_organization(tx, desk, key, changes))


def set_site(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Make, change or (``drop``) remove a ship-to site."""
    may_edit(desk, request)
    found, site = organization_row(tx, request.text("name")), " ".join(request.text("site").split())
    if request.arguments.get("drop"):
        if not people_edit.drop_site(tx, found["id"], site):
            raise DataError(f"{found['name']} has no site {site!r}", f"see 'maild organization show {found['name']!r}'")
    else:
        address = {part: _value(part, value) for part, value in _changes(request)}
        wrong = sorted(set(address) - set(SITE_PARTS))
        if wrong or not site:
            raise DataError(f"a site has no {', '.join(wrong) or 'empty name'}", f"it has {', '.join(SITE_PARTS)}")
        people_edit.keep_site(tx, found["id"], site, address)
    return [organization_row(tx, found["name"], request.hidden)]


def _import(tx: Tx, desk: Desk, request: Request, key: str, change: Callable[[str, list[Change]], str]) -> list[Row]:
    """Each row is made or changed; empty cells change nothing. Any mistake refuses the whole list, with all of them.

    With ``dry`` nothing is kept, and each row tells what it would do.
    """
    may_edit(desk, request)
    if request.arguments.get("dry"):
        with trial(tx):
            return _taken_in(tx, request, key, change)
    done = counted(row["what"] for row in _taken_in(tx, request, key, change))
    tx.tell(partial(log.info, "people.imported", rows=done["rows"], by=str(actor(desk, request))))
    return [done]


def _taken_in(tx: Tx, request: Request, key: str, change: Callable[[str, list[Change]], str]) -> list[Row]:
    find = people_list.person if key == "address" else people_list.organization

    def take(cells: TextRow) -> Row:
        if not cells.get(key):
            raise DataError(f"{key} is empty")
        before = find(tx, _exact(key, cells[key]))
        name = change(cells[key], [(name, value) for name, value in cells.items() if name != key and value])
        return {key: name, **_compared(before, find(tx, name) or {})}

    rows = [{str(k): str(v or "").strip() for k, v in dict(row).items()} for row in request.arguments["rows"]]
    return [{"line": number, **row} for number, row in enumerate(take_all(rows, take), start=2)]


def _exact(key: str, text: str) -> str:
    return (canonical(text) or text) if key == "address" else text


def _compared(before: Row | None, after: Row) -> Row:
    """What a row would make of a record, in words."""
    if before is None:
        return {"what": NEW, "changes": _told({}, _flat(after))}
    changes = _told(_flat(before), _flat(after))
    return {"what": CHANGED if changes else SAME, "changes": changes}


def _told(was: Row, now: Row) -> list[str]:
    """What is different, apart from what the store writes by itself."""
    parts = ((name, was.get(name) or "", now.get(name) or "") for name in sorted(was.keys() | now.keys()))
    return [f"{n}: {w} -> {v}" if w else f"{n}: {v}" for n, w, v in parts if w != v and n not in _OF_THE_STORE]


_OF_THE_STORE = ("id", "address", "created_at", "role")


def _flat(row: Row) -> Row:
    fields = dict(row.get("fields") or {})
    rest = {name: value for name, value in row.items() if name not in ("fields", "people", "sites")}
    several = {name: ", ".join(map(str, value)) for name, value in rest.items() if isinstance(value, list | tuple)}
    return rest | several | fields


def _change_person(tx: Tx, desk: Desk, address: str, changes: list[Change]) -> str:
    exact = canonical(address)
    if exact is None:
        raise DataError(f"{address!r} is no mail address")
    held = people.meet(tx, exact, "")
    if held.role is not Role.CUSTOMER and any(name == "name" for name, _ in changes):
        raise DataError(f"{exact} is one of our own people", "their names stand in the configuration")
    columns: dict[str, Any] = {}
    fields = dict(held.fields)
    for name, value in changes:
        match name:
            case "name":
                columns["name"] = _value(name, value)
            case "tags":
                columns["tags"] = _tags(held.tags, value)
            case "organization":
                columns["organization_id"] = organization_row(tx, value)["id"] if value else None
            case "bounced":
                if value not in ("", "false", "no"):
                    raise DataError("bounced can only be cleared", "bounced=")
                columns["bounced_at"] = None
            case _:
                _set_field(fields, name, value)
    people_edit.change_person(tx, held.id, **columns, fields=fields)
    return exact


def _change_organization(tx: Tx, desk: Desk, name: str, changes: list[Change]) -> str:
    name = _value("name", name)
    if any(entry.name == name for entry in desk.config.organizations) and changes:
        raise DataError(
            f"{name} stands in the configuration", f"change it there, under [[organization]] in {desk.config.file}"
        )
    known = people_edit.organization_id(tx, name)
    mine = people_edit.make_organization(tx, name) if known is None else known
    held = people.organization(tx, mine)
    columns: dict[str, Any] = {}
    fields = dict(held.fields)
    for key, value in changes:
        match key:
            case "tags":
                columns["tags"] = _tags(held.tags, value)
            case "domains":
                people_edit.list_domains(tx, mine, _domains(held.domains, value))
            case "trust_unauthenticated":
                columns["trust_unauthenticated"] = _truth(key, value)
            case _:
                _set_field(fields, key, value)
    people_edit.change_organization(tx, mine, **columns, fields=fields)
    return name


def _set_field(fields: dict[str, str], name: str, value: str) -> None:
    name = name.removeprefix("field.")
    if name == "role":
        raise DataError("nobody's role is changed here", "roles stand in the configuration: role of a [[user]]")
    if not _FIELD.fullmatch(name) or name in ("id", "address", "role", "sites", "created_at", "bounced_at"):
        raise DataError(f"{name!r} is no field", "letters, digits and _")
    fields.pop(name, None)
    if value:
        text = _value(name, value)
        fields[name] = _known(_OF_A_LIST[name](text)) if name in _OF_A_LIST else text


_OF_A_LIST = {"language": language, "timezone": time_zone}
"""Fields that letters and times are written by: one that is none would be found out by the customer."""


def _known(found: str | Unknown) -> str:
    if isinstance(found, Unknown):
        raise DataError(found.what, found.hint)
    return found


def _tags(held: Iterable[str], value: str) -> list[str]:
    return sorted(_several(held, value, lambda tag: tag if _TAG.fullmatch(tag) else None, "tag"))


def _domains(held: Iterable[str], value: str) -> set[str]:
    return _several(held, value, lambda text: canonical(text) if "@" in text else a_label(text), "domain or address")


def _several(held: Iterable[str], value: str, read: Callable[[str], str | None], what: str) -> set[str]:
    """``+a -b`` adds and removes, ``a, b`` replaces."""
    words = value.replace(",", " ").split()
    found = set(held) if words and all(word[0] in "+-" for word in words) else set()
    for word in words:
        text = read(word[1:] if word[0] in "+-" else word)
        if text is None:
            raise DataError(f"{word!r} is no {what}")
        found = found - {text} if word[0] == "-" else found | {text}
    return found


def _value(name: str, value: str) -> str:
    text = " ".join(value.split())
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise DataError(f"{name} is too long or holds characters that cannot be shown")
    return text


def _truth(name: str, value: str) -> bool:
    known = {"true": True, "yes": True, "false": False, "no": False}
    if value.lower() not in known:
        raise DataError(f"{name} is true or false, not {value!r}")
    return known[value.lower()]


def _changes(request: Request) -> list[Change]:
    return [(str(name), str(value)) for name, value in request.arguments["changes"]]


def _person(tx: Tx, address: str, hidden: Collection[str]) -> Row:
    found = people_list.person(tx, canonical(address) or address, hidden)
    if found is None:
        raise Missing(f"nobody has the address {address!r}", "see 'maild person list'")
    return found


def organization_row(tx: Tx, name: str, hidden: Collection[str] = ()) -> Row:
    """Its record, with the numbers of its tickets that are not ``hidden``; raises Missing."""
    found = people_list.organization(tx, name, hidden)
    if found is None:
        raise Missing(f"there is no organization {name!r}", "see 'maild organization list'")
    return found


def may_edit(desk: Desk, request: Request) -> None:
    colleague = desk.ruleset.colleague(request.actor) if request.actor else None
    if colleague is not None and colleague.role is Role.LIGHT:
        raise NotPermitted(f"{colleague.name} may read and note, not change records")


OPERATIONS = {
    "person.list": Operation(list_persons),
    "person.show": Operation(show_person),
    "person.set": Operation(set_person, writes=True),
    "person.import": Operation(import_persons, writes=True),
    "organization.list": Operation(list_organizations),
    "organization.show": Operation(show_organization),
    "organization.set": Operation(set_organization, writes=True),
    "organization.site": Operation(set_site, writes=True),
    "organization.import": Operation(import_organizations, writes=True),
}
