"""The page about rules: its examples load, and nothing is left out of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maild.domain.calendars import add, parse_duration
from maild.domain.condition_syntax import Vocabulary, parse
from maild.domain.effects import (
    AddComment,
    AddTags,
    ArmTimer,
    Assign,
    CallWebhook,
    CancelTimer,
    CreateTask,
    MarkForReview,
    SendLetter,
    SetField,
    SetForm,
    SetPriority,
    SetStatus,
    SetSubject,
    SetTags,
)
from maild.domain.events import (
    CommentWritten,
    Event,
    MacroApplied,
    MoveAsked,
    SideAnswered,
    SideOpened,
    TaskAdded,
    TaskDone,
    TicketRated,
    TransitionAsked,
)
from maild.domain.mail import MailKind
from maild.domain.order import OrderType
from maild.domain.people import SYSTEM, Actor
from maild.domain.sla import Clock, Sla, Target
from maild.domain.stand import Stand
from maild.domain.terms import EVENTS, PRIORITIES, STAMPS, TERMS, Scene
from maild.domain.ticket import Status
from maild.domain.vocabulary import CALLS
from rules import fields, timed
from rules.load_actions import _READERS
from rules.load_views import COLUMNS
from rules.matrix import ROLES
from rules.model import FieldKind, Ruleset
from rules.simulate import Happening, simulate
from rules.triggers import run
from tests.rules.builders import AGENT, LEAD, NOW, ORDER, PAT, created, reply, rules, ticket

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


CONDITIONS = [line.partition("  #")[0].strip() for block in blocks("condition") for line in block.splitlines()]


def page() -> Ruleset:
    """All examples of the page as one rule file."""
    return rules("\n".join(blocks("toml")))


def vocabulary(ruleset: Ruleset) -> Vocabulary:
    people = tuple(colleague.name for colleague in ruleset.people)
    return Vocabulary(
        fields={name: fields.term(field) for name, field in ruleset.fields.items()},
        words={
            "group": ruleset.groups,
            "form": tuple(ruleset.forms),
            "assignee": people,
        },
        schedules=ruleset.schedules,
        schedule=ruleset.schedules["default"],
        overdue=timed.overdue(ruleset.limits, ruleset.schedules["default"]),
    )


PAGE_RULES = page()
LONG_AGO = NOW - timedelta(days=30)
CHANGED = replace(
    ORDER,
    type=OrderType.CHANGE,
    total="20000.00",
    confidence="0.5",
    needs_review=True,
    lines=tuple(replace(ORDER.lines[0], line=str(n), quantity="500") for n in range(30)),
)
LATE = Clock(
    target=Target.FIRST_REPLY,
    run=0,
    policy="Standard",
    schedule="default",
    zone="Europe/Berlin",
    started=LONG_AGO,
    allowed=timedelta(hours=4),
    since=LONG_AGO,
    due=NOW - timedelta(hours=2),
    breached=NOW - timedelta(hours=2),
)
RUNNING = replace(LATE, target=Target.NEXT_REPLY, due=NOW + timedelta(hours=1), breached=None)
PAUSED = replace(LATE, target=Target.RESOLUTION, since=None, due=None, breached=None)
FULL = ticket(
    **dict.fromkeys(("created", "updated", "status_changed", "assigned"), LONG_AGO),
    customer_reply=NOW,
    agent_reply=NOW,
    subject="Urgent: an order",
    status=Status.PENDING,
    priority="urgent",
    group="Orders",
    assignee="orders-agent",
    form="order",
    department="orders",
    queue="Orders in turn",
    sla=Sla("Standard", (LATE, RUNNING, PAUSED)),
    tags={"open_order", "rush", "vip"},
    fields={
        "po_number": "PO-1",
        "so_number": "9",
        "total_cost": "20000",
        "ship_date": "2026-11-01",
        "freight": "collect",
        "extras": "crate",
        "insured": "true",
    },
    orders=(ORDER, CHANGED),
    needs_review=True,
    unread=True,
    follow_up_of=3,
    blueprint=Stand("returns", "v1", "asked"),
    counters=(("customer_mails", 11), ("agent_mails", 1), ("reopens", 2)),
    requester=replace(PAT, fields=(("phone", "1"),)),
)
BARE = ticket(
    order_address="help@shop.example",
    channel="hand",
    orders=(),
    organization=None,
    requester=replace(PAT, address="ann@elsewhere.example", tags=frozenset()),
    priority="low",
    subject="A question",
)
EVENTS_SEEN: tuple[Event | None, ...] = (
    None,
    created(ORDER, authenticated=True, subject="cancel", text="the line is down: PO-4711"),
    reply(kind=MailKind.BOUNCE, automatic=True, public=False, from_address="x@y.example", order_address="o@y.example"),
    CommentWritten(AGENT, "as promised", public=True),
    CommentWritten(LEAD, "hm", public=False),
    MacroApplied(LEAD, "Orders :: Approve"),
    MoveAsked(LEAD, Status.OPEN),
    TransitionAsked(LEAD, "receive"),
    TaskAdded(LEAD, 1, "Get the export papers", "helper", blocks=True),
    TaskDone(LEAD, 1, "Get the export papers", "helper", left=0),
    TaskDone(LEAD, 2, "Call them", "lead", left=1),
    SideAnswered(SYSTEM, 1, "joe@carrier.example", "A quote for two pallets"),
    SideOpened(LEAD, 2, "ann@bank.example", "Their credit"),
    TicketRated(Actor("customer", PAT.address), 2, "Late."),
    TicketRated(Actor("customer", PAT.address), 5),
)
SCENES = [
    Scene(now, before, event)
    for now in (
        *(FULL, BARE, replace(FULL, status=Status.OPEN), replace(FULL, status=Status.HOLD, orders=(ORDER,))),
        replace(FULL, status=Status.SOLVED, assignee="lead", tags=frozenset({"onhold_need_more_info"})),
    )
    for before in (now, replace(now, status=Status.OPEN), replace(now, tags=frozenset()))
    for event in EVENTS_SEEN
]


def test_the_examples_together_are_one_rule_file() -> None:
    ruleset = page()
    assert len(ruleset.triggers) >= 6
    assert len(ruleset.sequences) == 2


@pytest.mark.parametrize("source", CONDITIONS)
def test_every_condition_of_the_page_is_one_that_can_hold_and_can_fail(source: str) -> None:
    node = parse(source, vocabulary(PAGE_RULES)).node
    held = {node.holds(scene) for scene in SCENES}
    assert held == {True, False}


@pytest.mark.parametrize(
    ("duration", "due"),
    [
        ("30m", "2026-11-20T13:30"),
        ("24h", "2026-11-21T13:00"),
        ("1d", "2026-11-21T13:00"),
        ("2w", "2026-12-04T13:00"),
        ("1mo", "2026-12-20T13:00"),
        ("24bh", "2026-11-25T13:00"),  # an hour on Friday, eight on Monday, nine on Tuesday, six on Wednesday
        ("1bd", "2026-11-23T13:00"),
    ],
)
def test_every_unit_of_the_page_counts_as_it_says(duration: str, due: str) -> None:
    """From a Friday, 14:00 in Berlin, by the page's schedule."""
    assert f"`{duration}`" in PAGE
    start = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
    assert add(PAGE_RULES.schedules["default"], start, parse_duration(duration)) == datetime.fromisoformat(f"{due}Z")


