"""Explaining and simulating use the very functions that decide."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.domain.events import MacroApplied, TicketCreated
from maild.domain.people import SYSTEM, Actor
from maild.domain.ticket import Status
from rules.explain import explain
from rules.flow_picture import flow_picture
from rules.graph import arrows, marks, mermaid, transitions
from rules.simulate import Happening, Life, differences, simulate
from rules.triggers import preview, run
from rules.views import offered
from tests.rules.builders import AGENT, CUSTOMER, NOW, ORDER, created, reply, rules, shipped, ticket

DAY = timedelta(days=1)


def answers(*given: object) -> dict[str, str]:
    return {answer.rule: f"{answer.what}: {answer.why}" for answer in explain(*given)}  # type: ignore[arg-type]


def test_every_rule_answers_for_an_event() -> None:
    found = answers(shipped(), ticket(), created(ORDER))
    assert {trigger.name for trigger in shipped().triggers} <= set(found)
    assert {automation.name for automation in shipped().automations} <= set(found)
    assert set(shipped().views) <= set(found)
    assert found["Take in a new order"].startswith("hit: group Orders; assignee orders-agent")
    assert found["Confirm that a mail without a readable order was received"] == "miss: [2] orders < 1 (orders: 1)"
    assert found["Ready to collect"].startswith("not asked: it is asked on ")
    assert found["open"] == "hit: "
    assert found["urgent"].startswith(
        "miss: [4] hours_since('created') >= 24 (created: 2026-11-17 09:00:00Z, 24h reached"
    )


def test_timers_answer_with_their_instants() -> None:
    arrived = run(shipped(), ticket(), created(ORDER)).after
    found = answers(shipped(), arrived)
    assert found["Urgent: waiting for approval for 24 hours"] == "waiting: until 2026-11-18 09:00:00Z"
    assert found["Past the ship date without tracking"] == "miss: [1] tags any ['order_processed'] (tags: open_order)"
    assert found["Collect the order"] == "miss: its sequence has not been started"
    late = simulate(shipped(), ticket(), [Happening(NOW, created(ORDER))], NOW + 2 * DAY).ticket
    assert answers(shipped(), late)["Urgent: waiting for approval for 24 hours"].startswith("fired: due")


def test_a_timer_that_a_new_rule_file_would_arm_is_named() -> None:
    bare = ticket(status=Status.SOLVED)
    assert "no timer is armed: maild rules backfill" in answers(shipped(), bare)["system.close"]


def test_a_refused_macro_answers_why() -> None:
    plain = run(shipped(), ticket(orders=()), TicketCreated(CUSTOMER)).after
    found = answers(shipped(), plain, MacroApplied(AGENT, "shipped"))
    assert found["Orders :: Shipped"] == "refused: Orders :: Shipped needs Ship date, Carrier, Tracking number"


def test_an_answer_reads_as_one_line() -> None:
    lines = [str(answer) for answer in explain(shipped(), ticket(), created(ORDER))]
    assert "miss       view urgent: [4]" in next(line for line in lines if "view urgent" in line)
    assert all("\n" not in line for line in lines)


def life(toml: str, *happenings: Happening) -> Life:
    opened = ticket(status=Status.OPEN, assignee="orders-agent", group="Orders")
    return simulate(rules(toml), opened, happenings, NOW + 30 * DAY)


REMIND = """
[[automation]]
name = "remind"
all = ["status == open", "hours_since('created') >= 24"]
do = [{ notify = "requester", template = "reminder" }]
"""


def test_the_same_rules_make_no_difference() -> None:
    events = (Happening(NOW, reply()), Happening(NOW + 2 * DAY, reply()))
    assert list(differences(life(REMIND, *events), life(REMIND, *events))) == []


def test_simulating_agrees_with_what_happened_step_by_step() -> None:
    """Events and timers run by hand, one after another, end like the simulation."""
    happened = simulate(shipped(), ticket(), [Happening(NOW, created(ORDER))], NOW + 10 * DAY)
    snapshot = ticket()
    for chapter in happened.chapters:
        outcome = run(shipped(), replace(snapshot, now=chapter.at), chapter.event)
        assert outcome == chapter.outcome
        snapshot = replace(outcome.after, version=snapshot.version + 1)
    assert replace(snapshot, now=happened.ticket.now) == happened.ticket


def test_a_difference_names_what_ends_elsewhere_letters_and_the_rule() -> None:
    trigger = (
        '[[trigger]]\nname = "rush"\non = "mail"\ndo = [{ set = { priority = "high" } }, { add_tags = ["rush"] }]\n'
    )
    events = (Happening(NOW, reply()),)
    assert list(differences(life(REMIND, *events), life(trigger, *events))) == [
        "priority: normal -> high",
        "tags: +rush",
        "1 letter fewer: reminder to requester (remind)",
        "first difference: rush",
    ]


def test_a_simulation_of_an_endless_rule_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.simulate.MOST_EVENTS", 100)
    found = life(REMIND + 'every = "1m"\n', Happening(NOW, reply()))
    assert found.cut
    assert len(found.chapters) == 100


def test_a_mail_brings_its_counters_and_stamps() -> None:
    found = life("", Happening(NOW + DAY, reply()), Happening(NOW + 2 * DAY, reply(automatic=True)))
    assert found.ticket.counter("customer_mails") == 2
    assert found.ticket.stamp("customer_reply") == NOW + DAY


def test_the_flow_is_drawn_from_the_rules() -> None:
    found = {step.rule: step for step in transitions(shipped())}
    assert found["Take in a new order"].targets == ("tag open_order",)
    approve = found["Orders :: Approve"]
    assert approve.sources == ("tag open_order",)
    assert approve.targets == ("status open", "tag order_ready_to_process")
    assert "tag onhold_need_more_info" in approve.also
    assert found["Orders :: Shipped"].sources == ("tag order_processed",)
    assert "status solved" in found["Orders :: Shipped"].targets
    assert found["The customer has answered our question"].sources == ("tag onhold_need_more_info",)
    assert found["system.close"] == ("system.close", "clock", ("status solved",), ("status closed",), ())


def test_the_text_has_every_arrow_of_the_picture() -> None:
    steps = transitions(shipped())
    drawn, picture = mermaid(shipped()), flow_picture(shipped())
    assert drawn.startswith("flowchart LR\n")
    assert len(arrows(steps)) == drawn.count(" --> ") + drawn.count(" -.-> ") == picture.count("marker-end")
    assert drawn.count(" -.-> ") == picture.count('class="also"') > 0
    shapes = [line for line in drawn.splitlines() if '"' in line]
    assert len(shapes) == len(marks(steps)) + len(steps) == len({line.split('"')[0] for line in shapes})
    for mark in ("status pending", "tag revision_unseen", "tag onhold_need_more_info"):
        assert any(arrow.source == mark for arrow in arrows(steps))
    macros = [step for step in steps if step.kind == "person"]
    assert all(step.sources for step in macros if step.rule in ("Orders :: Approve", "Orders :: Confirm processing"))


def test_views_are_for_their_groups() -> None:
    assert len(offered(shipped(), AGENT)) == 6
    assert offered(shipped(), Actor("agent", "nobody")) == ()
    assert offered(shipped(), CUSTOMER) == ()
    assert len(offered(shipped(), SYSTEM)) == 6


def test_a_preview_is_the_macro_without_its_deed() -> None:
    arrived = run(shipped(), ticket(), created(ORDER)).after
    found = preview(shipped(), arrived, AGENT, "approve")
    assert found == run(shipped(), arrived, MacroApplied(AGENT, "approve"))
    assert arrived.tags == {"open_order"}
