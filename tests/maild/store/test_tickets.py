from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from maild.clock import ManualClock
from maild.domain.query import parse
from maild.domain.ticket import Snapshot, Status
from maild.errors import UsageError
from maild.store import comments, figures, history, orders, people, ticket_list, tickets, timers
from maild.store.db import Database
from maild.store.draft import Draft
from maild.store.tables import TICKET, TICKET_TAG
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.maild.store.conftest import START
from tests.maild.store.jobs import statements


def snapshot(db: Database, ticket: int) -> Snapshot:
    return db.read_now(lambda tx: tickets.snapshot(tx, ticket))


def test_a_new_ticket_as_rules_see_it(db: Database) -> None:
    def make(tx: Tx) -> int:
        birch = people.keep_organization(tx, "Birch", ("birch.example",), ("vip",), {"terms": "30d"}, False)
        return builders.ticket(tx, organization=birch, fields=(("po_number", "7001"),), follow_up_of=None)

    ticket = snapshot(db, db.write_now(make))
    assert (ticket.version, ticket.now, ticket.status, ticket.priority) == (1, START, Status.NEW, "normal")
    assert (ticket.subject, ticket.channel, ticket.order_address) == ("Order 7001", "smtp", builders.ORDERS)
    assert ticket.requester.address == "ann@birch.example"
    assert ticket.organization is not None
    assert ticket.organization.tags == {"vip"}
    assert (ticket.tags, ticket.orders, ticket.timers, ticket.unread) == (frozenset(), (), (), True)
    assert dict(ticket.counters) == {"customer_mails": 1, "agent_mails": 0, "reopens": 0}
    assert dict(ticket.stamps) == {"created": START, "updated": START, "status_changed": START}
    assert ticket.value("po_number") == "7001"


def test_a_snapshot_has_the_orders_in_order_and_only_its_own_rows(db: Database) -> None:
    def make(tx: Tx) -> int:
        mine, other = builders.ticket(tx), builders.ticket(tx)
        for number, ticket in (("1", mine), ("2", other), ("3", mine)):
            orders.add(tx, ticket, None, None, builders.order(number))
            timers.arm(tx, ticket, f"remind {number}", 0, START)
            draft = Draft(tx, tickets.snapshot(tx, ticket))
            draft.add_tags({f"tag{number}"})
            draft.flush()
        return mine

    ticket = snapshot(db, db.write_now(make))
    assert [order.po_number for order in ticket.orders] == ["1", "3"]
    assert ticket.order == builders.order("3")
    assert ticket.tags == {"tag1", "tag3"}
    assert [timer.rule for timer in ticket.timers] == ["remind 1", "remind 3"]


def test_a_snapshot_asks_no_more_when_there_is_more(db: Database) -> None:
    ticket = db.write_now(builders.ticket)

    look = partial(statements, lambda tx: tickets.snapshot(tx, ticket))
    before = db.read_now(look)
    for number in range(10):
        db.write_now(lambda tx, n=number: orders.add(tx, ticket, None, None, builders.order(str(n))))
        db.write_now(lambda tx, n=number: timers.arm(tx, ticket, "remind", n, START))
    assert db.read_now(look) == before <= 8


