"""Why rules do what they do on one ticket: every rule, in order, hit or miss, with the condition that decided."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from maild.domain.conditions import Conditions, Verdict
from maild.domain.events import Event
from maild.domain.terms import EVENTS, quiet
from maild.domain.ticket import Snapshot
from maild.domain.trace import Step
from rules import sla_timers
from rules.automations import due
from rules.desk_model import Assignment
from rules.in_words import effect, saw
from rules.model import Automation, Ruleset, Trigger
from rules.pathways import automations_of, named
from rules.triggers import run


@dataclass(frozen=True, slots=True)
class Answer:
    """One rule's answer: ``kind`` is trigger, automation, view or what ``run`` traced; ``where`` its place in the file.

    ``what`` is hit, miss, noop, refused, suppressed, timer, waiting (until ``why``), fired or not asked.
    """

    kind: str
    rule: str
    what: str
    why: str = ""
    where: str = ""

    def __str__(self) -> str:
        return f"{self.what:<10} {self.kind} {self.rule}" + (f": {self.why}" if self.why else "")


def explain(ruleset: Ruleset, ticket: Snapshot, event: Event | None = None) -> tuple[Answer, ...]:
    """With an event: what it would set in motion, rule by rule. Then what the ticket waits for, and its views.

    For an event of the past, give the ticket as it was then and the rules of that time.
    """
    answers = list(_of_event(ruleset, ticket, event)) if event is not None else []
    after = run(ruleset, ticket, event).after if event is not None else ticket
    return (
        *answers,
        *_transitions(ruleset, after),
        *_timers(ruleset, after),
        *_levels(ruleset, after),
        *_views(ruleset, after),
    )


def _of_event(ruleset: Ruleset, ticket: Snapshot, event: Event) -> Iterator[Answer]:
    assignments = {rule.name: rule for rule in ruleset.assignments}
    triggers: Mapping[str, Trigger | Assignment] = {**assignments, **{rule.name: rule for rule in ruleset.triggers}}
    asked: set[str] = set()
    for step in run(ruleset, ticket, event).steps:
        if step.what == "timer":
            continue
        trigger = triggers.get(step.rule)
        asked.add(step.rule)
        conditions = trigger.conditions if trigger else None
        where = trigger.where if trigger else ""
        kind = "assignment" if step.rule in assignments else "trigger" if trigger else "rule"
        yield Answer(kind, step.rule, step.what, reason(ruleset, step, conditions), where)
    word = EVENTS[type(event)]
    for trigger in ruleset.triggers:
        if trigger.name not in asked:
            why = f"it is asked on {', '.join(sorted(trigger.on))}, and this is {word}"
            yield Answer("trigger", trigger.name, "not asked", why, trigger.where)


def reason(ruleset: Ruleset, step: Step, conditions: Conditions | None) -> str:
    """A step's reason in words: the effects, or the condition that failed and what it saw."""
    if step.condition is not None:
        source = conditions.source(step.condition) if conditions else f"condition {step.condition}"
        seen = saw(ruleset, conditions, step.condition, step.seen or "") if conditions else step.seen
        failed = f"[{step.condition}] {source} ({seen})"
        return f"{step.why}: {failed}" if step.why else failed
    return ": ".join(part for part in (step.why, "; ".join(effect(ruleset, one) for one in step.effects)) if part)


def _transitions(ruleset: Ruleset, ticket: Snapshot) -> Iterator[Answer]:
    """What leads on from the ticket's state, whoever may take it; outside of blueprints, why it entered none."""
    blueprint = ruleset.blueprint_of(ticket)
    if blueprint is None or ticket.blueprint is None:
        for other in ruleset.blueprints.values() if ticket.blueprint is None else ():
            why = _failed(ruleset, other.conditions, ticket)
            yield Answer("blueprint", f"blueprint.{other.name}", "miss" if why else "hit", why, other.where)
        return
    for transition in blueprint.from_state(ticket.blueprint.state):
        why = _failed(ruleset, transition.conditions, ticket)
        who = "itself" if transition.automatic else "the customer's answer" if transition.on_reply else transition.who
        said = why or f"to {transition.to}, by {who}"
        yield Answer("transition", named(blueprint, transition), "miss" if why else "hit", said, transition.where)


def _timers(ruleset: Ruleset, ticket: Snapshot) -> Iterator[Answer]:
    records = {(timer.rule, timer.step): timer for timer in ticket.timers}
    for automation in automations_of(ruleset, ticket):
        name = f"{automation.name} #{automation.step}" if automation.step else automation.name
        record = records.get((automation.name, automation.step))
        if record is not None:
            what, why = ("fired", f"due {_at(record.due)}") if record.fired else ("waiting", f"until {_at(record.due)}")
            yield Answer("automation", name, what, why, automation.where)
        else:
            yield _unarmed(ruleset, automation, name, ticket)


def _levels(ruleset: Ruleset, ticket: Snapshot) -> Iterator[Answer]:
    """Which service level policy was chosen, and by which condition those before it were not; then each clock."""
    taken = False
    for policy in ruleset.sla:
        failed = _failed(ruleset, policy.conditions, ticket)
        if taken:
            yield Answer("sla", policy.name, "not asked", "one before it was chosen", policy.where)
        else:
            yield Answer("sla", policy.name, "miss" if failed else "hit", failed, policy.where)
        taken = taken or not failed
    fired = {(timer.rule, timer.step) for timer in ticket.timers if timer.fired}
    for clock in ticket.sla.clocks if ticket.sla else ():
        until = f"until {_at(clock.due)}" if clock.due and clock.is_open else ""
        missed = f"missed at {_at(clock.breached)}" if clock.breached else ""
        rule = sla_timers.name(clock.policy, clock.target)
        levels = [f"level {step} has acted" for name, step in sorted(fired) if name == rule and step]
        why = ", ".join(part for part in (until, missed, *levels) if part)
        yield Answer("sla", rule, clock.standing.value, why)


def _unarmed(ruleset: Ruleset, automation: Automation, name: str, ticket: Snapshot) -> Answer:
    if automation.manual:
        return Answer("automation", name, "miss", "its sequence has not been started", automation.where)
    instant = due(automation, ticket)
    if instant is not None:
        why = f"it would be due {_at(instant)}, and no timer is armed: maild rules backfill"
        return Answer("automation", name, "miss", why, automation.where)
    return Answer("automation", name, "miss", _failed(ruleset, automation.conditions, ticket), automation.where)


def _views(ruleset: Ruleset, ticket: Snapshot) -> Iterator[Answer]:
    for view in ruleset.views.values():
        why = _failed(ruleset, view.conditions, ticket)
        yield Answer("view", view.name, "miss" if why else "hit", why, view.where)


def _failed(ruleset: Ruleset, conditions: Conditions, ticket: Snapshot) -> str:
    """The condition that fails now, "" when all hold."""
    verdict: Verdict = conditions.check(quiet(ticket))
    if verdict.hit or verdict.index is None:
        return ""
    seen = saw(ruleset, conditions, verdict.index, verdict.seen or "")
    return f"[{verdict.index}] {conditions.source(verdict.index)} ({seen})"


def _at(instant: object) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}Z"
