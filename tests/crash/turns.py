"""Requests are given to colleagues in turn, nobody has more than their cap; what must hold of it after any death."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from maild.domain.ticket import Status
from maild.store.tables import ASSIGNMENT_TURN, HISTORY, TICKET
from tests.crash.mails import SERVICE

NAME = "Requests in turn"
CAPS = {"eve": 3, "finn": 3, "gus": 2}
LEAD = "service-lead"
ADDRESSES = tuple(f"{name}@shop.example" for name in (*CAPS, LEAD))
FINISHED = 5  # requests that colleagues solve in each life, so that there is room for others
PEOPLE = '\n[[group]]\nname = "Service"\nlead = "service-lead"\n' + "".join(
    f'\n[[user]]\nname = "{name}"\naddress = "{name}@shop.example"\ngroups = ["Service"]\n' for name in (*CAPS, LEAD)
)
RULES = f"""
[[assignment]]
name = "{NAME}"
all = ["order_address == '{SERVICE}'"]
users = ["eve", "finn", "gus"]
order = "rotate"
cap = 3
caps = {{ gus = 2 }}

[[trigger]]
name = "Confirm a request"
on = "created"
all = ["status < solved", "order_address == '{SERVICE}'"]
do = [{{ notify = "requester", template = "order_received_plain" }}]
"""


def facts(connection: Connection) -> Counter[str]:
    """How many requests were given away, and how many wait for somebody who has room."""
    waiting = sum(ticket.assignee is None for ticket in _requests(connection) if ticket.status < Status.SOLVED)
    return Counter(given=sum(map(len, _given(connection).values())), waiting=waiting)


def violations(connection: Connection) -> Iterator[str]:
    """Each open request has one agent or waits, nobody has too much, and history tells of each assignment once."""
    requests, given = _requests(connection), _given(connection)
    yield from _caps(requests)
    yield from _turns(connection)
    for ticket in requests:
        told = given.get(ticket.id, [])
        if told != ([ticket.assignee] if ticket.assignee else []):
            yield f"turn: request {ticket.id} is {ticket.assignee}'s, and its history gave it to {told}"
        if ticket.status >= Status.SOLVED:
            continue
        if (ticket.assignee in CAPS) is (ticket.queue == NAME):
            yield f"turn: request {ticket.id} is {ticket.assignee}'s and waits for {ticket.queue}"


def _caps(requests: list[Any]) -> Iterator[str]:
    """What a customer reopens is its agent's beyond the cap; nothing waits while anybody has room."""
    unsolved = [ticket for ticket in requests if ticket.status < Status.SOLVED]
    owned = Counter(ticket.assignee for ticket in unsolved)
    fresh = Counter(ticket.assignee for ticket in unsolved if not ticket.reopens)
    for agent, cap in CAPS.items():
        if fresh[agent] > cap:
            yield f"turn: {agent} was given {fresh[agent]} requests, {cap} are allowed"
        if owned[None] and owned[agent] < cap:
            yield f"turn: {owned[None]} requests wait, and {agent} has {owned[agent]} of {cap}"


def _turns(connection: Connection) -> Iterator[str]:
    """Whose turn it was is what history tells: the assignments counted one by one, each agent's latest."""
    latest = {agent: number for number, (_, agent) in enumerate(_assignments(connection), 1)}
    turns = {row.agent: row.turn for row in connection.execute(select(ASSIGNMENT_TURN)) if row.rule == NAME}
    if turns != latest:
        yield f"turn: the turns are {turns}, history tells of {latest}"


def _requests(connection: Connection) -> list[Any]:
    columns = (TICKET.c.id, TICKET.c.status, TICKET.c.assignee, TICKET.c.queue, TICKET.c.reopens)
    return list(connection.execute(select(*columns).where(TICKET.c.order_address == SERVICE)))


def _given(connection: Connection) -> dict[int, list[str]]:
    given: dict[int, list[str]] = defaultdict(list)
    for ticket, agent in _assignments(connection):
        given[ticket].append(agent)
    return given


def _assignments(connection: Connection) -> Iterator[tuple[int, str]]:
    """Each ticket that history gives to somebody, and whom, in the order of the commits: one at a time is assigned."""
    events = select(HISTORY.c.ticket_id, HISTORY.c.steps).where(HISTORY.c.key.startswith("assignment:"))
    for row in connection.execute(events.order_by(HISTORY.c.id)):
        effects = (effect for step in row.steps for effect in step.get("effects", ()))
        for effect in effects:
            if effect.startswith("assignee "):
                yield row.ticket_id, effect.removeprefix("assignee ").partition(",")[0]
