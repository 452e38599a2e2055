"""The way that questions take, and promised times for every ticket; what must hold of both after any death."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, func, select

from maild.store.tables import BLUEPRINT_MOVE, SLA_CLOCK, TICKET

TABLE = {
    "look": ("received", "looking"),
    "ask": ("looking", "asked"),
    "answer": ("looking", "answered"),
    "customer-answers": ("asked", "received"),
    "again": ("answered", "received"),
}
STATUS = {"received": 2, "looking": 2, "asked": 3, "answered": 5}
BY_HAND = (("received", "look"), ("looking", "ask"), ("looking", "answer"))
STEPS = 2  # that colleagues try in each life
RULES = """
[[sla]]
name = "All"
first_reply = "4h"
resolution = "2d"
pause = ["pending", "on-hold"]

[[blueprint]]
name = "questions"
all = ["orders < 1", "order_address == 'orders@shop.example'"]
state = [
  { name = "received", status = "open" },
  { name = "looking", status = "open", limit = { after = "2h", levels = [
    { after = "1h", do = [{ notify = "assignee", template = "notify_agent" }] } ] } },
  { name = "asked", status = "pending" },
  { name = "answered", status = "solved", final = true },
]
transition = [
  { name = "look", from = ["received"], to = "looking", who = ["group:Orders"] },
  { name = "ask", from = ["looking"], to = "asked", who = ["group:Orders"], comment = "public" },
  { name = "answer", from = ["looking"], to = "answered", who = ["group:Orders"], comment = "public" },
  { name = "customer-answers", from = ["asked"], to = "received", on = "reply" },
  { name = "again", from = ["answered"], to = "received", on = "reply" },
]
"""


def facts(connection: Connection) -> Counter[str]:
    """How many steps were taken along the way."""
    return Counter(steps=connection.execute(select(func.count()).where(BLUEPRINT_MOVE.c.transition != "")).scalar_one())


def violations(connection: Connection) -> Iterator[str]:
    """The log of moves is a way in the table that ends where the ticket stands; of one kind one clock at a time."""
    ways: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(select(BLUEPRINT_MOVE).order_by(BLUEPRINT_MOVE.c.id)):
        ways[row.ticket_id].append(row)
    columns = (TICKET.c.id, TICKET.c.blueprint, TICKET.c.state, TICKET.c.status)
    for ticket in connection.execute(select(*columns).where(TICKET.c.blueprint.is_not(None))):
        way = ways[ticket.id]
        steps = [(move.transition, move.source, move.target) for move in way]
        if not way or way[-1].target != ticket.state:
            yield f"ticket {ticket.id} stands in {ticket.state}, its way is {steps}"
        elif ticket.status != STATUS[ticket.state] and not (ticket.state == "answered" and ticket.status == 6):
            yield f"ticket {ticket.id} has status {ticket.status} in {ticket.state}"
        if any(TABLE.get(name) != (source, target) for name, source, target in steps[1:]):
            yield f"ticket {ticket.id} left the table: {steps}"
        if any(before.target != after.source for before, after in pairwise(way)):
            yield f"ticket {ticket.id} has a hole in its way: {steps}"
    clocks: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in connection.execute(select(SLA_CLOCK).order_by(SLA_CLOCK.c.run)):
        clocks[row.ticket_id, row.target].append(row)
    for (number, target), runs in clocks.items():
        if any(before.ended_at is None or before.ended_at > after.started_at for before, after in pairwise(runs)):
            yield f"ticket {number}: two clocks of {target} at once"
