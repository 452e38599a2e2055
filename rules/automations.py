"""Timers from conditions: exact due instants, once per stay, re-checked when due, taken back on leaving.

A stay begins when the conditions hold or will hold by the passing of time alone, and lasts until only a change could
make them hold again. Each automation has at most one pending timer; one that fired stays on record until the stay is
over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from maild.domain.calendars import Duration, Schedule, Unit, add
from maild.domain.conditions import first_true
from maild.domain.effects import ArmTimer, CancelTimer, Effect, SetField
from maild.domain.events import Event, TimerFired
from maild.domain.terms import Scene
from maild.domain.ticket import Snapshot, Status
from maild.domain.timer import ArmedTimer
from rules import assign, sla_timers
from rules.actions import draw
from rules.fields import renamed
from rules.model import Automation, Ruleset
from rules.pathways import automations_of
from rules.plan import Outcome, Plan
from rules.system import from_customer

_LONG = 1_000_000  # hours


def mark_fired(ticket: Snapshot, event: TimerFired) -> Snapshot:
    """The ticket with the timer on record as fired, however the store lists it at this moment."""
    due = datetime.fromisoformat(event.due_iso).astimezone(UTC)
    others = tuple(t for t in ticket.timers if (t.rule, t.step) != (event.rule, event.step))
    return replace(ticket, timers=(*others, ArmedTimer(event.rule, event.step, due, fired=True)))


def fire(plan: Plan, event: TimerFired) -> frozenset[str]:
    """Ask the conditions once more and act if they still hold; returns the names that may read differently now."""
    automation = _of_timer(automations_of(plan.ruleset, plan.ticket), event)
    if automation is None:
        plan.suppress(event.rule, "there is no such rule any more")
        return frozenset()
    if plan.ticket.status is Status.CLOSED:
        plan.suppress(event.rule, "the ticket is closed")
        return frozenset()
    verdict = automation.conditions.check(Scene(plan.ticket, plan.ticket))
    if not verdict.hit:
        plan.suppress(event.rule, "no longer so when it came due", verdict)
        return frozenset()
    drawn = draw(plan.ruleset, automation.actions, plan.ticket)
    for why in drawn.refusals:
        plan.refuse(event.rule, why)
    return plan.carry_out(event.rule, "rule", drawn.effects, outside_matrix=automation.outside_matrix)


def keep_promises(plan: Plan, event: Event | None = None) -> None:
    """Arm, move and cancel the ticket's timers so that they fit the ticket as it stands now."""
    ticket = plan.ticket
    known = automations_of(plan.ruleset, ticket)
    names = {automation.name for automation in known}
    for timer in ticket.timers:
        if timer.rule not in names and not timer.fired and not _of_others(plan, timer.rule):
            # what has fired stays known, should the rule come back
            plan.promise(timer.rule, [CancelTimer(timer.rule, _gone(ticket, timer.rule), timer.step)])
    for automation in known:
        effects = list(_changes(automation, ticket, event))
        if effects:
            plan.promise(automation.name, effects)
    sla_timers.keep(plan)


def _gone(ticket: Snapshot, rule: str) -> str:
    """Why nothing waits for this rule: its blueprint was left, or it is in no file any more."""
    stand = ticket.blueprint.blueprint if ticket.blueprint else ""
    kind, _, of = rule.partition(".")
    left = kind == "blueprint" and of.partition(".")[0] != stand
    return "the ticket has left the blueprint" if left else "there is no such rule any more"


def _of_others(plan: Plan, rule: str) -> bool:
    """Service levels keep their own timers; those of a version of a blueprint that is not known here wait for it."""
    unknown = plan.ticket.blueprint is not None and plan.ruleset.blueprint_of(plan.ticket) is None
    return rule.startswith(sla_timers.PREFIX) or (unknown and rule.startswith("blueprint."))


def backfill(ruleset: Ruleset, ticket: Snapshot) -> tuple[ArmTimer | CancelTimer, ...]:
    """The timers that a ticket lacks under this rule file, and those that have lost their rule or moved.

    What has fired during the present stay is on record under its rule's name and does not fire again.
    """
    found = (planned.effect for planned in refit(ruleset, ticket).effects)
    return tuple(effect for effect in found if isinstance(effect, ArmTimer | CancelTimer))


