"""One event through all rules: what it means by itself, the trigger cycle, and the timers that follow."""

from dataclasses import dataclass
from typing import assert_never

from maild.domain.effects import MoveState, SendLetter, SetDepartment, SetStatus
from maild.domain.events import (
    Beside,
    CommentWritten,
    Event,
    FieldEdited,
    LetterBounced,
    MacroApplied,
    MailArrived,
    MigrationAsked,
    MoveAsked,
    TaskAdded,
    TicketCreated,
    TimerFired,
    TransitionAsked,
    WorkOffered,
)
from maild.domain.people import Actor
from maild.domain.terms import EVENTS, Scene
from maild.domain.ticket import Snapshot
from maild.domain.trace import Step
from rules import assign, automations, sla_timers, system
from rules.actions import Drawn, draw, draw_transition
from rules.blueprint import Given, outside
from rules.departments import stranger
from rules.edits import draw_edit
from rules.entering import adopted, may_migrate
from rules.index import NOTHING, Round
from rules.macros import draw_macro
from rules.matrix import role_of
from rules.model import Notify, Put, Ruleset, Trigger
from rules.plan import Outcome, Plan, Planned
from rules.walks import Walks

__all__ = ["MOST_FIRED", "Outcome", "Planned", "preview", "run"]

MOST_FIRED = 200
"""Triggers that may fire in one event. Each fires once at most, so only a huge rule file comes near."""

ITS_OWN = "what a rule gives sets off no rule"


def run(ruleset: Ruleset, ticket: Snapshot, event: Event) -> Outcome:
    """Decide what an event sets in motion.

    ``ticket`` already holds what the event itself brought (the mail's counters and stamps, the orders read); a
    CommentWritten brings its comment as an effect. ``ticket.timers`` must list pending and fired timers
    (`maild.domain.timer`). Pure: the same arguments give the same outcome.
    """
    if isinstance(event, TaskAdded) and event.actor.kind == "rule":
        return Outcome(ticket, (), (Step("noop", event.actor.name, ITS_OWN),))
    before = automations.mark_fired(ticket, event) if isinstance(event, TimerFired) else ticket
    plan = Plan(ruleset, before)
    _consequences(plan, event)
    asked = plan.refusals
    plan.settle_sla(asked=system.from_customer(event))
    _Cycle(plan, ticket, event).run()
    automations.keep_promises(plan, event)
    return Outcome(plan.ticket, tuple(plan.effects), tuple(plan.steps), asked)


def preview(ruleset: Ruleset, ticket: Snapshot, actor: Actor, macro: str) -> Outcome:
    """What a macro would do, with everything it would set off; nothing is changed."""
    return run(ruleset, ticket, MacroApplied(actor, macro))


def _consequences(plan: Plan, event: Event) -> None:
    """What the event means by itself."""
    if why := _stranger(plan, event):
        plan.refuse("system.department", why)
        return
    if isinstance(event, Beside):
        return
    match event:
        case TicketCreated():
            system.created(plan, event)
        case MailArrived():
            system.mail(plan, event)
        case CommentWritten():
            system.comment(plan, event)
        case FieldEdited(actor):
            drawn = draw_edit(plan.ruleset, plan.ticket, event)
            drawn.refusals += _strict(plan, event, drawn)
            _asked(plan, "edit", role_of(plan.ruleset, actor), drawn)
        case MacroApplied():
            _macro(plan, event)
        case MoveAsked(actor, to):
            role = role_of(plan.ruleset, actor)
            refusals = [f"{actor.called} may read and comment only"] if role == "light" else []
            _asked(plan, "move", role, Drawn([SetStatus(to)], refusals))
        case TransitionAsked():
            _transition(plan, event)
        case MigrationAsked():
            _migration(plan, event)
        case TimerFired() if event.rule.startswith(sla_timers.PREFIX):
            sla_timers.fire(plan, event)
        case TimerFired():
            automations.fire(plan, event)
        case LetterBounced():
            system.bounced(plan, event)
        case WorkOffered():
            assign.offer(plan, event)
        case _:
            assert_never(event)


def _macro(plan: Plan, event: MacroApplied) -> None:
    macro = plan.ruleset.macro(event.macro)
    drawn = draw_macro(plan.ruleset, plan.ticket, event)
    drawn.refusals += _strict(plan, event, drawn) + _unread(plan, drawn)
    name, free = (macro.name, macro.outside_matrix) if macro else (event.macro, False)
    _asked(plan, name, role_of(plan.ruleset, event.actor), drawn, outside_matrix=free)


def _stranger(plan: Plan, event: Event) -> str | None:
    """Why somebody of another department may not act; what they write by mail stands on the ticket all the same."""
    if not plan.ruleset.departments or isinstance(event, TicketCreated | MailArrived | Beside):
        return None
    return stranger(plan.ruleset, plan.ticket, event.actor)


