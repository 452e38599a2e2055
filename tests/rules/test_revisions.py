"""A revised order is approved only after somebody has looked at it; a cancellation is a request."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from maild.config import load
from maild.domain.effects import AddComment, CreateTask
from maild.domain.events import FieldEdited, MacroApplied, MoveAsked
from maild.domain.order import Order, OrderType
from maild.domain.revision import CANCELLATION, UNSEEN
from maild.domain.ticket import Snapshot, Status
from rules.load import load_rules
from rules.model import Ruleset
from rules.triggers import Outcome, run
from tests.rules.builders import AGENT, EXAMPLE, ORDER, created, letters, reply, rules, shipped, ticket

APPROVE = MacroApplied(AGENT, "approve")
REVISED = replace(ORDER, revision="2", total="999.00")


def revised(*events: object) -> Outcome:
    now = run(shipped(), ticket(), created(ORDER)).after
    now = replace(now, orders=(ORDER,))
    for event in events:
        now = run(shipped(), now, event).after  # type: ignore[arg-type]
    return run(shipped(), replace(now, orders=(ORDER, REVISED)), reply(orders=(REVISED,)))


def seen(now: Snapshot) -> Snapshot:
    return run(shipped(), now, FieldEdited(AGENT, (("tags", f"-{UNSEEN}"),))).after


def test_p05_a_revision_takes_the_approval_back_and_tells_both_sides() -> None:
    outcome = revised(APPROVE)
    assert {UNSEEN, "open_order"} <= outcome.after.tags
    assert "order_ready_to_process" not in outcome.after.tags
    assert ("order_revised", "requester") in letters(outcome)
    assert ("notify_agent", "assignee") in letters(outcome)


def test_p05_nothing_is_approved_while_a_revision_is_unseen() -> None:
    now = revised().after
    refused = run(shipped(), now, APPROVE)
    assert refused.refusals == (
        "Orders :: Approve: the customer has revised the order; look at it first: maild ticket seen 7",
    )
    assert not refused.effects
    approved = run(shipped(), seen(now), APPROVE)
    assert approved.refusals == () and "order_ready_to_process" in approved.after.tags


def test_p05_nobody_solves_what_nobody_has_looked_at() -> None:
    now = revised().after
    for to in (Status.SOLVED, Status.CLOSED):
        for event in (MoveAsked(AGENT, to), FieldEdited(AGENT, (("status", to.word),))):
            refused = run(shipped(), now, event)
            assert "ticket seen 7" in " ".join(refused.refusals), event
            assert refused.after == now
        assert run(shipped(), seen(now), MoveAsked(AGENT, to)).after.status is to


@pytest.mark.parametrize("outside", ["", "outside_matrix = true"])
def test_p05_no_rule_solves_what_nobody_has_looked_at(outside: str) -> None:
    """Not even one that is outside of the matrix; the refusal stands in the trace."""
    do = 'do = [{ set = { status = "solved" } }, { add_tags = ["done"] }]'
    ruleset = rules(f'[[trigger]]\nname = "Finish"\non = "edited"\n{outside}\n{do}')
    unseen = ticket(status=Status.OPEN, tags=frozenset({UNSEEN}))
    refused = run(ruleset, unseen, FieldEdited(AGENT, (("priority", "high"),)))
    assert refused.after.status is Status.OPEN and "done" in refused.after.tags
    assert [step.what for step in refused.steps if "ticket seen" in step.why] == ["refused"]


def test_a_revised_order_that_was_processed_is_confirmed_once_more() -> None:
    fill = FieldEdited(AGENT, (("so_number", "900"),))
    confirm = MacroApplied(AGENT, "confirm-processing")
    now = revised(APPROVE, fill, confirm).after
    assert {UNSEEN, "order_processed", "confirm_again"} <= now.tags
    assert run(shipped(), now, confirm).refusals
    once = run(shipped(), seen(now), confirm)
    assert once.refusals == () and letters(once) == [("order_processed", "requester")]
    assert once.after.tags == {"order_processed"}
    assert "confirmation already" in run(shipped(), once.after, confirm).refusals[0]


def test_the_first_order_of_a_ticket_is_no_revision() -> None:
    now = run(shipped(), ticket(), created()).after
    assert UNSEEN not in run(shipped(), replace(now, orders=(ORDER,)), reply(orders=(ORDER,))).after.tags


def test_trap_01_a_cancellation_is_a_request_for_its_owner_and_nothing_else() -> None:
    now = replace(run(shipped(), ticket(), created(ORDER)).after, orders=(ORDER,))
    outcome = run(shipped(), now, reply(cancels=True))
    assert CANCELLATION in outcome.after.tags
    assert [p.effect.to for p in outcome.effects if isinstance(p.effect, CreateTask)] == ["assignee"]
    assert letters(outcome) == [("notify_agent", "assignee")]
    assert [p.effect.public for p in outcome.effects if isinstance(p.effect, AddComment)] == [False]
    assert (outcome.after.status, outcome.after.order, outcome.after.fields) == (now.status, ORDER, now.fields)
    again = run(shipped(), outcome.after, reply(cancels=True))
    assert not [p for p in again.effects if isinstance(p.effect, CreateTask)]


def test_trap_01_a_stranger_cannot_ask_to_cancel() -> None:
    now = run(shipped(), ticket(), created(ORDER)).after
    assert CANCELLATION not in run(shipped(), now, reply(public=False, cancels=True)).after.tags


@pytest.fixture
def sure(tmp_path: Path) -> Ruleset:
    """The shipped workflow with its example of an approval without a hand switched on."""
    text = EXAMPLE.read_text(encoding="utf-8")
    opened = re.search(r"^# \[\[trigger\]\]\n# name = \"Approve what is sure\"\n(?:# .*\n)+", text, re.MULTILINE)
    assert opened
    on = "".join(line.removeprefix("# ") for line in opened[0].splitlines(keepends=True))
    path = tmp_path / "config.toml"
    path.write_text(text.replace(opened[0], on), encoding="utf-8")
    return load_rules(load(path))


PROVED = replace(ORDER, needs_review=False, problems=(), prices="agree")


def test_what_proves_itself_and_agrees_is_approved_without_a_hand(sure: Ruleset) -> None:
    done = run(sure, replace(ticket(), orders=(PROVED,)), created(PROVED, authenticated=True)).after
    assert "order_ready_to_process" in done.tags and "open_order" not in done.tags
    assert (
        "order_ready_to_process"
        not in run(shipped(), replace(ticket(), orders=(PROVED,)), created(PROVED, authenticated=True)).after.tags
    )


@pytest.mark.parametrize(
    "order",
    [
        replace(PROVED, needs_review=True),
        replace(PROVED, prices="differ"),
        replace(PROVED, prices="unknown"),
        replace(PROVED, prices=None),
        replace(PROVED, type=OrderType.CHANGE),
    ],
)
def test_whatever_is_not_sure_waits_for_a_person(sure: Ruleset, order: Order) -> None:
    done = run(sure, replace(ticket(), orders=(order,)), created(order, authenticated=True)).after
    assert "order_ready_to_process" not in done.tags


def test_a_sender_that_nothing_proves_is_not_approved_without_a_hand(sure: Ruleset) -> None:
    done = run(sure, replace(ticket(), orders=(PROVED,)), created(PROVED, authenticated=False)).after
    assert "order_ready_to_process" not in done.tags
