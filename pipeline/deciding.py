"""Decisions with their letters at hand: what a person asks for is refused where a letter of it cannot be written."""

from collections.abc import Iterator
from dataclasses import replace

from maild.domain.effects import SendLetter
from maild.domain.events import CommentWritten, Event, MacroApplied, TransitionAsked
from maild.domain.ticket import Snapshot
from maild.domain.trace import Step
from maild.store.tx import Tx
from pipeline import letters
from pipeline.furniture import Desk
from rules import triggers
from rules.model import Ruleset
from rules.plan import Outcome, Planned
from rules.system import no_reader

_WITH_LETTERS = (CommentWritten, MacroApplied, TransitionAsked)


def decide(tx: Tx, desk: Desk, rules: Ruleset, ticket: Snapshot, event: Event) -> Outcome:
    """As `rules.triggers.run`; what one of our people asks for happens with all of its letters or not at all.

    Letters of rules that it sets off stop nothing.
    """
    outcome = triggers.run(rules, ticket, event)
    if event.actor.kind != "agent" or not isinstance(event, _WITH_LETTERS) or not outcome.effects:
        return outcome
    own = outcome.steps[0].rule
    # A customer who is not there keeps nobody from taking an order along its blueprint.
    refusals = tuple(why for _, why in unwritable(tx, desk, outcome, own) if why != no_reader(ticket))
    if not refusals:
        return outcome
    return Outcome(ticket, (), tuple(Step("refused", own, why) for why in refusals), refusals)


def foreseen(tx: Tx, desk: Desk, rules: Ruleset, ticket: Snapshot, event: Event) -> Outcome:
    """The same for a preview, with what will be ``unwritten`` of the letters of rules."""
    outcome = decide(tx, desk, rules, ticket, event)
    return replace(outcome, unwritten=tuple(unwritable(tx, desk, outcome)))


def unwritable(tx: Tx, desk: Desk, outcome: Outcome, rule: str | None = None) -> Iterator[tuple[Planned, str]]:
    """The letters of an outcome, or of one rule in it, that nobody can get, and why not."""
    for planned in outcome.effects:
        if isinstance(planned.effect, SendLetter) and rule in (None, planned.rule):
            why = letters.unwritable(tx, desk, planned.at, planned.effect)
            if why:
                yield planned, why
