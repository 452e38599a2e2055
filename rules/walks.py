"""What a ticket does along blueprints by itself: it enters the first that takes it, and takes automatic transitions."""

from dataclasses import dataclass, field

from maild.domain.effects import Effect
from maild.domain.people import Actor
from maild.domain.terms import quiet
from maild.domain.ticket import Status
from maild.domain.trace import Step
from rules.actions import draw_transition
from rules.blueprint_model import Blueprint, Transition
from rules.entering import entered
from rules.in_words import saw
from rules.pathways import named
from rules.plan import Plan

NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True)
class Walks:
    """During one event. Each automatic transition is taken once at most, so that none can go in a circle."""

    plan: Plan
    taken: set[str] = field(default_factory=set)
    misses: dict[str, Step] = field(default_factory=dict)

    def go(self) -> frozenset[str]:
        """Go one step, or enter; returns the names that may read differently now, none when there is nothing to do."""
        ruleset, ticket = self.plan.ruleset, self.plan.ticket
        if ticket.blueprint is None:
            return self._enter() if ruleset.blueprints and ticket.status < Status.SOLVED else NOTHING
        blueprint = ruleset.blueprint_of(ticket)
        if blueprint is None or ticket.status is Status.CLOSED:
            return NOTHING
        for transition in blueprint.from_state(ticket.blueprint.state):
            if transition.automatic and named(blueprint, transition) not in self.taken:
                changed = self._take(blueprint, transition)
                if changed:
                    return changed
        return NOTHING

    def trace(self) -> None:
        """Every one that was asked and did not act, with why."""
        self.plan.steps += self.misses.values()

    def _enter(self) -> frozenset[str]:
        ticket = self.plan.ticket
        for blueprint in self.plan.ruleset.blueprints.values():
            rule = f"blueprint.{blueprint.name}"
            if rule in self.taken or self._fails(rule, blueprint):
                continue
            self.taken.add(rule)
            effects = entered(blueprint, ticket)
            if isinstance(effects, str):
                self.plan.refuse(rule, effects)
                continue
            return self._carried(rule, effects)
        return NOTHING

    def _take(self, blueprint: Blueprint, transition: Transition) -> frozenset[str]:
        rule = named(blueprint, transition)
        if self._fails(rule, transition):
            return NOTHING
        self.taken.add(rule)
        drawn = draw_transition(self.plan.ruleset, self.plan.ticket, transition.name, Actor("rule", rule))
        for why in drawn.refusals:
            self.plan.refuse(rule, why)
        return NOTHING if drawn.refusals else self._carried(rule, drawn.effects)

    def _carried(self, rule: str, effects: list[Effect]) -> frozenset[str]:
        self.misses.pop(rule, None)
        return self.plan.carry_out(rule, "rule", effects)

    def _fails(self, rule: str, asked: Blueprint | Transition) -> bool:
        verdict = asked.conditions.check(quiet(self.plan.ticket))
        if not verdict.hit and verdict.index is not None:
            told = saw(self.plan.ruleset, asked.conditions, verdict.index, verdict.seen or "")
            why = f"{asked.conditions.source(verdict.index)} failed, it saw {told}"
            self.misses[rule] = Step("miss", rule, why)
        return not verdict.hit
