"""Fields that were filled from an order follow a person's correction of it, but for what was typed over the order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from maild.domain.order import Order
from maild.domain.ticket import Snapshot
from rules.fields import read_from, spoken, unfit, unfitting
from rules.model import Automation, Macro, Put, Ruleset, Trigger

HAND = "edit"
"""The rule of what a person types into a form."""


@dataclass(frozen=True, slots=True)
class Following:
    """``changes`` are fields and what they are to hold now, as typed; ``kept`` says in a sentence each why others, that
    the correction is about too, stay as they are."""

    changes: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()


def following(ruleset: Ruleset, ticket: Snapshot, before: Order, after: Order, setters: Mapping[str, str]) -> Following:
    """What the correction of ``before`` to ``after`` means for the ticket's fields; ``setters`` as `last_set` has them.

    What a rule's default filled in was never said by anybody, and follows as if it were empty.
    """
    fields, defaults = ruleset.fields, _defaults(ruleset)
    old, new = read_from(before, fields), read_from(after, fields)
    changes: list[tuple[str, str]] = []
    kept: list[str] = []
    for name, field in fields.items():
        wanted, held = spoken(field, after), ticket.value(name)
        default = (setters.get(name), name) in defaults
        strange = unfitting(field, after)
        if strange and strange != unfitting(field, before):
            if held is None:
                kept.append(f"{field.label or name} stays empty: {unfit(field, after)}")
            elif default or held == old.get(name):
                changes.append((name, strange))  # refused where it is set, with the options: else a default would stay
        elif wanted == spoken(field, before) or held == new.get(name):
            continue
        elif held is None or default:
            changes += [(name, new[name])] if name in new else []
        elif held == old.get(name):
            changes.append((name, wanted))  # checked where it is set: what does not fit the field is refused there
        else:
            says = _short(new.get(name, wanted)) or "nothing"
            kept.append(f"{field.label or name} keeps {_short(held)}{_by(setters.get(name))}; the order says {says}")
    return Following(tuple(changes), tuple(kept))


def last_set(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By field, the rule that gave it its value last, out of a ticket's history, oldest first; `HAND` for a person.

    Who types what stands there already changes nothing, and has said it all the same.
    """
    found: dict[str, str] = {}
    for entry in entries:
        refused = any(step["what"] == "refused" and step["rule"] == HAND for step in entry["steps"])
        if entry["kind"] == "FieldEdited" and not refused:
            found |= {name: HAND for name, _ in entry["data"]["changes"]}
        for step in entry["steps"]:
            for effect in step.get("effects", ()):
                name, sets, _ = effect.partition(" = ")  # as `rules.describe` words it
                found |= {name: step["rule"]} if sets else {}
    return found


def _defaults(ruleset: Ruleset) -> set[tuple[str | None, str]]:
    """Rules with the fields that they fill where nobody has."""
    acting: list[Trigger | Automation | Macro] = [*ruleset.triggers, *ruleset.timed, *ruleset.macros.values()]
    return {(rule.name, put.name) for rule in acting for put in rule.actions if isinstance(put, Put) and put.default}


def _by(rule: str | None) -> str:
    if rule == HAND:
        return ", typed by hand"
    return "" if rule is None or rule.startswith("system.") else f", set by {rule}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
