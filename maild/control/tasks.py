"""Tasks of tickets: whose, by when, and that they are done."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from maild.control.at_hand import AtHand, at_hand, not_closed, unchanged
from maild.control.deeds import once
from maild.control.operation import Operation, Request, Row
from maild.control.visibility import no_such
from maild.domain.calendars import Unit, always, parse_duration
from maild.domain.calendars import add as add_span
from maild.domain.effects import CreateTask, SendLetter
from maild.domain.events import TaskDone
from maild.domain.terms import PRIORITIES
from maild.domain.ticket import Status
from maild.errors import DataError, UsageError
from maild.store import comments, tasks
from maild.store.tx import Tx
from pipeline import apply, letters, recipients, telling
from pipeline import desk as door
from pipeline.furniture import Desk
from pipeline.letters import Cause
from pipeline.pinned import in_force
from rules.departments import no_task


def add(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Give somebody a task by hand: its owner is told, and it stands on the ticket. Spans may be of working time.

    With ``once`` (a word made up for this deed) it is given once, however often it is asked for.
    """
    held = at_hand(tx, desk, request, request.number("ticket"))
    task = once(tx, request, f"task|{held.ticket.id}", partial(_give, tx, desk, request, held))
    return [tasks.row(tx, task) or {}]


def _give(tx: Tx, desk: Desk, request: Request, held: AtHand) -> int:
    ticket, who, number = held.ticket, held.who, held.ticket.id
    unchanged(tx, request, held)
    not_closed(ticket, "task")
    title = request.text("title").strip()
    if not title:
        raise UsageError("a task needs a title", about="title")
    to = request.text("to")
    named = to if to in ("assignee", "group", "lead") else f"user:{to.removeprefix('user:')}"
    if why := no_task(in_force(tx, desk, ticket), ticket, named):
        raise DataError(why, "give it to an agent who sees the ticket, or to assignee, group or lead", "to")
    if not recipients.named(tx, desk, ticket, named):
        names = ", ".join(colleague.name for colleague in desk.ruleset.people)
        raise DataError(f"nobody is {to!r} on ticket {number}", f"assignee, group, lead, or one of {names}", "to")
    due, remind = (_instant(tx, desk, request, name) for name in ("due", "remind"))
    priority, blocks = _priority(request), bool(request.arguments.get("blocks"))
    if blocks and ticket.status >= Status.SOLVED:
        raise DataError(f"ticket {number} is {ticket.status.word} already", "reopen it first, or give the task without")
    given = CreateTask(title, named, due, remind or due, priority, blocks)
    task, owner = apply.task(tx, desk, ticket, given, str(who))
    comments.add(tx, number, str(who), f"Task for {to}: {title}", public=False)
    cause = Cause(f"task:{task}|given", "task", letters.vouched())
    letters.write(tx, desk, ticket, SendLetter("notify_agent", named, text=title), cause)
    door.handle(tx, desk, number, telling.added(who, task, owner, given), f"task:{task}|added")
    return task


def _priority(request: Request) -> str:
    priority = request.optional("priority") or "normal"
    if priority not in PRIORITIES:
        raise UsageError(f"no priority {priority!r}", f"one of {', '.join(PRIORITIES)}", "priority")
    return priority


def _instant(tx: Tx, desk: Desk, request: Request, name: str) -> datetime | None:
    span = request.optional(name)
    if span is None:
        return None
    schedules = desk.ruleset.schedules
    try:
        duration = parse_duration(span)
    except ValueError as error:
        raise UsageError(str(error), about=name) from None
    schedule = schedules.get("default") or next(iter(schedules.values()), None)
    if schedule is None and duration.unit in (Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS):
        raise UsageError(f"{span} needs working hours", "configure [schedule.default]", name)
    return add_span(schedule or always(desk.config.site.timezone), tx.now, duration)


def done(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Mark a task done, and note it on the ticket."""
    number = request.number("id")
    task = tasks.row(tx, number)
    if task is None:
        raise no_such("task", number)
    who = at_hand(tx, desk, request, task["ticket"]).who
    if not tasks.done(tx, number, str(who)):
        raise DataError(f"task {number} was done already, by {task['done_by']}")
    comments.add(tx, task["ticket"], str(who), f"Task done: {task['title']}", public=False)
    left = tasks.open_of(tx, task["ticket"])
    event = TaskDone(who, number, task["title"], task["owner"], task["blocks"], left)
    door.handle(tx, desk, task["ticket"], event, f"task:{number}|done")
    return [tasks.row(tx, number) or {}]


OPERATIONS = {
    "task.add": Operation(add, writes=True),
    "task.done": Operation(done, writes=True),
}