def _transition(plan: Plan, event: TransitionAsked) -> None:
    """Somebody takes a transition: it happens as a whole, or they hear all that stands against it."""
    if event.expected_version not in (None, plan.ticket.version):
        drawn = Drawn([], [f"the ticket has changed meanwhile (version {plan.ticket.version}); look again"])
    else:
        given = Given(event.inputs, event.comment, event.attachment, event.noted)
        drawn = draw_transition(plan.ruleset, plan.ticket, event.transition, event.actor, given)
    moved = next((effect.transition for effect in drawn.effects if isinstance(effect, MoveState)), event.transition)
    inside = f"blueprint.{plan.ticket.blueprint.blueprint}." if plan.ticket.blueprint else ""
    _asked(plan, f"{inside}{moved}", role_of(plan.ruleset, event.actor), drawn)


def _migration(plan: Plan, event: MigrationAsked) -> None:
    """A lead takes the ticket over to the blueprint of today."""
    found = may_migrate(plan.ruleset, event.actor) or adopted(plan.ruleset, plan.ticket, dict(event.states))
    drawn = Drawn([], [found]) if isinstance(found, str) else Drawn(found)
    _asked(plan, "migrate", role_of(plan.ruleset, event.actor), drawn)


def _strict(plan: Plan, event: FieldEdited | MacroApplied, drawn: Drawn) -> list[str]:
    """What a strict blueprint keeps people from doing by hand or with a macro."""
    blueprint = plan.ruleset.blueprint_of(plan.ticket)
    if blueprint is None or not blueprint.strict:
        return []
    if isinstance(event, FieldEdited):
        named, writes = {name for name, _ in event.changes}, False
    else:
        macro = plan.ruleset.macro(event.macro)
        actions = macro.actions if macro else ()
        named = {action.name for action in actions if isinstance(action, Put)}
        writes = any(isinstance(action, Notify) and action.to == "requester" for action in actions)
    asks = "form" in named or not named.isdisjoint(plan.ruleset.fields)  # another form asks for other fields
    gone = (e for e in drawn.effects if isinstance(e, SetDepartment) and blueprint.ends_in(e.to or None))
    found = [
        outside(plan.ruleset, plan.ticket, event.actor, "the form is filled") if asks else None,
        outside(plan.ruleset, plan.ticket, event.actor, "the customer is written to") if writes else None,
        outside(plan.ruleset, plan.ticket, event.actor, "the ticket leaves its department")
        if "department" in named and any(gone)
        else None,
    ]
    return [why for why in found if why]


def _unread(plan: Plan, drawn: Drawn) -> list[str]:
    """Why a macro that writes to the customer cannot, where there is none."""
    writes = any(isinstance(effect, SendLetter) and effect.to == "requester" for effect in drawn.effects)
    why = system.no_reader(plan.ticket) if writes else None
    return [why] if why else []


def _asked(plan: Plan, rule: str, role: str, drawn: Drawn, *, outside_matrix: bool = False) -> None:
    """Somebody's wish: refused as a whole when any part of it is."""
    refusals = drawn.refusals or plan.illegal(drawn.effects, role, outside_matrix=outside_matrix)
    for why in refusals:
        plan.refuse(rule, why)
    if not refusals:
        plan.carry_out(rule, role, drawn.effects, outside_matrix=outside_matrix)


@dataclass(slots=True)
class _Cycle:
    """Triggers in file order; after a change the list starts again from the top without those that fired.

    Starting again asks only triggers whose failed condition read something that changed: the others would miss again.
    After a clean pass the ticket may enter a blueprint or take an automatic transition, and the triggers hear of it.
    """

    plan: Plan
    before: Snapshot
    event: Event

    def run(self) -> None:
        scene = Scene(self.plan.ticket, self.before, self.event)
        asked, fired = Round(self.plan.ruleset.index.get(EVENTS[type(self.event)], NOTHING), scene), 0
        walks = Walks(self.plan)
        while True:
            trigger = asked.hit()
            if trigger is not None:
                if fired >= MOST_FIRED:
                    what = f"{MOST_FIRED} triggers fired in one event; {trigger.name} did not"
                    self.plan.suppress("system.cap", what)
                    break
                fired += 1
                changed = self._fire(trigger)
            else:
                changed = walks.go() or assign.route(self.plan, scene)
                if not changed:
                    break
            scene = Scene(self.plan.ticket, self.before, self.event)
            asked.changed(changed, scene)
        self.plan.steps += asked.misses()
        walks.trace()
        assign.trace(self.plan, scene)

    def _fire(self, trigger: Trigger) -> frozenset[str]:
        drawn = draw(self.plan.ruleset, trigger.actions, self.plan.ticket)
        for why in drawn.refusals:
            self.plan.refuse(trigger.name, why)
        return self.plan.carry_out(trigger.name, "rule", drawn.effects, outside_matrix=trigger.outside_matrix)
