"""The page for team leads: its blueprint loads, has no doubts, and is what the page says of it."""

import re
import tomllib
from pathlib import Path

import pytest

from maild.config import load
from maild.domain.events import CommentWritten, FieldEdited, MoveAsked, TransitionAsked
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot, Status
from rules.blueprint import legal_steps
from rules.blueprint_picture import mermaid
from rules.lint_blueprint import doubts
from rules.load import load_rules
from rules.load_owners import FIXED_OWNERS
from rules.model import Ruleset
from rules.triggers import run
from tests.rules.builders import AGENT, LEAD, ORDER, PAT, config, created, reply, ticket

PAGE = (Path(__file__).parents[2] / "docs" / "desk.md").read_text()
PART = re.split(r"^## ", PAGE[PAGE.index("## Blueprint\n") + 3 :], maxsplit=1, flags=re.MULTILINE)[0]
[BLOCK] = re.findall(r"```toml\n(.*?)```", PART, re.DOTALL)
DESK = """
[fields.so_number]
[fields.ship_date]
type = "date"
[fields.tracking_number]
[fields.total_cost]
type = "money"
[[form]]
name = "order"
fields = ["so_number", "ship_date", "tracking_number", "total_cost"]
[[department]]
name = "orders"
addresses = ["orders@shop.example"]
groups = ["Orders"]
[schedule.default]
mon = "08:00-17:00"
tue = "08:00-17:00"
wed = "08:00-17:00"
thu = "08:00-17:00"
fri = "08:00-17:00"
"""
RULES = load_rules(config("", **tomllib.loads(DESK + BLOCK)))


def arrived(total: str = "100") -> Snapshot:
    before = ticket(form="order", assignee="orders-agent", fields={"total_cost": total})
    return run(RULES, before, created(ORDER)).after


def after(
    snapshot: Snapshot, transition: str, actor: Actor = AGENT, ruleset: Ruleset = RULES, **given: object
) -> Snapshot:
    return run(ruleset, snapshot, TransitionAsked(actor, transition, **given)).after  # type: ignore[arg-type]


def test_the_blueprint_of_the_page_has_no_doubts() -> None:
    assert list(doubts(RULES)) == []


def test_an_order_goes_the_whole_way() -> None:
    approved = after(arrived(), "approve")
    inputs = (("so_number", "7"), ("ship_date", "2026-12-01"))
    packed = after(approved, "pack", inputs=inputs, attachment="list.pdf")
    shipped = after(packed, "ship", inputs=(("tracking_number", "1Z"),))
    states = [s.blueprint.state for s in (approved, packed, shipped) if s.blueprint]
    assert (states, shipped.status) == (["approved", "packed", "shipped"], Status.SOLVED)


def test_a_large_order_is_the_leads_with_a_word_why() -> None:
    allowed = {step.transition.name: step.allowed for step in legal_steps(RULES, arrived("20000"), LEAD)}
    assert (allowed["approve"], allowed["approve-large"]) == (False, True)
    assert after(arrived("20000"), "approved", LEAD, comment="they paid").blueprint != arrived("20000").blueprint


def test_a_question_and_its_answer() -> None:
    asked = after(arrived(), "ask", comment="Which colour?")
    assert asked.status is Status.PENDING
    answered = run(RULES, asked, reply()).after
    assert answered.blueprint == arrived().blueprint


@pytest.mark.parametrize(
    "event",
    [
        MoveAsked(AGENT, Status.SOLVED),
        FieldEdited(AGENT, (("status", "solved"),)),
        FieldEdited(AGENT, (("so_number", "7"),)),
        CommentWritten(AGENT, "Hello", True),
    ],
)
def test_strict_is_as_the_page_says(event: MoveAsked) -> None:
    assert run(RULES, arrived(), event).effects == ()


def test_every_kind_of_owner_stands_in_the_table() -> None:
    table = PART[PART.index("| `who` | is |") :].partition("\n\n")[0]
    for word in (*FIXED_OWNERS, "user:", "group:", "role:", "department:"):
        assert f"`{word}" in table


def test_every_figure_of_the_report_stands_in_the_table() -> None:
    from maild.control.blueprint_reports import _rows
    from maild.domain.blueprint_figures import Figures, Times

    full = Figures(states={"received": Times([1.0])})
    full.transitions["approve", "received", "approved"] = 1
    table = PART[PART.index("| figure | counts |") :].partition("\n\n")[0]
    for row in _rows(full):
        assert f"| {row['figure']} |" in table


def test_the_picture_has_every_state_of_the_page() -> None:
    drawn = mermaid(RULES.blueprints["orders"])
    for state in RULES.blueprints["orders"].states.values():
        assert state.label in drawn


ROOT = Path(__file__).parents[2]


def test_the_blueprint_in_the_comments_of_the_example_loads_as_well(tmp_path: Path) -> None:
    text = (ROOT / "config.example.toml").read_text()
    comments = text[text.index("# ---- a blueprint: ") :].splitlines()[1:]
    path = tmp_path / "config.toml"
    path.write_text(text + "\n".join(line.removeprefix("#").removeprefix(" ") for line in comments))
    ruleset = load_rules(load(path))
    assert list(doubts(ruleset)) == []
    before = ticket(form=None, assignee=None, fields={"so_number": "1"}, requester=PAT)
    entered = run(ruleset, before, created(ORDER)).after
    assert after(entered, "process", ruleset=ruleset).status is Status.HOLD


def test_the_service_desk_of_the_examples_walks_its_requests() -> None:
    ruleset = load_rules(load(ROOT / "examples" / "support-desk.toml"))
    assert list(doubts(ruleset)) == []
    request = run(ruleset, ticket(order_address="service@shop.example", orders=()), created()).after
    assert (request.department, request.blueprint and request.blueprint.state) == ("service", "received")
    eve, given = Actor("agent", "eve"), {"inputs": (("topic", "repair"),), "comment": "It hums."}
    refused = run(ruleset, request, TransitionAsked(eve, "repair", **given)).refusals  # type: ignore[arg-type]
    assert "Serial number" in "; ".join(refused)
    inputs = (("topic", "repair"), ("serial_number", "S-1"))
    repairing = after(request, "repair", eve, inputs=inputs, comment="It hums.", ruleset=ruleset)
    answered = after(repairing, "answer", Actor("agent", "service-lead"), comment="Mended.", ruleset=ruleset)
    assert (answered.status, answered.stamp("blueprint_completed")) == (Status.SOLVED, answered.now)
    again = run(ruleset, answered, reply(text="It hums again.")).after
    assert (again.status, again.counter("reopens")) == (Status.OPEN, 1)
