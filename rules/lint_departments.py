"""What departments keep from ever happening: tasks that nobody can be given, and leads whom no letter reaches."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from maild.domain.condition_nodes import OneOf
from maild.domain.conditions import Conditions
from maild.domain.people import Actor
from rules.departments import hidden_from
from rules.findings import Finding, rules_of
from rules.model import Ruleset, Task


class Lead(NamedTuple):
    """Who leads a group, by the name of one of our own people or an address, and where that stands."""

    group: str
    name: str
    where: str


def tasks_out_of_sight(ruleset: Ruleset) -> Iterator[Finding]:
    """A rule that is limited to departments gives a task to somebody who sees tickets of none of them."""
    for rule in rules_of(ruleset):
        about = _limited_to(rule.conditions)
        for action in rule.actions:
            name = action.to.removeprefix("user:") if isinstance(action, Task) else ""
            if about and about <= _hidden(ruleset, name):
                what = f"{rule} gives {name} a task that is always refused: {name} sees no ticket of {_listed(about)}"
                yield Finding(rule.where, what, 'to = "assignee", or list them under users of the [[department]]')


def leads_out_of_sight(ruleset: Ruleset, leads: Iterable[Lead]) -> Iterator[Finding]:
    """A group belongs to a department, and its lead does not."""
    for lead in leads:
        theirs = {name for name, one in ruleset.departments.items() if lead.group in one.groups}
        if blind := theirs & _hidden(ruleset, lead.name):
            what = f"group {lead.group!r} is led by {lead.name}, who sees no ticket of {_listed(blind)}"
            hint = "letters to the lead go to the group instead; list them under users of the [[department]]"
            yield Finding(lead.where, what, hint)


def _limited_to(conditions: Conditions) -> frozenset[str]:
    """The departments of a rule that is about some only."""
    first = conditions.all[0].node if conditions.all else None
    if not isinstance(first, OneOf) or first.negated or first.term.name != "department":
        return frozenset()
    return frozenset(map(str, first.values))


def _hidden(ruleset: Ruleset, name: str) -> frozenset[str]:
    """From one of our own people; nothing for others, whom letters may reach all the same."""
    colleague = ruleset.colleague(name) if name else None
    return hidden_from(ruleset, Actor("agent", colleague.name)) if colleague else frozenset()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
