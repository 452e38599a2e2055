"""[[sla]]: what is promised to whom, when the clocks stand still, and who hears of it when they run out.

[[sla]]
name = "Gold"
all = ["organization.tags any ['gold']"]      # the first policy whose conditions hold
first_reply = "4bh"
next_reply = "8bh"
resolution = "3bd"
pause = ["pending", "on-hold"]
escalate = [ { target = "resolution", before = "1bd", do = [ { notify = "assignee", template = "notify_agent" } ] } ]
"""

from collections.abc import Callable, Iterator, Mapping

from maild.config.mistakes import Loc
from maild.domain.calendars import Duration
from maild.domain.condition_syntax import Vocabulary
from maild.domain.conditions import Conditions, Replied, Since, leaves, reads
from maild.domain.sla import Target
from maild.domain.ticket import Status
from rules.load_actions import Surroundings, read_actions
from rules.sla_model import MOST_LEVELS, Level, Policy
from rules.table import Table

_PAUSES = (Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD)
_TARGETS = tuple(Target)


def read_sla(
    rules: Table, vocabulary: Vocabulary, around: Surroundings, where: Callable[[Loc], str]
) -> tuple[Policy, ...]:
    """The policies in the order of the file."""
    found: dict[str, Policy] = {}
    everybody = ""
    for table in rules.tables("sla"):
        policy = _policy(table, vocabulary, around, where(table.loc))
        if policy.name in found and policy.name:
            table.wrong("name", f"there are two called {policy.name!r}")
        if everybody:
            table.wrong((), f"sla {policy.name!r} is never chosen: {everybody!r} before it takes every ticket")
        if not policy.conditions.nodes() and not (table.take("all") or table.take("any")):
            everybody = policy.name
        found[policy.name] = policy
    return tuple(found.values())


def _policy(table: Table, vocabulary: Vocabulary, around: Surroundings, where: str) -> Policy:
    name = table.text("name", None)
    if len(name) > 100 or not name.isprintable():
        table.wrong("name", "a name has at most 100 characters that can be shown")
    conditions = table.conditions(vocabulary)
    _only_facts(table, conditions)
    targets = dict(_targets(table, around))
    pause = frozenset(Status.parse(word) for word in table.words("pause", tuple(s.word for s in _PAUSES)))
    schedule = vocabulary.schedule
    if "schedule" in table:
        chosen = table.choice("schedule", tuple(vocabulary.schedules) or ("default",), None)
        schedule = vocabulary.schedules.get(chosen, schedule)
    levels = tuple(_levels(table, targets, around))
    table.finish()
    names = reads(*conditions.nodes())
    return Policy(name, conditions, targets, pause, levels, schedule, where, names)


def _only_facts(table: Table, conditions: Conditions) -> None:
    """Nothing that turns by itself, and nothing that the policy decides."""
    for leaf in (leaf for node in conditions.nodes() for leaf in leaves(node)):
        if isinstance(leaf, Since | Replied):
            table.wrong("all", "a policy is chosen by facts, not by the passing of time", "priority == urgent")
        elif leaf.term.name.startswith("sla."):
            table.wrong("all", f"{leaf.term.name} follows from the policy", "priority == urgent")


def _targets(table: Table, around: Surroundings) -> Iterator[tuple[Target, Duration]]:
    for target in _TARGETS:
        length = table.duration(target.value, working=around.working)
        if length is not None and length.amount <= 0:
            table.wrong(target.value, f"{length} leaves no time at all", '"4bh"')
        elif length is not None:
            yield target, length
    if not any(target.value in table for target in _TARGETS):
        table.wrong((), "an sla needs a target", f'one of {", ".join(_TARGETS)}, such as first_reply = "4bh"')


def _levels(table: Table, targets: Mapping[Target, Duration], around: Surroundings) -> Iterator[Level]:
    counted = dict.fromkeys(_TARGETS, 0)
    for inner in table.tables("escalate", 'write escalate = [ { before = "1bh", do = [...] } ]'):
        named = inner.choice("target", tuple(target.value for target in targets) or tuple(_TARGETS), "")
        before, after = (inner.duration(key, working=around.working) for key in ("before", "after"))
        if ("before" in inner) == ("after" in inner):
            inner.wrong((), "a level is either before the due instant or after it", 'before = "1bh", or after = "0h"')
        actions = read_actions(inner, around)
        inner.finish()
        offset = before if before is not None else after
        for target in [Target(named)] if named else list(targets):
            counted[target] += 1
            if counted[target] > MOST_LEVELS:
                inner.wrong((), f"{target.value} has more than {MOST_LEVELS} levels")
            elif offset is not None:
                yield Level(counted[target], target, offset, before is not None, actions)
