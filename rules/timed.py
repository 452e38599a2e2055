"""All that waits for time as plain automations: sequences step by step, time limits, and closing what is solved."""

from collections.abc import Iterable, Iterator

from maild.domain.calendars import Duration, Schedule, Unit
from maild.domain.conditions import And, Compare, Condition, Conditions, Node, Not, Or, Replied, Since
from maild.domain.terms import STAMPS, TERMS
from maild.domain.ticket import Status
from rules.model import Automation, Notify, Put, Ruleset, Sequence, TimeLimit
from rules.wording import Wording

__all__ = ["AT_ONCE", "CLOSE", "STAMPS", "compiled", "overdue"]

AT_ONCE = Duration(0, Unit.HOURS)
CLOSE = "system.close"
CLOSE_AFTER = Duration(28, Unit.DAYS)
"""How long a ticket stays solved before it closes, unless an automation called system.close says otherwise."""


def compiled(ruleset: Ruleset, schedule: Schedule) -> tuple[Automation, ...]:
    """All automations: those of the file, the steps of its sequences, its time limits, and system.close."""
    found = [*ruleset.automations]
    for sequence in ruleset.sequences.values():
        found += _steps(sequence)
    found += [_limit(limit, schedule) for limit in ruleset.limits]
    if all(automation.name != CLOSE for automation in found):
        found.append(_closing(schedule))
    return tuple(found)


def overdue(limits: Iterable[TimeLimit], schedule: Schedule, *, states: bool = False) -> Node | None:
    """What the word overdue means: some time limit of the status (or, with ``states``, of the state) has passed."""
    parts: tuple[Node, ...] = tuple(And(tuple(c.node for c in _over(limit, schedule))) for limit in limits)
    parts += (Since("state_due", ">=", AT_ONCE, schedule),) if states else ()
    return Or(parts) if parts else None


def _limit(limit: TimeLimit, schedule: Schedule) -> Automation:
    return Automation(
        name=f"limit.{limit.form}.{limit.status.word}",
        conditions=Conditions(tuple(_over(limit, schedule))),
        actions=(Notify(limit.notify, limit.template, Wording(f"{limit.status.word} for longer than {limit.after}")),),
        schedule=schedule,
        where=limit.where,
    )


def _over(limit: TimeLimit, schedule: Schedule) -> Iterator[Condition]:
    if limit.form != "default":
        yield Condition(f"form == '{limit.form}'", Compare(TERMS["form"], "==", limit.form))
    yield Condition(f"status == {limit.status.word}", Compare(TERMS["status"], "==", int(limit.status)))
    yield _after("status_changed", limit.after, schedule)


def _steps(sequence: Sequence) -> Iterator[Automation]:
    for number, step in enumerate(sequence.steps):
        yield Automation(
            name=sequence.name,
            conditions=_of_step(sequence, step.after),
            actions=step.actions,
            step=number,
            schedule=sequence.schedule,
            manual=sequence.since is None,
            after=step.after,
            cancel_on_reply=sequence.cancel_on_reply,
            where=sequence.where,
        )


def _of_step(sequence: Sequence, after: Duration) -> Conditions:
    if sequence.since is None:
        return sequence.conditions
    found = [*sequence.conditions.all, _after(sequence.since, after, sequence.schedule)]
    if sequence.cancel_on_reply:
        stamp = sequence.since if sequence.since in STAMPS else "status_changed"
        found.append(Condition(f"not replied_since('{stamp}')", Not(Replied(stamp))))
    return Conditions(tuple(found), sequence.conditions.any)


def _after(stamp: str, after: Duration, schedule: Schedule) -> Condition:
    return Condition(f"{after} since {stamp}", Since(stamp, ">=", after, schedule))


def _closing(schedule: Schedule) -> Automation:
    solved = Condition("status == solved", Compare(TERMS["status"], "==", int(Status.SOLVED)))
    return Automation(
        name=CLOSE,
        conditions=Conditions((solved, _after("status_changed", CLOSE_AFTER, schedule))),
        actions=(Put("status", Wording(Status.CLOSED.word)),),
        schedule=schedule,
    )