def refit(ruleset: Ruleset, ticket: Snapshot) -> Outcome:
    """What a ticket needs to fit another rule file: timers, somebody to work it, options by their new ids."""
    plan = Plan(ruleset, ticket)
    effects: list[Effect] = [SetField(name, value) for name, value in renamed(ruleset.fields, ticket.fields)]
    if effects:
        plan.carry_out("system.options", "system", effects)
    assign.route(plan, Scene(plan.ticket, plan.ticket))
    plan.settle_sla()
    keep_promises(plan)
    return Outcome(plan.ticket, tuple(plan.effects), tuple(plan.steps))


def due(automation: Automation, ticket: Snapshot) -> datetime | None:
    """When the automation acts if nothing but time changes; None for never. A closed ticket waits for nothing."""
    if ticket.status is Status.CLOSED or automation.manual:
        return None
    return first_true(automation.conditions, ticket)


def _changes(automation: Automation, ticket: Snapshot, event: Event | None) -> Iterator[Effect]:
    records = sorted((t for t in ticket.timers if _is_of(automation, t)), key=lambda t: t.step)
    if automation.manual:
        yield from _manual(automation, ticket, event, records)
        return
    instant = due(automation, ticket)
    if instant is None:
        if records:
            yield CancelTimer(automation.name, "the conditions no longer hold", _step(automation))
    elif not records:
        if instant > ticket.now or not automation.later_only:
            yield ArmTimer(automation.name, instant, automation.step)
    elif instant > ticket.now:
        yield from _waiting(automation, records, instant)
    else:
        yield from _inside(automation, ticket, records)


def _waiting(automation: Automation, records: list[ArmedTimer], instant: datetime) -> Iterator[Effect]:
    """The conditions will hold later: whatever fired belongs to a stay that is over, and one timer waits."""
    if records == [ArmedTimer(automation.name, automation.step, instant)]:
        return
    why = "it fired before, and a new stay begins" if any(t.fired for t in records) else "its time has moved"
    yield CancelTimer(automation.name, why, _step(automation))
    yield ArmTimer(automation.name, instant, automation.step)


def _inside(automation: Automation, ticket: Snapshot, records: list[ArmedTimer]) -> Iterator[Effect]:
    """The conditions hold: what should have fired fires now, and a repetition follows what fired."""
    last = records[-1]
    if not last.fired:
        if last.due > ticket.now and last.step == automation.step:
            yield CancelTimer(automation.name, "its time has come earlier", last.step)
            yield ArmTimer(automation.name, ticket.now, last.step)
        return
    if automation.every is not None and (automation.most is None or last.step + 1 < automation.most):
        again = _next(automation.schedule, last.due, automation.every, ticket.now)
        if again is not None:
            yield CancelTimer(automation.name, "it repeats", last.step)
            yield ArmTimer(automation.name, again, last.step + 1)


def _manual(
    automation: Automation, ticket: Snapshot, event: Event | None, records: list[ArmedTimer]
) -> Iterator[Effect]:
    """A started sequence ends when its conditions do, when the ticket closes, or at the customer's answer."""
    if not records:
        return
    if automation.cancel_on_reply and event is not None and from_customer(event):
        yield CancelTimer(automation.name, "the customer answered", automation.step)
    elif ticket.status is Status.CLOSED or not automation.conditions.hold(Scene(ticket, ticket)):
        yield CancelTimer(automation.name, "the conditions no longer hold", automation.step)


def _next(schedule: Schedule, last: datetime, every: Duration, now: datetime) -> datetime | None:
    """The next beat after now, counted from when the last was due: after downtime beats are skipped, not bunched."""
    if every.unit is Unit.HOURS and every.amount < _LONG:  # one step, however long nobody was there
        last += timedelta(hours=every.amount) * max(0, (now - last) // timedelta(hours=every.amount))
    beat = add(schedule, last, every)
    while beat is not None and beat <= now:
        beat = add(schedule, beat, every)
    return beat


def _is_of(automation: Automation, timer: ArmedTimer) -> bool:
    return timer.rule == automation.name and (automation.every is not None or timer.step == automation.step)


def _step(automation: Automation) -> int | None:
    return None if automation.every is not None else automation.step


def _of_timer(known: Iterable[Automation], event: TimerFired) -> Automation | None:
    timer = ArmedTimer(event.rule, event.step, datetime.min)
    return next((automation for automation in known if _is_of(automation, timer)), None)
