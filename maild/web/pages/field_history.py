"""What each field of a ticket held before, who or what changed it, when."""

import re
from collections.abc import Iterable

from maild.control.operation import Row
from maild.web.pages.naming import actor_name

MOST = 20
"""Changes of one field that are shown, the newest."""
_SET = re.compile(r"([a-z][a-z0-9_]{0,63}) (?:= |(?=cleared$))(.*)", re.DOTALL)
_PLAIN = re.compile(r"(?:^|, )(assignee|group|priority) ([^,]+)")
OURS = ("edit", "")


def field_history(shown: Row) -> dict[str, list[Row]]:
    """By the field's name, newest first: ``at``, ``who``, the ``rule`` ("" by hand) and the new ``value``."""
    found: dict[str, list[Row]] = {}
    for name, change in _changes(shown["history"]):
        found.setdefault(name, []).append(change)
    return {name: changes[: -MOST - 1 : -1] for name, changes in found.items()}


def _changes(history: Iterable[Row]) -> Iterable[tuple[str, Row]]:
    for entry in history:
        for step in entry["steps"]:
            rule = step.get("rule") or ""
            for effect in step.get("effects") or ():
                for name, value in _set(effect):
                    by = "" if rule in OURS else rule
                    yield name, {"at": entry["at"], "who": actor_name(entry["actor"]), "rule": by, "value": value}


def _set(effect: str) -> Iterable[tuple[str, str]]:
    """What an effect in words (`rules.describe.words`) sets; others are passed over."""
    if said := _SET.fullmatch(effect):
        yield said[1], "" if said[2] == "cleared" else said[2][1:-1]
    else:
        yield from _PLAIN.findall(effect)
