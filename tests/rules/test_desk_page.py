"""The page for team leads: what it says of departments and assignments loads as one file, and is so."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

from maild.config import Config
from maild.domain.events import FieldEdited, MoveAsked, TicketCreated, WorkOffered
from maild.domain.loads import Load, Loads
from maild.domain.people import Actor
from maild.domain.ticket import Status
from rules.departments import status_label
from rules.desk_model import Order
from rules.forms import shown
from rules.load import load_rules
from rules.triggers import run
from tests.rules.builders import ORDER, created, ticket

PAGE = (Path(__file__).parents[2] / "docs" / "desk.md").read_text()
PART = PAGE[PAGE.index("## Departments") : PAGE.index("## Notes and mentions")]
BLOCKS = re.findall(r"```toml\n(.*?)```", PART, re.DOTALL)
RULES = load_rules(Config.default(**tomllib.loads("\n".join(BLOCKS))))
ADA, EVE, LEAD = (Actor("agent", name) for name in ("ada", "eve", "lead"))


def test_the_table_of_a_move_is_what_a_move_does() -> None:
    before = run(RULES, ticket(order_address="orders@shop.example"), created(replace(ORDER, total="5.00"))).after
    assert (before.department, before.form, before.group) == ("orders", "order", "Orders")
    before = replace(before, assignee="ada", status=Status.HOLD, fields=(*before.fields, ("topic", "question")))
    after = run(RULES, before, FieldEdited(ADA, (("department", "service"),))).after
    assert (after.fields, after.form, after.status) == (before.fields, "order", Status.HOLD)
    assert status_label(RULES, after) == "Waiting for parts"
    assert (after.group, after.assignee, after.queue) == ("Service", None, "Service")
    assert [field.name for field in shown(RULES, after)] == ["topic", "po_number"]
    assert run(RULES, after, FieldEdited(EVE, (("topic", "question"),))).refusals == (), "it is so already"
    other = run(RULES, replace(after, fields=()), FieldEdited(EVE, (("topic", "question"),)))
    assert other.refusals == ("topic: Service does not offer question; it offers repair, spare-part",)


def test_the_layout_asks_for_what_it_says() -> None:
    request = ticket(department="service", form="order", fields={"topic": "repair"}, status=Status.OPEN)
    assert run(RULES, request, MoveAsked(EVE, Status.SOLVED)).refusals == ("solved needs Serial number",)


def test_the_template_presets_what_it_says() -> None:
    typed = TicketCreated(ADA, template="phone-order", changes=(("po_number", "PO-7"), ("order_details", "10 x AX-1")))
    after = run(RULES, ticket(channel="hand", orders=()), typed).after
    assert (after.subject, after.priority, after.tags) == ("Order by telephone", "high", {"by_phone"})
    assert dict(after.fields) == {"po_number": "PO-7", "order_details": "10 x AX-1"}
    assert run(RULES, ticket(orders=()), replace(typed, actor=EVE)).refusals == ("Order by telephone is for Orders",)


def test_the_assignments_give_tickets_to_whom_they_say() -> None:
    large, small = replace(ORDER, total="20000"), replace(ORDER, total="5")
    assert run(RULES, ticket(), created(large)).after.assignee == "lead"
    waiting = run(RULES, ticket(), created(small)).after
    assert waiting.queue == "Orders in turn"
    seen = Loads((Load("ada", 5), Load("ben", 4)))
    assert run(RULES, waiting, WorkOffered("Orders in turn", seen)).after.assignee == "ben"
    full = run(RULES, waiting, WorkOffered("Orders in turn", Loads((Load("ada", 5), Load("ben", 1, online=False)))))
    assert (full.after.assignee, full.after.queue_told) == (None, True)


def test_every_order_of_choosing_stands_in_the_table() -> None:
    for order in Order:
        assert f"| `{order}` |" in PART
