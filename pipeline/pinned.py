"""The rules for one ticket: those of the desk, and the version of its blueprint that it entered and keeps."""

from typing import TypeVar

from maild.domain.ticket import Snapshot
from maild.store import rule_files, stands
from maild.store.tx import Tx
from pipeline.furniture import Desk
from rules.blueprint_model import Blueprint
from rules.load import read_file
from rules.model import Ruleset
from rules.pathways import knowing
from rules.rule_file import RuleFile

MOST_KEPT = 32
_KEPT: dict[str, Blueprint] = {}
_JOINED: dict[tuple[str, str], Ruleset] = {}
"""Versions read from rule files of the past, and the rules with each of them: the latest ones."""

Key = TypeVar("Key")
Held = TypeVar("Held")


def in_force(tx: Tx, desk: Desk, ticket: Snapshot) -> Ruleset:
    """What decides about this ticket. Where its blueprint's version cannot be found, nothing moves it."""
    stand = ticket.blueprint
    if stand is None or desk.ruleset.blueprint_of(ticket) is not None:
        return desk.ruleset
    both = (desk.ruleset.digest, stand.version)
    if both not in _JOINED:
        blueprint = version(tx, stand.blueprint, stand.version)
        if blueprint is None:
            return desk.ruleset
        _keep(_JOINED, both, knowing(desk.ruleset, blueprint))
    return _JOINED[both]


def version(tx: Tx, name: str, digest: str) -> Blueprint | None:
    """A version of a blueprint as it was when the first ticket entered it."""
    if digest not in _KEPT:
        rules = stands.rules_of(tx, digest)
        document = rule_files.document(tx, rules) if rules else None
        found = read_file(RuleFile.kept(document))[0].blueprints.get(name) if document else None
        if found is None or found.digest != digest:
            return None
        _keep(_KEPT, digest, found)
    return _KEPT[digest]


def _keep(kept: dict[Key, Held], key: Key, value: Held) -> None:
    while len(kept) >= MOST_KEPT:
        kept.pop(next(iter(kept)))
    kept[key] = value
