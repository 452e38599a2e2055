"""What is different between two rule files: rules added, removed, moved and changed, by name, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, ndiff
from typing import Any

from rules.rule_file import RuleFile

NAMED = {"trigger": "trigger", "automation": "automation", "sequence": "sequence", "macro": "macro", "view": "view"}
NAMED |= {"department": "department", "assignment": "assignment", "ticket_template": "ticket template"}
NAMED |= {"form": "form", "sla": "sla", "blueprint": "blueprint"}
KEYED = {"fields": "field", "schedule": "schedule", "matrix": "matrix"}

Rules = Mapping[tuple[str, str], Mapping[str, Any]]
"""By kind and name, the table that the file has."""


@dataclass(frozen=True, slots=True)
class Change:
    """``what`` is added, removed, changed or moved; ``lines`` begin with "- " or "+ "."""

    what: str
    kind: str
    name: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((f"{self.what} {self.kind} {self.name!r}", *(f"  {line}" for line in self.lines)))


def rule_diff(old: RuleFile, new: RuleFile) -> tuple[Change, ...]:
    """Kind by kind, in the order of the new file; what is gone comes first."""
    return tuple(_changes(_rules(old), _rules(new)))


def changed_names(old: RuleFile, new: RuleFile) -> frozenset[str]:
    """The rules that are not the same in both."""
    return frozenset(change.name for change in rule_diff(old, new))


def _rules(file: RuleFile) -> Rules:
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for section, kind in NAMED.items():
        for entry in file.document["sections"].get(section, []):
            found[kind, str(entry.get("name", ""))] = entry
    for section, kind in KEYED.items():
        for name, entry in file.document["sections"].get(section, {}).items():
            found[kind, name] = entry
    for layout in file.document["sections"].get("layout", []):
        found["layout", f"{layout.get('department', '')}/{layout.get('form', '')}"] = layout
    for kind, names in (("group", "groups"), ("webhook", "webhooks")):
        found |= {(kind, str(name)): {} for name in file.document[names]}
    found["site", "timezone"] = {"timezone": file.document["zone"]}
    for colleague in file.document["people"]:
        found["user", colleague["name"]] = colleague
    return found


def _changes(old: Rules, new: Rules) -> Iterator[Change]:
    for (kind, name), entry in old.items():
        if (kind, name) not in new:
            yield Change("removed", kind, name, tuple(f"- {line}" for line in lines(entry)))
    for (kind, name), entry in new.items():
        if (kind, name) not in old:
            yield Change("added", kind, name, tuple(f"+ {line}" for line in lines(entry)))
        elif entry != old[kind, name]:
            told = ndiff(lines(old[kind, name]), lines(entry))
            yield Change("changed", kind, name, tuple(line for line in told if line[0] in "-+"))
    yield from _moved(old, new)


def _moved(old: Rules, new: Rules) -> Iterator[Change]:
    """Triggers are asked in order, so their places count."""
    before = [name for kind, name in old if kind == "trigger" and (kind, name) in new]
    after = [name for kind, name in new if kind == "trigger" and (kind, name) in old]
    matched = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    stayed = {after[n] for block in matched for n in range(block.b, block.b + block.size)}
    for name in after:
        if name not in stayed:
            place = after.index(name)
            yield Change("moved", "trigger", name, (f"+ after {after[place - 1]!r}" if place else "+ to the top",))


def lines(entry: Any) -> list[str]:
    """A table as lines: each condition and each action has one of its own."""
    return [line for key, value in entry.items() if key != "name" for line in _of(key, value)]


def _of(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield f"{key}: {_shown(one)}"
    elif isinstance(value, dict) and any(isinstance(inner, dict | list) for inner in value.values()):
        for name, inner in value.items():
            yield from _of(f"{key}.{name}", inner)
    else:
        yield f"{key} = {_shown(value)}"


def _shown(value: Any) -> str:
    """As the file writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_shown(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else str(value)
