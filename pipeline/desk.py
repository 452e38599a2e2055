"""The one door for every change to a ticket, by anybody: an event comes in, rules decide, effects are applied.

Ticket, comments, tags, timers, letters and the trace are written in the caller's transaction, together or not at all.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from maild import failpoints
from maild.domain.effects import MarkForReview
from maild.domain.events import Event, TimerFired
from maild.domain.people import SYSTEM
from maild.domain.ticket import Snapshot
from maild.domain.trace import Step
from maild.errors import DataError, TryAgain
from maild.store import history, rule_files, tickets
from maild.store.tx import Tx
from notifications.authentication import Outcome
from pipeline import apply, letters, telling
from pipeline.deciding import decide
from pipeline.furniture import Desk
from pipeline.letters import Cause
from pipeline.pinned import in_force
from rules.rule_file import RuleFile
from rules.triggers import Outcome as Decided

log = structlog.get_logger("maild.desk")


def handle(
    tx: Tx,
    desk: Desk,
    ticket_id: int,
    event: Event,
    key: str,
    cause: Cause | None = None,
    begun: Snapshot | None = None,
) -> Decided | None:
    """Let an event happen to a ticket; None when this very event (``key``) was handled before.

    ``cause`` tells what is known of the mail behind it; without one, letters go by what the ticket knows of its
    requester. ``begun`` is a ticket that this very transaction has opened, which need not be read. Raises DataError for
    a ticket that does not exist, TryAgain when somebody else changed it meanwhile.
    """
    if begun is None and not tickets.lock(tx, ticket_id):
        raise DataError(f"no ticket {ticket_id}")
    if begun is None and history.known(tx, key):
        tx.tell(partial(log.info, "event.repeated", ticket=ticket_id, key=key))
        return None
    before = begun or tickets.snapshot(tx, ticket_id)
    remember_rules(tx, desk)
    expected = getattr(event, "expected_version", None)
    if expected is not None and expected != before.version:
        raise TryAgain(f"ticket {ticket_id} was changed meanwhile", "look at it again, then repeat the change")
    outcome = decide(tx, desk, in_force(tx, desk, before), before, event)
    entry = telling.entered(tx, desk, before, event, key, outcome.steps)
    if entry is None:
        tx.tell(partial(log.info, "event.repeated", ticket=ticket_id, key=key))
        return None
    cause = cause or _cause(tx, desk, event, key)
    unwritten = apply.apply_all(tx, desk, before, outcome, event, _vouched(tx, ticket_id, cause))
    telling.announce(tx, desk, ticket_id, entry, event, cause)
    failpoints.hit("rule.effect")
    for step in outcome.steps:
        if step.what in _PAST:
            tx.tell(
                partial(log.info, f"rule.{_PAST[step.what]}", ticket=ticket_id, rule=step.rule, why=step.why or None)
            )
    return replace(outcome, unwritten=unwritten) if unwritten else outcome


_PAST = {"hit": "fired", "refused": "refused", "suppressed": "suppressed"}


def remember_rules(tx: Tx, desk: Desk) -> None:
    """Keep the rule file beside the histories that name it."""
    digest = desk.ruleset.digest
    if not rule_files.is_held(tx, digest):
        rule_files.keep(tx, digest, RuleFile.of(desk.config).document)


def _cause(tx: Tx, desk: Desk, event: Event, key: str) -> Cause:
    """What no mail is behind: a timer that came due, or something a person does now, who signs what leaves by it."""
    due = datetime.fromisoformat(event.due_iso) if isinstance(event, TimerFired) else None
    writer = desk.user(tx, event.actor.name) if event.actor.kind == "agent" else None
    return Cause(key, "", letters.unproved(), actor=writer, at=due)


def _vouched(tx: Tx, ticket_id: int, cause: Cause) -> Cause:
    """Where the cause itself proves nothing, the requester's having been authenticated before is proof enough.

    A letter goes to the stored requester, never to whoever wrote; only a failing verdict holds it back all the same.
    """
    if cause.verdict.outcome is Outcome.NO and tickets.is_verified(tx, ticket_id):
        return replace(cause, verdict=letters.vouched())
    return cause


def doubt(tx: Tx, desk: Desk, ticket_id: int, key: str, reason: str) -> None:
    """Raise the needs_review mark with its reason."""
    said, steps = {"reason": reason}, [Step("hit", "system.doubt", reason)]
    if history.write_entry(tx, ticket_id, f"{key}:doubt", "Doubted", str(SYSTEM), said, steps, desk.ruleset.digest):
        apply.apply_one(tx, tickets.snapshot(tx, ticket_id), MarkForReview(True, reason))
