"""The deed: each effect written to the store. ``rules.project`` plans the same; a test keeps plan and deed equal."""

from dataclasses import replace
from typing import assert_never

from maild.domain.effects import (
    AddComment,
    AddTags,
    AdoptVersion,
    ArmTimer,
    Assign,
    CallWebhook,
    CancelTimer,
    CreateTask,
    Effect,
    Enqueue,
    EnterBlueprint,
    LeaveBlueprint,
    MarkForReview,
    MarkRead,
    MoveState,
    RemoveTags,
    SendLetter,
    SetDepartment,
    SetField,
    SetForm,
    SetPriority,
    SetSla,
    SetStatus,
    SetSubject,
    SetTags,
    TakeTurn,
)
from maild.domain.events import Event, MacroApplied, MigrationAsked, TransitionAsked
from maild.domain.letter import Phase
from maild.domain.ticket import Snapshot
from maild.store import comments, loads, stands, tasks, timers
from maild.store.draft import Draft
from maild.store.tasks import NewTask
from maild.store.tx import Tx
from pipeline import letters, recipients, sight, telling, webhooks
from pipeline.furniture import Desk
from pipeline.letters import Cause, Fate
from rules.blueprint_model import Blueprint
from rules.plan import Outcome, Planned
from rules.project import project
from rules.system import no_reader


def apply_all(
    tx: Tx, desk: Desk, before: Snapshot, outcome: Outcome, event: Event, cause: Cause
) -> tuple[tuple[Planned, str], ...]:
    """Apply a plan: ticket changes by one write, then comments, timers and letters in the plan's order.

    A letter shows the ticket as it stood at its place in the plan. Its key is the cause: event, rule, number. Returns
    the letters that do not leave as they are, with the reason.
    """
    unwritten: list[tuple[Planned, str]] = []
    draft = Draft(tx, before)
    for planned in outcome.effects:
        change(draft, planned.effect)
    draft.flush()
    if before.department != outcome.after.department:
        sight.lost(tx, desk, outcome.after)
    if desk.ruleset.assignments and outcome.effects and (before.assignee or outcome.after.queue):
        tx.wake("assignment")  # somebody may have room, or less of it
    for count, planned in enumerate(outcome.effects):
        match planned.effect:
            case SendLetter():
                own = replace(cause, key=f"{cause.key}|{planned.rule}|{count}", rule=planned.rule)
                fates = letters.write(tx, desk, planned.at, planned.effect, own)
                unwritten += [(planned, why) for why in _failures(planned.at, planned.effect, fates)]
            case CallWebhook():
                own = replace(cause, key=f"{cause.key}|{planned.rule}|{count}", rule=planned.rule)
                webhooks.call(tx, desk, planned.at, planned.effect, own)
            case CreateTask():
                given, owner = task(tx, desk, planned.at, planned.effect, f"rule:{planned.rule}")
                own = replace(cause, rule=planned.rule)
                telling.task_of_rule(tx, desk, before.id, given, owner, planned.effect, own)
            case AddComment(text, public):
                _comment(tx, before.id, planned.rule, text, public, event, cause)
            case ArmTimer(rule, due, step):
                known = any((timer.rule, timer.step) == (rule, step) for timer in before.timers)
                timers.arm(tx, before.id, rule, step, due, first=not known)
            case EnterBlueprint() | MoveState() | AdoptVersion() | LeaveBlueprint():
                by = str(event.actor) if isinstance(event, _BY_HAND) else f"rule:{planned.rule}"
                entered = _entered(desk, planned)
                shares, drops = (entered.shares(), entered.drops()) if entered else ((), ())
                stands.log(tx, planned.at, planned.effect, by, desk.ruleset.digest, shares, drops)
            case CancelTimer(rule, why, which):
                timers.cancel(tx, before.id, rule, which, why)
            case TakeTurn(rule, agent, credits):
                loads.take_turn(tx, rule, agent, credits)
            case _:
                pass
    return tuple(unwritten)


def _failures(ticket: Snapshot, letter: SendLetter, fates: list[Fate]) -> list[str]:
    none = no_reader(ticket) if letter.to == "requester" else None
    return [none] if none else [fate.why or "" for fate in fates if fate.phase is Phase.FAILED]


def _entered(desk: Desk, planned: Planned) -> Blueprint | None:
    """The version that is entered or adopted: it is always the one of today."""
    after = project(planned.at, planned.effect).blueprint
    today = desk.ruleset.blueprints.get(after.blueprint) if after else None
    return today if today is not None and after is not None and today.digest == after.version else None


_BY_HAND = (TransitionAsked, MigrationAsked, MacroApplied)


def _comment(tx: Tx, ticket: int, rule: str, text: str, public: bool, event: Event, cause: Cause) -> None:
    """In the rule's name, or in that of the person who acts; only theirs came by the mail behind the event."""
    if rule:
        comments.add(tx, ticket, f"rule:{rule}", text, public=public)
    else:
        who, mail = str(event.actor), cause.message
        comments.add(tx, ticket, who, text, public=public, cut_text=cause.cut_text, message_id=mail)


def task(tx: Tx, desk: Desk, ticket: Snapshot, effect: CreateTask, by: str) -> tuple[int, str]:
    """A task belongs to one colleague, or where there is none to a group; returns its number and its owner."""
    owners = recipients.named(tx, desk, ticket, effect.to)
    owner = owners[0].name if len(owners) == 1 else f"group:{ticket.group or ''}"
    given = NewTask(ticket.id, effect.title, owner, by, effect.due, effect.remind, effect.priority, effect.blocks)
    return tasks.create(tx, given), owner


def apply_one(tx: Tx, before: Snapshot, effect: Effect) -> None:
    """One plain change to the ticket, outside any plan."""
    draft = Draft(tx, before)
    change(draft, effect)
    draft.flush()


def change(draft: Draft, effect: Effect) -> None:
    """Write the ticket's half of an effect into its draft; effects that only make rows of their own change nothing."""
    match effect:
        case SetStatus(status):
            draft.set_status(status)
        case SetField(name, value):
            draft.set_field(name, value)
        case SetPriority(to):
            draft.set(priority=to)
        case SetSubject(to):
            draft.set(subject=to[:998])
        case SetForm(to):
            draft.set(form=to or None)
        case AddTags(tags):
            draft.add_tags(tags)
        case RemoveTags(tags):
            draft.remove_tags(tags)
        case SetTags(tags):
            draft.set_tags(tags)
        case Assign(group, assignee):
            draft.assign(group, assignee)
        case SetDepartment(to):
            draft.set(department=to or None)
        case Enqueue(rule, told):
            draft.set(queue=rule or None, queue_told=bool(rule) and told)
        case MarkRead(read):
            draft.set(unread=not read)
        case MarkForReview(on, reason):
            draft.review(on, reason)
        case SetSla(sla):
            draft.set_sla(sla)
        case EnterBlueprint() | MoveState() | AdoptVersion() | LeaveBlueprint():
            draft.walk(effect)
        case AddComment() | SendLetter() | CreateTask() | CallWebhook() | ArmTimer() | CancelTimer() | TakeTurn():
            pass
        case _:
            assert_never(effect)