def test_every_action_of_the_page_acts() -> None:
    """The page's rules, set off one after the other."""
    life = simulate(
        PAGE_RULES,
        ticket(assignee="orders-agent", fields={"po_number": "PO-1", "so_number": "9", "account": "AB12CD"}),
        [
            Happening(NOW, created(ORDER, text="The line is down")),
            Happening(NOW + timedelta(hours=1), MacroApplied(AGENT, "Orders :: Confirm processing")),
            Happening(NOW + timedelta(hours=30), reply(orders=(replace(ORDER, type=OrderType.CANCEL),))),
            Happening(NOW + timedelta(hours=31), reply(text="Thanks")),
        ],
        NOW + timedelta(days=3),
    )
    done = {type(planned.effect) for chapter in life.chapters for planned in chapter.outcome.effects}
    assert done >= {
        *(SetStatus, SetPriority, SetSubject, SetForm, SetField, Assign, AddTags, SetTags, AddComment, SendLetter),
        *(CreateTask, CallWebhook, ArmTimer, CancelTimer, MarkForReview),
    }
    rushed = replace(life.ticket, orders=(), tags=frozenset({"rush", "other"}))
    assert run(PAGE_RULES, rushed, reply(text="thanks!")).after.tags == {"other"}


def test_there_are_conditions_on_the_page() -> None:
    assert len(CONDITIONS) > 60


@pytest.mark.parametrize(
    "word",
    sorted(
        {
            *TERMS,
            *CALLS,
            *STAMPS,
            *PRIORITIES,
            *EVENTS.values(),
            *(status.word for status in Status),
            *(kind.value for kind in FieldKind),
            *_READERS,
            *COLUMNS,
            *(set(ROLES) - {"any"}),
            *("30m", "24h", "1d", "2w", "1mo", "24bh", "1bd", "outside_matrix", "overdue"),
        }
    ),
)
def test_nothing_is_left_out_of_the_page(word: str) -> None:
    assert re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", PAGE), f"{word} is not on the page"
