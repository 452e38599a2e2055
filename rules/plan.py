"""What one event sets in motion, gathered effect by effect, and the trace of why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from maild.domain.conditions import HIT, Verdict
from maild.domain.effects import AddComment, Assign, CancelTimer, Effect, SetDepartment, SetSla, SetStatus
from maild.domain.ticket import Snapshot, Status
from maild.domain.trace import Step
from rules import department_moves, departments, sla
from rules.describe import words
from rules.entering import left, settled
from rules.matrix import refusal
from rules.model import Ruleset
from rules.project import project, touched

NOBODY = ("rule", "system")
"""Roles that are no person's."""
SLA = "system.sla"
BLUEPRINT = "system.blueprint"
_OF_THEIR_OWN = (SLA, BLUEPRINT)
"""What tells in a step of its own what a rule's effects meant."""


class Planned(NamedTuple):
    """An effect, the rule that wants it, and the ticket as it stood ``at`` that moment: letters render with it.

    ``rule`` is "" for a comment that a person makes, by hand or with a macro: it stands in the actor's name.
    """

    effect: Effect
    rule: str
    at: Snapshot


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ticket afterwards, the effects in order, and every rule that was asked.

    ``asked`` is why the event itself was refused, or a part of it; what other rules could not do then is none of it.
    ``unwritten`` are letters that do not leave, with the reason: known where somebody has tried to write them.
    """

    after: Snapshot
    effects: tuple[Planned, ...]
    steps: tuple[Step, ...]
    asked: tuple[str, ...] = ()
    unwritten: tuple[tuple[Planned, str], ...] = ()

    @property
    def refusals(self) -> tuple[str, ...]:
        return _refused(self.steps)


def _refused(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(step.why for step in steps if step.what == "refused")


class Plan:
    """Grows during one event. ``ticket`` is the ticket as the effects so far leave it."""

    def __init__(self, ruleset: Ruleset, ticket: Snapshot) -> None:
        self.ruleset = ruleset
        self.ticket = ticket
        self.effects: list[Planned] = []
        self.steps: list[Step] = []
        self._answering = False

    def carry_out(
        self,
        rule: str,
        role: str,
        effects: list[Effect],
        *,
        outside_matrix: bool = False,
        what: str = "hit",
        why: str = "",
    ) -> frozenset[str]:
        """Take a rule's effects in order and write its step; returns the names that may read differently now.

        ``role`` is whose step through the status matrix it is. An effect that changes nothing is left out.
        """
        before, place, changed = len(self.effects), len(self.steps), frozenset[str]()
        self._answering = any(map(sla.answers, effects))  # one deed: who answers and solves at once has answered
        for effect in effects:
            refused = self._refusal(self.ticket, effect, role, outside_matrix=outside_matrix)
            if refused:
                self.refuse(rule, refused)
                continue
            changed |= self._take(effect, "" if isinstance(effect, AddComment) and role not in NOBODY else rule)
        happened = tuple(words(done.effect) for done in self.effects[before:] if done.rule not in _OF_THEIR_OWN)
        if happened:
            self.steps.insert(place, Step(what, rule, why, effects=happened))
        elif len(self.steps) == place:
            self.steps.append(Step("noop", rule, "it was so already" if effects else "there was nothing to do"))
        if any(isinstance(planned.effect, SetDepartment) for planned in self.effects[before:]):
            changed |= self._settled_in()
        if any(isinstance(planned.effect, Assign) for planned in self.effects[before:]):
            changed |= self._opened_by_assignment()
        return changed

    def _settled_in(self) -> frozenset[str]:
        """What came with the ticket and does not fit its new department goes."""
        effects = department_moves.arrival(self.ruleset, self.ticket)
        return self.carry_out("system.department", "system", effects) if effects else frozenset()

    @property
    def refusals(self) -> tuple[str, ...]:
        """So far."""
        return _refused(self.steps)

    def refuse(self, rule: str, why: str) -> None:
        self.steps.append(Step("refused", rule, why))

    def suppress(self, rule: str, why: str, verdict: Verdict = HIT) -> None:
        self.steps.append(Step("suppressed", rule, why, condition=verdict.index, seen=verdict.seen))

    def promise(self, rule: str, effects: list[Effect]) -> None:
        """Timers armed or taken back."""
        self.carry_out(rule, "rule", effects, what="timer")

    def illegal(self, effects: list[Effect], role: str, *, outside_matrix: bool) -> list[str]:
        """Why the status matrix or the department refuses some of these effects."""
        ticket, found = self.ticket, list[str]()
        for effect in effects:
            why = self._refusal(ticket, effect, role, outside_matrix=outside_matrix)
            found += [why] if why else []
            ticket = settled(self.ruleset, ticket, effect)
        return found

    def _refusal(self, ticket: Snapshot, effect: Effect, role: str, *, outside_matrix: bool) -> str | None:
        if isinstance(effect, SetStatus):
            return refusal(self.ruleset, ticket, role, effect.to, outside_matrix=outside_matrix)
        return department_moves.refusal(self.ruleset, ticket, effect) if self.ruleset.departments else None

    def _take(self, effect: Effect, rule: str) -> frozenset[str]:
        after = project(self.ticket, effect)
        names = touched(effect)
        if names and after is self.ticket:
            return frozenset()
        if isinstance(effect, CancelTimer) and after.timers == self.ticket.timers:
            return frozenset()
        self.effects.append(Planned(effect, rule, self.ticket))
        self.ticket = after
        if isinstance(effect, SetDepartment):
            names |= self._left_blueprint()
        return names | self.settle_sla(answered=self._answering) if self._may_turn(effect, names) else names

    def _left_blueprint(self) -> frozenset[str]:
        """A blueprint ends with its department, at once: what is done next is done outside of it."""
        leaves = left(self.ruleset, self.ticket)
        if leaves is None:
            return frozenset()
        why = f"it is with {departments.label(self.ruleset, self.ticket.department)} now, where the blueprint ends"
        self.effects.append(Planned(leaves, BLUEPRINT, self.ticket))
        self.steps.append(Step("hit", BLUEPRINT, why, effects=(words(leaves),)))
        self.ticket = project(self.ticket, leaves)
        return touched(leaves)

    def _may_turn(self, effect: Effect, names: frozenset[str]) -> bool:
        """Whether the service level may be another one after the effect."""
        if not self.ruleset.sla and self.ticket.sla is None:
            return False
        read = (policy.reads for policy in self.ruleset.sla)
        return "status" in names or sla.answers(effect) or any(not names.isdisjoint(some) for some in read)

    def settle_sla(self, *, answered: bool = False, asked: bool = False) -> frozenset[str]:
        """Let the service level follow at once: a letter tells what holds then. Returns what reads differently."""
        found = sla.settled(self.ruleset, self.ticket, answered=answered, asked=asked)
        if found is None or found == self.ticket.sla:
            return frozenset()
        effect = SetSla(found, sla.told(self.ticket.sla, found))
        self.effects.append(Planned(effect, SLA, self.ticket))
        self.steps.append(Step("hit", SLA, effects=(words(effect),)))
        self.ticket = project(self.ticket, effect)
        return touched(effect)

    def _opened_by_assignment(self) -> frozenset[str]:
        if self.ticket.status is not Status.NEW or not self.ticket.assignee or self.ticket.blueprint is not None:
            return frozenset()
        return self.carry_out("system.open", "system", [SetStatus(Status.OPEN)])
