"""Events told to the history and to programs: with what rules made of them, or as a rule's own deed."""

from collections.abc import Iterable
from dataclasses import replace

from maild.domain.effects import CallWebhook, CreateTask
from maild.domain.events import Event, TaskAdded
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot
from maild.domain.trace import Step
from maild.store import documents, history, records, tickets
from maild.store.tx import Tx
from pipeline import webhooks
from pipeline.furniture import Desk
from pipeline.letters import Cause
from pipeline.webhooks import Happened
from rules import webhook_events
from rules.triggers import run


def entered(tx: Tx, desk: Desk, before: Snapshot, event: Event, key: str, steps: Iterable[Step]) -> int | None:
    """The entry of an event in the history, with what rules make of it; None when it was handled before."""
    kind, actor = type(event).__name__, str(event.actor)
    data, seen = documents.encoded(records.form(kind), event), records.seen(event, before)
    return history.write_entry(tx, before.id, key, kind, actor, data, steps, desk.ruleset.digest, seen)


def announce(tx: Tx, desk: Desk, ticket_id: int, entry: int, event: Event, cause: Cause) -> None:
    """Tell the programs that asked for this kind of event, with the ticket as the event has left it."""
    kind = type(event).__name__
    for hook in webhook_events.told(desk.config, kind):
        own = replace(cause, key=f"{cause.key}|event:{hook}", rule="")
        now, happened = tickets.snapshot(tx, ticket_id), Happened(entry, kind, str(event.actor))
        webhooks.call(tx, desk, now, CallWebhook(hook, kind), own, happened)


def task_of_rule(tx: Tx, desk: Desk, ticket_id: int, task: int, owner: str, given: CreateTask, cause: Cause) -> None:
    """Tell of a task that a rule gave; no rule is asked about it."""
    event = added(Actor("rule", cause.rule), task, owner, given)
    own = replace(cause, key=f"task:{task}|added")
    ticket = tickets.snapshot(tx, ticket_id)
    entry = entered(tx, desk, ticket, event, own.key, run(desk.ruleset, ticket, event).steps)
    if entry is not None:
        announce(tx, desk, ticket_id, entry, event, own)


def added(who: Actor, task: int, owner: str, given: CreateTask) -> TaskAdded:
    due = given.due.isoformat() if given.due else ""
    return TaskAdded(who, task, given.title, owner, due, given.priority, given.blocks)
