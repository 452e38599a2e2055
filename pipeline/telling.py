"""Events told to the history and to programs: with what rules made of them, or as a rule's own deed."""

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from maild.domain.effects import CallWebhook, CreateTask
from maild.domain.events import Event, TaskAdded
from maild.domain.people import Actor
from maild.store import documents, history, records, tickets
from maild.store.tx import Tx
from pipeline import webhooks
from pipeline.furniture import Desk
from pipeline.letters import Cause
from pipeline.webhooks import Happened
from rules import webhook_events
from rules.triggers import run

_EVENT: TypeAdapter[Any] = TypeAdapter(Event)


def opened(tx: Tx, ticket_id: int, event: Event, key: str) -> int | None:
    """The entry of an event in the history; None when this very event was handled before."""
    data = documents.encoded(_EVENT, event)
    return history.open_entry(tx, ticket_id, key, type(event).__name__, str(event.actor), data)


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
    entry = opened(tx, ticket_id, event, own.key)
    if entry is not None:
        ticket = tickets.snapshot(tx, ticket_id)
        steps = run(desk.ruleset, ticket, event).steps
        history.write_steps(tx, entry, steps, desk.ruleset.digest, records.seen(event, ticket))
        announce(tx, desk, ticket_id, entry, event, own)


def added(who: Actor, task: int, owner: str, given: CreateTask) -> TaskAdded:
    due = given.due.isoformat() if given.due else ""
    return TaskAdded(who, task, given.title, owner, due, given.priority, given.blocks)
