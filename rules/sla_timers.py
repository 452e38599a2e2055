"""The timers of service levels: one for the due instant of each clock that runs, one for each level of escalation.

The timer's rule is ``sla.<policy>.<target>``; step 0 is the due instant, the levels are steps 1 to 4. Each acts once in
a run of the clock, whatever pauses lie between.
"""

from collections.abc import Iterator
from datetime import datetime

from maild.domain.effects import ArmTimer, CancelTimer, Effect
from maild.domain.events import TimerFired
from maild.domain.sla import Clock, Ending, Target
from maild.domain.ticket import Snapshot, Status
from maild.domain.timer import ArmedTimer
from rules.actions import draw
from rules.model import Ruleset
from rules.plan import Plan
from rules.sla_model import Policy, instant

PREFIX = "sla."


def name(policy: str, target: Target) -> str:
    return f"{PREFIX}{policy}.{target.value}"


def fire(plan: Plan, event: TimerFired) -> None:
    """A clock has come to its due instant, or to a level of escalation."""
    plan.settle_sla()
    clock = next((c for c in _clocks(plan.ticket) if name(c.policy, c.target) == event.rule), None)
    policy = next((p for p in plan.ruleset.sla if clock is not None and p.name == clock.policy), None)
    if clock is None or policy is None or not clock.is_open or clock.since is None:
        plan.suppress(event.rule, "its clock does not run any more")
        return
    level = next((v for v in policy.levels if (v.number, v.target) == (event.step, clock.target)), None)
    if level is None:
        if event.step:
            plan.suppress(event.rule, "there is no such level any more")
        return
    drawn = draw(plan.ruleset, level.actions, plan.ticket)
    for why in drawn.refusals:
        plan.refuse(event.rule, why)
    plan.carry_out(event.rule, "rule", drawn.effects)


def keep(plan: Plan) -> None:
    """Arm, move and cancel these timers so that they fit the clocks as they stand now."""
    ticket = plan.ticket
    held = [timer for timer in ticket.timers if timer.rule.startswith(PREFIX)]
    clocks = {name(clock.policy, clock.target): clock for clock in _clocks(ticket) if _may_run(clock, ticket)}
    for rule in sorted({timer.rule for timer in held} - set(clocks)):
        plan.promise(rule, [CancelTimer(rule, "its clock has ended")])
    for rule, clock in clocks.items():
        effects = list(_changes(plan.ruleset, ticket, clock, [timer for timer in held if timer.rule == rule]))
        if effects:
            plan.promise(rule, effects)


def _clocks(ticket: Snapshot) -> tuple[Clock, ...]:
    return ticket.sla.clocks if ticket.sla is not None else ()


def _may_run(clock: Clock, ticket: Snapshot) -> bool:
    """Whether this very run may go on: what has acted in it stays known."""
    if clock.is_open:
        return True
    return ticket.status < Status.CLOSED and (clock.target is Target.RESOLUTION or clock.ending is Ending.DROPPED)


def _changes(ruleset: Ruleset, ticket: Snapshot, clock: Clock, held: list[ArmedTimer]) -> Iterator[Effect]:
    rule = name(clock.policy, clock.target)
    wanted = dict(_wanted(ruleset, clock)) if clock.is_open else {}
    records = {timer.step: timer for timer in held}
    for step, record in sorted(records.items()):
        if not record.fired and step not in wanted:
            yield CancelTimer(rule, "its clock stands still", step)
    for step, at in wanted.items():
        known = records.get(step)
        if known is not None and (known.fired or known.due == at or max(known.due, at) <= ticket.now):
            continue
        yield ArmTimer(rule, max(at, ticket.now), step)


def _wanted(ruleset: Ruleset, clock: Clock) -> Iterator[tuple[int, datetime]]:
    policy = next((p for p in ruleset.sla if p.name == clock.policy), None)
    if policy is None or clock.since is None or clock.due is None:
        return
    if clock.breached is None or clock.breached == clock.due:
        yield 0, clock.due
    yield from _levels(policy, clock, clock.due)


def _levels(policy: Policy, clock: Clock, due: datetime) -> Iterator[tuple[int, datetime]]:
    for level in policy.levels:
        at = instant(level, policy.schedule, due) if level.target is clock.target else None
        if at is not None:
            yield level.number, at
