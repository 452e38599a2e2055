"""Tasks: whose, by when, whether they keep a ticket open, and that they are done."""

from typing import Annotated, Literal

from pydantic import Field

from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, following, maybe, several
from maild.web.api.ticket_endpoints import Line, NoWords, Number

Span = Annotated[str, Field(max_length=20)]


class Tasks(Asked):
    """Of one ticket, of one owner, or all; ``all`` with the done ones. ``after`` is the last one's number."""

    ticket: Number | None = None
    owner: Annotated[str, Field(max_length=100)] | None = None
    all: bool = False
    after: Number | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class NewTask(Asked):
    """``to`` is assignee, group, lead or a user; ``due`` and ``remind`` are spans: 4bh, 1bd, 2d. With ``blocks`` nobody
    solves or closes the ticket before the task is done.
    """

    title: Line
    to: Line = "assignee"
    due: Span | None = None
    remind: Span | None = None
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    blocks: bool = False
    version: Number | None = None


def tasks(call: Call) -> Answer:
    asked = call.query
    rows = call.carry_out("task.list", **asked.model_dump())
    return following("tasks", rows, asked.limit, to="after")


def add_task(call: Call) -> Answer:
    return Answer(call.carry_out("task.add", ticket=call.path["id"], **call.body.model_dump())[0], 201)


def finish_task(call: Call) -> Answer:
    return Answer(call.carry_out("task.done", id=call.path["id"])[0])


TASK = described(
    id="integer", ticket="integer", title="string", owner="string", state="string", priority="string",
    blocks="boolean", due_at=maybe("string"), remind_at=maybe("string"),
)  # fmt: skip

ENDPOINTS = (
    Endpoint("GET", "/tasks", "listTasks", "tickets:read", "Open tasks by due time.", tasks,
             described(tasks=several(TASK), after=maybe("integer")), query=Tasks),
    Endpoint("POST", "/tickets/{id:int}/tasks", "addTask", "tickets:write", "Give a colleague something to do.",
             add_task, TASK, body=NewTask, status=201, of_ticket="id"),
    Endpoint("POST", "/tasks/{id:int}/done", "finishTask", "tickets:write", "Mark a task done.", finish_task, TASK,
             body=NoWords),
)  # fmt: skip
