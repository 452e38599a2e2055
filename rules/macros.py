"""Macros: what an agent sets off by name, all of it or nothing."""

from maild.domain.events import MacroApplied
from maild.domain.people import Actor
from maild.domain.terms import Scene
from maild.domain.ticket import Snapshot
from rules.actions import Drawn, draw
from rules.departments import hidden_from, label
from rules.edits import EDITORS
from rules.findings import near
from rules.in_words import unmet
from rules.matrix import role_of
from rules.model import Macro, Ruleset, slug
from rules.wording import fill


def draw_macro(ruleset: Ruleset, ticket: Snapshot, event: MacroApplied) -> Drawn:
    """The effects of a macro, and every reason why it is refused: unknown, not theirs, out of place, fields missing."""
    macro = ruleset.macro(event.macro)
    if macro is None:
        return Drawn([], [_unknown(ruleset, event.macro)])
    refusals = [
        *(_not_theirs(ruleset, macro, event.actor) or _elsewhere(ruleset, macro, ticket)),
        *_out_of_place(ruleset, macro, ticket, event),
        *_missing(ruleset, macro, ticket),
    ]
    if refusals:
        return Drawn([], refusals)
    colleague = ruleset.colleague(event.actor.name)
    user = colleague.name if colleague else event.actor.name
    return draw(ruleset, macro.actions, ticket, user, by_person=event.actor.kind == "agent")


def offered(ruleset: Ruleset, actor: Actor) -> tuple[Macro, ...]:
    """The macros somebody may use."""
    return tuple(macro for macro in ruleset.macros.values() if not _not_theirs(ruleset, macro, actor))


def _unknown(ruleset: Ruleset, name: str) -> str:
    """What to tell of a name that means no macro, or more than one."""
    several = ruleset.macros_called(name)
    if several:
        return f"{name!r} may be {' or '.join(repr(m.name) for m in several)}; write the whole name"
    keys = [m.key for m in ruleset.macros.values()]
    hint = near(slug(name), keys) or (f"there are {', '.join(keys)}" if keys else "the rules have none")
    return f"no macro {name!r}; {hint}"


def _not_theirs(ruleset: Ruleset, macro: Macro, actor: Actor) -> list[str]:
    role = role_of(ruleset, actor)
    if role not in EDITORS:
        return [f"{actor.called} may not use macros"]
    if macro.departments and hidden_from(ruleset, actor).issuperset(macro.departments):
        return [f"{macro.label} is for {_labels(ruleset, macro)}"]
    colleague = ruleset.colleague(actor.name)
    if not macro.groups or actor.kind != "agent" or role == "admin":
        return []
    if colleague is None or not set(colleague.groups) & set(macro.groups):
        return [f"{macro.label} is for {', '.join(macro.groups)}"]
    return []


def _labels(ruleset: Ruleset, macro: Macro) -> str:
    return ", ".join(label(ruleset, name) for name in macro.departments)


def _elsewhere(ruleset: Ruleset, macro: Macro, ticket: Snapshot) -> list[str]:
    if not _is_elsewhere(macro, ticket):
        return []
    where = f"with {label(ruleset, ticket.department)}" if ticket.department else "with no department"
    return [f"{macro.label} is for tickets of {_labels(ruleset, macro)}, and this one is {where}"]


def _is_elsewhere(macro: Macro, ticket: Snapshot) -> bool:
    return bool(macro.departments) and ticket.department not in macro.departments


def _out_of_place(ruleset: Ruleset, macro: Macro, ticket: Snapshot, event: MacroApplied) -> list[str]:
    if _is_elsewhere(macro, ticket):  # the first of its conditions, told in other words
        return []
    verdict = macro.conditions.check(Scene(ticket, ticket, event))
    if verdict.hit or verdict.index is None:
        return []
    if verdict.index < len(macro.otherwise) and macro.otherwise[verdict.index].source:
        return [f"{macro.label}: {fill(macro.otherwise[verdict.index], ticket).text}"]
    return [f"{macro.label} needs: {unmet(ruleset, macro.conditions, verdict)}"]


def _missing(ruleset: Ruleset, macro: Macro, ticket: Snapshot) -> list[str]:
    """All missing fields in one sentence."""
    empty = [name for name in macro.requires if not ticket.value(name)]
    labels = [ruleset.fields[name].label if name in ruleset.fields else name for name in empty]
    return [f"{macro.label} needs {', '.join(labels)}"] if labels else []
