"""From parsed TOML to the sections, or to every mistake in them."""

import contextlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from maild.config.checks import across
from maild.config.keys import RULE_SECTIONS, known_keys, sections
from maild.config.mistakes import Loc, Mistake, from_validation, unknown_key
from maild.config.schema import Control, Database, Intake, Letters, Site
from maild.config.section import Section
from maild.config.transport import Relay, Smtp

Found = dict[Loc, Section]  # the sections that could be read: ("smtp",), ("user", 0)


def build(raw: dict[str, Any], folder: Path) -> tuple[dict[str, Any], list[Mistake]]:
    """The top-level tables, or all mistakes; what can be read is checked across sections even if the rest is wrong."""
    found, mistakes = _sections(raw, {"folder": folder})
    mistakes += across(found, raw, folder, frozenset(mistake.loc for mistake in mistakes))
    return ({}, mistakes) if mistakes else (_complete(found, folder), [])


def readable(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The top-level tables as far as they can be read, with stand-ins for the rest: the rules may be wrong too."""
    found, _ = _sections(raw, {"folder": folder})
    for loc, stand_in in _STAND_INS.items():
        found.setdefault(loc, stand_in)
    return _complete(found, folder)


def _sections(raw: dict[str, Any], context: dict[str, Any]) -> tuple[Found, list[Mistake]]:
    known, models = known_keys(), sections()
    found: Found = {}
    mistakes = [unknown_key((name,), known) for name in raw if name not in models and name not in RULE_SECTIONS]
    for name, (model, many) in models.items():
        value = raw.get(name, [] if many else {})
        if many and not (isinstance(value, list) and all(isinstance(entry, dict) for entry in value)):
            mistakes.append(Mistake((name,), "this is not a list of tables", f"write each one under [[{name}]]"))
        elif not many and not isinstance(value, dict):
            mistakes.append(Mistake((name,), "this is not a table", f"write the keys under [{name}]"))
        else:
            for number, table in enumerate(value if many else [value]):
                loc: Loc = (name, number) if many else (name,)
                mistakes += _section(model, loc, table, found, context, known)
    return found, mistakes


def _section(
    model: type[Section], loc: Loc, table: dict[str, Any], found: Found, context: Any, known: dict[Loc, list[str]]
) -> list[Mistake]:
    """Validate one table into ``found``; where keys are wrong, the rest without them, so that its mistakes show too."""
    try:
        found[loc] = model.model_validate(_tuples(table), context=context)
        return []
    except ValidationError as error:
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False)}
        mistakes = from_validation(error, loc, known)
    rest = {key: value for key, value in table.items() if key not in wrong}
    with contextlib.suppress(ValidationError):  # a key that must be there is wrong or missing, which is said already
        found[loc] = model.model_validate(_tuples(rest), context=context)
    return mistakes


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


_STAND_INS: Found = {
    ("site",): Site(domain="unreadable.invalid"),
    ("database",): Database(),
    ("intake",): Intake(addresses=("orders@unreadable.invalid",)),
    ("smtp",): Smtp(),
    ("relay",): Relay(),
    ("letters",): Letters(),
    ("control",): Control(),
}


def _complete(found: Found, folder: Path) -> dict[str, Any]:
    """The whole, with what one section borrows from another and with absolute paths."""
    tables: dict[str, Any] = {}
    for loc, section in found.items():
        name = str(loc[0])
        tables[name] = (*tables.get(name, ()), section) if len(loc) > 1 else section
    site, intake, smtp = tables["site"], tables["intake"], tables["smtp"]
    site = site.model_copy(update={"name": site.name or site.domain})
    tables["site"] = site
    tables["smtp"] = smtp.model_copy(update={"hostname": smtp.hostname or site.domain})
    tables["relay"] = _relay(tables["relay"], f"{site.name} <{intake.addresses[0]}>", site.domain, folder)
    tables["database"] = tables["database"].model_copy(update={"url": database_url(tables["database"].url, folder)})
    for name, key in (("letters", "reply_key_file"), ("control", "socket")):
        tables[name] = tables[name].model_copy(update={key: folder / getattr(tables[name], key)})
    return tables


def _relay(relay: Relay, from_: str, hostname: str, folder: Path) -> Relay:
    borrowed = {"from_": relay.from_ or from_, "hostname": relay.hostname or hostname, "folder": folder / relay.folder}
    return relay.model_copy(update=borrowed)


def database_url(url: str, folder: Path) -> str:
    """The URL with a relative SQLite path made absolute."""
    prefix, slashes, path = url.partition("sqlite:///")
    return f"{slashes}{folder / path}" if slashes and not prefix else url