def test_mail_counts_and_stamps_its_side(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    clock.advance(timedelta(hours=1))
    db.write_now(lambda tx: tickets.count_mail(tx, ticket, customer=True))
    clock.advance(timedelta(hours=1))
    db.write_now(lambda tx: tickets.count_mail(tx, ticket, customer=False))
    after = snapshot(db, ticket)
    assert (after.counter("customer_mails"), after.counter("agent_mails"), after.version) == (2, 1, 3)
    assert after.stamp("customer_reply") == START + timedelta(hours=1)
    assert after.stamp("agent_reply") == START + timedelta(hours=2) == after.stamp("updated")


def test_a_requester_is_vouched_for_once_and_for_all(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    assert not db.read_now(lambda tx: tickets.is_verified(tx, ticket))
    db.write_now(lambda tx: tickets.mark_verified(tx, ticket))
    assert db.read_now(lambda tx: tickets.is_verified(tx, ticket))
    assert not db.read_now(lambda tx: tickets.is_verified(tx, 99))


def test_only_a_ticket_that_exists_can_be_locked(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    assert db.write_now(lambda tx: (tickets.lock(tx, ticket), tickets.lock(tx, 99))) == (True, False)
    assert db.read_now(lambda tx: (tickets.exists(tx, ticket), tickets.exists(tx, 99))) == (True, False)


def test_tied_tickets_know_each_other_once(db: Database) -> None:
    one, two, three = (db.write_now(builders.ticket) for _ in range(3))
    for _ in range(2):
        db.write_now(lambda tx: tickets.link(tx, one, two, "same mail"))
    db.write_now(lambda tx: tickets.link(tx, three, one, "follow-up"))
    assert db.read_now(lambda tx: tickets.links(tx, one)) == [(two, "same mail"), (three, "follow-up")]
    assert db.read_now(lambda tx: tickets.links(tx, two)) == [(one, "same mail")]


def test_tags_that_agree_in_all_the_table_holds_are_one(db: Database) -> None:
    ticket = db.write_now(builders.ticket)

    def tag(tx: Tx) -> None:
        draft = Draft(tx, tickets.snapshot(tx, ticket))
        draft.add_tags({"x" * 150, "x" * 151, "y\0"})
        draft.flush()

    db.write_now(tag)
    assert snapshot(db, ticket).tags == {"x" * 100, "y"}
    assert len(db.read_now(lambda tx: tx.execute(select(TICKET_TAG)).all())) == 2


def test_history_is_written_once_per_cause_and_read_in_order(db: Database, clock: ManualClock) -> None:
    from maild.domain.trace import Step

    ticket = db.write_now(builders.ticket)
    clock.advance(timedelta(hours=1))
    steps = [Step("hit", "confirm", "an order came", effects=("send",)), Step("miss", "vip", condition=0, seen="")]
    said = ("MailArrived", "customer:a", {"n": 1}, steps, "abc")
    assert db.write_now(lambda tx: history.write_entry(tx, ticket, "mail:1", *said)) is not None
    assert db.read_now(lambda tx: (history.known(tx, "mail:1"), history.known(tx, "mail:2"))) == (True, False)
    assert db.write_now(lambda tx: history.write_entry(tx, ticket, "mail:1", "MailArrived", "x", {})) is None
    born, came = db.read_now(lambda tx: history.of_ticket(tx, ticket))
    assert (born["kind"], came["kind"], came["at"], came["rules_hash"]) == (
        "TicketCreated",
        "MailArrived",
        START + timedelta(hours=1),
        "abc",
    )
    assert came["data"] == {"n": 1}
    assert came["steps"] == [
        {"what": "hit", "rule": "confirm", "why": "an order came", "effects": ["send"]},
        {"what": "miss", "rule": "vip", "condition": 0},
    ]


def test_comments_come_in_order_and_private_ones_can_be_left_out(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    db.write_now(lambda tx: comments.add(tx, ticket, "customer:a", "please hurry", public=True, cut_text="> hello"))
    db.write_now(lambda tx: comments.add(tx, ticket, "system:maild", "a stranger wrote", public=False, mark="x"))
    everything = db.read_now(lambda tx: comments.of_ticket(tx, ticket))
    assert [(c.text, c.public, c.cut_text, c.mark, c.at) for c in everything] == [
        ("please hurry", True, "> hello", None, START),
        ("a stranger wrote", False, None, "x", START),
    ]
    assert db.read_now(lambda tx: comments.of_ticket(tx, ticket, public_only=True)) == everything[:1]


@pytest.fixture
def desk(db: Database) -> Database:
    """Four tickets that differ."""

    def fill(tx: Tx) -> None:
        birch = people.keep_organization(tx, "Birch AG", ("birch.example",), (), {}, False)
        bob = people.meet(tx, "bob@cedar.example", "Bob")
        builders.ticket(tx, subject="100% oak_shelf", organization=birch, fields=(("po_number", "PO-7001"),))
        builders.ticket(tx, subject="1000 oaktshelf", requester=bob.id)
        builders.ticket(tx, subject="Chairs", needs_review=True, review_reasons=("totals differ",))
        builders.ticket(tx, subject="Tables")
        for number, change in ((1, {"status": 2}), (2, {"group_name": "parts"}), (3, {"assignee": "dana"})):
            tx.execute(TICKET.update().where(TICKET.c.id == number).values(**change))
        tx.insert_all(TICKET_TAG, [{"ticket_id": 1, "tag": "vip"}, {"ticket_id": 1, "tag": "late"}])

    db.write_now(fill)
    return db


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", [4, 3, 2, 1]),
        ("status:open", [1]),
        ("status:new", [4, 3, 2]),
        ("tag:vip", [1]),
        ("tag:none", []),
        ("group:parts", [2]),
        ("assignee:dana", [3]),
        ("requester:BOB@cedar.example", [2]),
        ("organization:birch", []),
        ("review:yes", [3]),
        ("review:no", [4, 2, 1]),
        ("priority:normal status:new", [4, 3, 2]),
        ("po:PO-7001", [1]),
        ("po-7001", [1]),
        ("100%", [1]),
        ("oak_shelf", [1]),
        ("oak", [2, 1]),
        ("oak 1000", [2]),
        ("'; DROP TABLE ticket; --", []),
    ],
)
def test_tickets_are_found_newest_first_by_keys_and_words(desk: Database, line: str, found: list[int]) -> None:
    assert [row["id"] for row in desk.read_now(lambda tx: ticket_list.rows(tx, parse(line), 10))] == found


def test_a_listed_ticket_shows_what_people_look_for(desk: Database) -> None:
    row = desk.read_now(lambda tx: ticket_list.rows(tx, parse("tag:vip"), 10))[0]
    assert (row["status"], row["requester"], row["organization"]) == ("open", "ann@birch.example", "Birch AG")
    assert (row["po_number"], row["currency"], row["tags"]) == ("PO-7001", None, ["late", "vip"])
    assert len(desk.read_now(lambda tx: ticket_list.rows(tx, parse(""), 2))) == 2
    with pytest.raises(UsageError):
        parse("status:nonsense")


def test_tickets_are_counted_by_status(desk: Database) -> None:
    assert desk.read_now(figures.counts)["tickets"] == {"open": 1, "new": 3}
