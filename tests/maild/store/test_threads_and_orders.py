from maild.domain.ticket import Status
from maild.store import documents, orders, outbox, threads, tickets
from maild.store.db import Database
from maild.store.orders import KnownOrder
from maild.store.threads import LONGEST, Thread
from tests.maild.store import builders
from tests.maild.store.builders import ORDERS


def remember(db: Database, ref: str, ticket: int, address: str = ORDERS) -> None:
    db.write_now(lambda tx: threads.remember(tx, address, ref, ticket))


def find(db: Database, *refs: str, address: str = ORDERS) -> Thread | None:
    return db.read_now(lambda tx: threads.find(tx, address, refs))


def test_the_first_known_of_the_asked_is_found_in_their_order(db: Database) -> None:
    one, two = db.write_now(builders.ticket), db.write_now(builders.ticket)
    remember(db, "<a@birch.example>", one)
    remember(db, "<b@birch.example>", two)
    assert find(db, "<x@birch.example>", "<b@birch.example>", "<a@birch.example>") == Thread(
        "<b@birch.example>", two, None
    )
    assert find(db, "<a@birch.example>", "<b@birch.example>") == Thread("<a@birch.example>", one, None)
    assert find(db, "<A@birch.example>") is None
    assert find(db) is None


def test_order_addresses_do_not_see_each_others_threads(db: Database) -> None:
    one, two = db.write_now(builders.ticket), db.write_now(builders.ticket)
    remember(db, "<a@birch.example>", one)
    remember(db, "<a@birch.example>", two, "parts@desk.example")
    assert find(db, "<a@birch.example>") == Thread("<a@birch.example>", one, None)
    assert find(db, "<a@birch.example>", address="parts@desk.example") == Thread("<a@birch.example>", two, None)
    assert find(db, "<a@birch.example>", address="other@desk.example") is None


def test_a_message_id_used_again_stays_with_its_first_ticket(db: Database) -> None:
    one, two = db.write_now(builders.ticket), db.write_now(builders.ticket)
    remember(db, "<a@birch.example>", one)
    remember(db, "<a@birch.example>", two)
    assert find(db, "<a@birch.example>") == Thread("<a@birch.example>", one, None)
    assert db.read_now(lambda tx: threads.of_ticket(tx, two)) == []


def test_our_letters_are_known_by_their_message_id(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    new = builders.new_letter(ticket=ticket, order_address=ORDERS)
    letter = db.write_now(lambda tx: outbox.put(tx, new))
    assert find(db, new.message_id) == Thread(new.message_id, ticket, letter)


def test_a_long_message_id_is_found_by_what_is_kept_of_it(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    long = "<" + "a" * 1500 + "@birch.example>"
    remember(db, long, ticket)
    found = find(db, long)
    assert found is not None
    assert (found.ticket, len(found.ref)) == (ticket, 998)


def test_only_so_many_references_are_looked_up(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    remember(db, "<a@birch.example>", ticket)
    others = [f"<{number}@spam.example>" for number in range(LONGEST)]
    assert find(db, *others[:-1], "<a@birch.example>") is not None
    assert find(db, *others, "<a@birch.example>") is None


def test_a_conversation_is_told_oldest_first_and_a_long_one_by_its_ends(db: Database) -> None:
    ticket, other = db.write_now(builders.ticket), db.write_now(builders.ticket)
    refs = [f"<{number * 7919 % 1000:03}@birch.example>" for number in range(LONGEST + 20)]
    for ref in refs[:5]:
        remember(db, ref, ticket)
        remember(db, f"<other-{ref[1:]}", other)
    assert db.read_now(lambda tx: threads.of_ticket(tx, ticket)) == refs[:5]
    for ref in refs[5:]:
        remember(db, ref, ticket)
    assert db.read_now(lambda tx: threads.of_ticket(tx, ticket)) == [refs[0], *refs[-LONGEST:]]


def test_the_newest_order_under_a_key_is_found_with_its_tickets_status(db: Database) -> None:
    one, two = db.write_now(builders.ticket), db.write_now(lambda tx: builders.ticket(tx, follow_up_of=1))
    first, second = builders.order(quantity="12"), builders.order(quantity="13")
    db.write_now(lambda tx: orders.add(tx, one, None, "ann|7001", first))
    db.write_now(lambda tx: orders.add(tx, one, None, None, builders.order("no key")))
    assert db.read_now(lambda tx: orders.find(tx, "ann|7001")) == KnownOrder(
        one, Status.NEW, documents.content_digest(first)
    )
    db.write_now(lambda tx: orders.add(tx, two, None, "ann|7001", second))
    assert db.read_now(lambda tx: orders.find(tx, "ann|7001")) == KnownOrder(
        two, Status.NEW, documents.content_digest(second)
    )
    assert db.read_now(lambda tx: orders.find(tx, "bob|7001")) is None


def test_an_order_comes_back_as_it_was_read(db: Database) -> None:
    from maild.domain.order import Order, OrderLine, OrderType, Party, Place
    from maild.domain.problem import Problem

    full = Order(
        type=OrderType.REPLACE,
        po_number="7001",
        total="1234.50",
        ship_to=Party(company="Birch \u00dc", city="K\u00f6ln"),
        lines=(OrderLine(line="1", sku="OAK-1", quantity="12"), OrderLine(description="wax")),
        problems=(Problem("po.totals", "the lines make 1200.00", "total", ("1200.00", "1234.50")),),
        provenance=(("po_number", Place(page=1, box=(0.0, 1.0, 2.5, 3.0), text="PO 7001")),),
    )
    ticket = db.write_now(builders.ticket)
    db.write_now(lambda tx: orders.add(tx, ticket, None, None, full))
    assert db.read_now(lambda tx: tickets.snapshot(tx, ticket)).orders == (full,)


def test_a_digest_is_of_what_is_ordered_not_of_how_it_was_read() -> None:
    from dataclasses import replace

    order = builders.order()
    same = replace(order, format="pdf", confidence="0.4", needs_review=False)
    assert documents.content_digest(same) == documents.content_digest(order)
    assert documents.content_digest(builders.order(quantity="13")) != documents.content_digest(order)
    assert documents.content_digest(replace(order, po_number=None)) != documents.content_digest(order)
