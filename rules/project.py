"""The plan: a ticket after an effect. `pipeline.apply` does the same to the tables, and a test keeps both equal."""

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
from maild.domain.stand import STAMPS as STAND_STAMPS
from maild.domain.terms import SLA_NAMES
from maild.domain.ticket import LONGEST_TITLE, Blocker, Snapshot, Status, changed
from maild.domain.timer import ArmedTimer
from maild.domain.walk import Walk, walked


def project(ticket: Snapshot, effect: Effect) -> Snapshot:
    """The ticket as the effect leaves it; the very same object when it changes nothing.

    Stamps follow: status_changed, assigned and updated. ``version`` is the store's. Comments, letters, tasks, calls
    and timers leave ``updated`` alone.
    """
    match effect:
        case CreateTask():
            return _blocked(ticket, effect)
        case SendLetter() | AddComment() | CallWebhook() | TakeTurn():
            return ticket
        case ArmTimer() | CancelTimer():
            return changed(ticket, timers=_timers(ticket, effect))
        case SetSla(to):
            return ticket if to == ticket.sla else changed(ticket, sla=to)
        case _:
            after = _changed(ticket, effect)
            return ticket if after == ticket else _stamped(after, "updated")


def _blocked(ticket: Snapshot, task: CreateTask) -> Snapshot:
    return changed(ticket, blockers=(*ticket.blockers, Blocker(task.title[:LONGEST_TITLE]))) if task.blocks else ticket


def touched(effect: Effect) -> frozenset[str]:
    """The names of the terms and stamps that may read differently after the effect."""
    match effect:
        case SetField(name):
            return frozenset({f"field.{name}", "updated"})
        case SendLetter() | AddComment() | CreateTask() | CallWebhook() | ArmTimer() | CancelTimer() | TakeTurn():
            return frozenset()
        case _:
            return _TOUCHED[type(effect)]


_TOUCHED: dict[type, frozenset[str]] = {
    SetStatus: frozenset({"status", "status_changed", "reopens", "updated"}),
    SetPriority: frozenset({"priority", "updated"}),
    SetSubject: frozenset({"subject", "updated"}),
    SetForm: frozenset({"form", "updated"}),
    AddTags: frozenset({"tags", "updated"}),
    RemoveTags: frozenset({"tags", "updated"}),
    SetTags: frozenset({"tags", "updated"}),
    Assign: frozenset({"group", "assignee", "assigned", "updated"}),
    SetDepartment: frozenset({"department", "updated"}),
    Enqueue: frozenset({"queue", "updated"}),
    MarkRead: frozenset({"unread", "updated"}),
    SetSla: frozenset(SLA_NAMES),
    MarkForReview: frozenset({"needs_review", "updated"}),
    EnterBlueprint: frozenset({"blueprint", "state", "updated", *STAND_STAMPS}),
    MoveState: frozenset({"state", "updated", *STAND_STAMPS}),
    AdoptVersion: frozenset({"state", "updated", *STAND_STAMPS}),
    LeaveBlueprint: frozenset({"blueprint", "state", "updated", *STAND_STAMPS}),
}

_Change = (
    SetStatus
    | SetField
    | SetPriority
    | SetSubject
    | SetForm
    | AddTags
    | RemoveTags
    | SetTags
    | Assign
    | SetDepartment
    | Enqueue
    | MarkRead
    | MarkForReview
    | EnterBlueprint
    | MoveState
    | AdoptVersion
    | LeaveBlueprint
)


def _changed(ticket: Snapshot, effect: _Change) -> Snapshot:
    match effect:
        case SetStatus(to):
            return _with_status(ticket, to)
        case SetField(name, value):
            return changed(ticket, fields=_fields(ticket, name, value))
        case SetPriority(to):
            return changed(ticket, priority=to)
        case SetSubject(to):
            return changed(ticket, subject=to)
        case SetForm(to):
            return changed(ticket, form=to or None)
        case AddTags(tags):
            return changed(ticket, tags=ticket.tags | tags)
        case RemoveTags(tags):
            return changed(ticket, tags=ticket.tags - tags)
        case SetTags(tags):
            return changed(ticket, tags=tags)
        case Assign():
            return _assigned(ticket, effect)
        case SetDepartment(to):
            return changed(ticket, department=to or None)
        case Enqueue(rule, told):
            return changed(ticket, queue=rule or None, queue_told=bool(rule) and told)
        case MarkRead(read):
            return changed(ticket, unread=not read)
        case MarkForReview():
            return _reviewed(ticket, effect)
        case EnterBlueprint() | MoveState() | AdoptVersion() | LeaveBlueprint():
            return _walked(ticket, effect)
        case _:
            assert_never(effect)


def _with_status(ticket: Snapshot, to: Status) -> Snapshot:
    if to == ticket.status:
        return ticket
    after = _stamped(changed(ticket, status=to), "status_changed")
    if ticket.status >= Status.SOLVED > to:
        counters = dict(after.counters) | {"reopens": after.counter("reopens") + 1}
        return changed(after, counters=tuple(counters.items()))
    return after


def _fields(ticket: Snapshot, name: str, value: str) -> tuple[tuple[str, str], ...]:
    """Sorted by name, empty ones left out."""
    held = dict(ticket.fields)
    held.pop(name, None)
    if value:
        held[name] = value
    return tuple(sorted(held.items()))


def _assigned(ticket: Snapshot, effect: Assign) -> Snapshot:
    group = ticket.group if effect.group is None else effect.group or None
    assignee = ticket.assignee if effect.assignee is None else effect.assignee or None
    if (group, assignee) == (ticket.group, ticket.assignee):
        return ticket
    after = changed(ticket, group=group, assignee=assignee)
    return _stamped(after, "assigned") if assignee and assignee != ticket.assignee else after


def _reviewed(ticket: Snapshot, effect: MarkForReview) -> Snapshot:
    if not effect.on:
        return changed(ticket, needs_review=False, review_reasons=())
    reasons = ticket.review_reasons
    if effect.reason and effect.reason not in reasons:
        reasons = (*reasons, effect.reason)
    return changed(ticket, needs_review=True, review_reasons=reasons)


def _walked(ticket: Snapshot, effect: Walk) -> Snapshot:
    held = dict(ticket.stamps)
    stand, fresh = walked(ticket.blueprint, {name: held.get(name) for name in STAND_STAMPS}, effect, ticket.now)
    stamps = {name: at for name, at in (held | fresh).items() if at is not None}
    return changed(ticket, blueprint=stand, stamps=tuple(stamps.items()))


def _timers(ticket: Snapshot, effect: ArmTimer | CancelTimer) -> tuple[ArmedTimer, ...]:
    kept = tuple(t for t in ticket.timers if t.rule != effect.rule or effect.step not in (None, t.step))
    if isinstance(effect, CancelTimer):
        return kept
    return (*kept, ArmedTimer(effect.rule, effect.step, effect.due))


def _stamped(ticket: Snapshot, name: str) -> Snapshot:
    if (name, ticket.now) in ticket.stamps:
        return ticket
    stamps = dict(ticket.stamps) | {name: ticket.now}
    return changed(ticket, stamps=tuple(stamps.items()))
