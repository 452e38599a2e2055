"""Finding tickets by words: what is kept, folded, ranked, marked, and who may find what. On both databases."""

import pytest
from sqlalchemy import text, update

from maild.domain.order import Order, OrderLine
from maild.store import comments, orders, resolutions, search
from maild.store.db import Database
from maild.store.search import Words, excerpt, plain
from maild.store.tables import COMMENT, TICKET
from maild.store.tx import Tx
from tests.maild.store import builders


def numbers(db: Database, asked: str, hidden: tuple[str, ...] = ()) -> list[int]:
    return [hit.ticket for hit in db.read_now(lambda tx: search.find(tx, asked, hidden=hidden))]


def made(db: Database, subject: str = "Order", *said: str, **changes: object) -> int:
    def make(tx: Tx) -> int:
        ticket = builders.ticket(tx, subject=subject, requester=builders.person(tx).id)
        for words in said:
            comments.add(tx, ticket, "customer:x", words, public=True)
        if changes:
            tx.execute(update(TICKET).where(TICKET.c.id == ticket).values(**changes))
        return ticket

    return db.write_now(make)


def test_each_word_may_stand_anywhere_in_the_ticket(db: Database) -> None:
    first = made(db, "Leaking valve", "The seal is torn.")
    made(db, "Leaking pipe", "The clamp is torn.")
    assert numbers(db, "leaking seal") == [first]
    assert numbers(db, "torn valve SEAL") == [first]
    assert numbers(db, "leaking seal clamp") == []
    assert len(numbers(db, "torn")) == 2


FOLDED = (
    ("Größe der Öffnung", "größe öffnung"),
    ("Größe der Öffnung", "OFFNUNG"),
    ("Crème brûlée", "creme brulee"),
    ("creme brulee", "Crème BRÛLÉE"),
    ("Ремонт Насоса", "ремонт насоса"),
    ("the PO-7001/B is here", "po-7001"),
    ("the PO-7001/B is here", "7001 b"),
    ("write to mia@blue.example today", "mia@blue.example"),
    ("see /var/log/pump.log", "pump.log"),
    ("100% -40 1.5e3 3,50", "100% 40 3,50"),
    ("hydraulics", "hydr*"),
    ("PO-70012", "PO-700*"),
    ("it's", "it's"),
)


def test_case_accents_and_signs_do_not_matter(db: Database) -> None:
    for said, asked in FOLDED:
        ticket = made(db, "x", said)
        assert ticket in numbers(db, asked), (said, asked)


def test_the_beginning_of_a_word_is_no_word_unless_it_is_asked_for(db: Database) -> None:
    made(db, "x", "hydraulics")
    assert numbers(db, "hydr") == []


def test_a_resolution_counts_more_than_a_comment_and_is_followed_when_it_changes(db: Database) -> None:
    said, solved = made(db, "x", "gasket"), made(db, "y")
    db.write_now(lambda tx: resolutions.resolve(tx, solved, "Turn the gasket.", "kim"))
    assert numbers(db, "gasket") == [solved, said]
    db.write_now(lambda tx: resolutions.resolve(tx, solved, "Turn the seal.", "kim"))
    assert numbers(db, "gasket") == [said]
    assert numbers(db, "seal") == [solved]


def test_what_is_changed_or_erased_is_no_longer_found(db: Database) -> None:
    ticket = made(db, "Pump", "secret word")
    db.write_now(lambda tx: tx.execute(update(COMMENT).where(COMMENT.c.ticket_id == ticket).values(text="erased")))
    db.write_now(lambda tx: tx.execute(update(TICKET).where(TICKET.c.id == ticket).values(subject="Motor")))
    assert [numbers(db, word) for word in ("secret", "pump", "erased", "motor")] == [[], [], [ticket], [ticket]]
    db.write_now(lambda tx: tx.execute(COMMENT.delete()))
    assert numbers(db, "erased") == []


def test_items_and_numbers_of_an_order_are_found_also_when_corrected(db: Database) -> None:
    ticket = made(db)
    line = OrderLine(sku="BH-1001", customer_sku="4711", description="Brass ball valve")
    db.write_now(lambda tx: orders.add(tx, ticket, None, None, Order(po_number="PO-9", lines=(line,))))
    assert [numbers(db, word) for word in ("bh-1001", "4711", "brass valve", "po-9")] == [[ticket]] * 4
    db.write_now(lambda tx: orders.correct(tx, ticket, Order(po_number="PO-10", lines=()), None))
    assert [numbers(db, word) for word in ("bh-1001", "po-10")] == [[], [ticket]]


def test_whatever_group_has_it_who_asks_finds_no_hidden_department(db: Database) -> None:
    mine, theirs = made(db, "Zinc", group_name="Orders"), made(db, "Zinc", group_name="Support")
    nobodys, hidden = made(db, "Zinc"), made(db, "Zinc", group_name="Orders", department="secret")
    assert set(numbers(db, "zinc")) == {mine, theirs, nobodys, hidden}
    assert set(numbers(db, "zinc", ("secret",))) == {mine, theirs, nobodys}
    assert len(numbers(db, "zinc", ("') OR 1=1 --",))) == 4


HOSTILE = """
" ' ' OR 1=1 -- | NEAR(a b) | a AND | NOT | * | (( | \\ | text:x | :* | a:*b | <-> & ! | %s %(x)s | {col}
"""


def test_no_words_break_the_search(db: Database) -> None:
    made(db, "Pump", "a not x s drop table ticket near text col")
    for asked in (*HOSTILE.split("|"), HOSTILE, "\0", "é" * 5000, "a " * 5000, "x*" * 50):
        numbers(db, asked)
    assert len(numbers(db, "pump")) == 1


def test_a_huge_comment_is_kept_and_found_by_its_beginning(db: Database) -> None:
    words = " ".join(f"w{n}é" for n in range(20_000))
    ticket = made(db, "x", f"beginning {words} ending")
    assert numbers(db, "beginning w17e") == [ticket]
    assert numbers(db, "ending") == []


def test_the_index_is_what_the_texts_say(db: Database) -> None:
    """SQLite's own check; PostgreSQL's index has no say of its own."""
    made(db, "Pump", "one", "two")
    if not db.read_now(lambda tx: tx.postgres):
        check = text("INSERT INTO search_words(search_words) VALUES ('integrity-check')")
        db.write_now(lambda tx: tx.execute(check))


def test_the_index_is_in_the_transaction(db: Database) -> None:
    def fail(tx: Tx) -> None:
        comments.add(tx, ticket, "x", "vanishing", public=False)
        raise RuntimeError("not today")

    ticket = made(db)
    with pytest.raises(RuntimeError):
        db.write_now(fail)
    assert numbers(db, "vanishing") == []


def test_the_best_place_is_shown_with_its_words_marked() -> None:
    words = Words.of("valve Größ*")
    whole = "x " * 100 + "The Válve of this\nGröße leaks." + " y" * 200
    assert excerpt(whole, words).startswith("…x ")
    assert "The «Válve» of this «Größe» leaks." in excerpt(whole, words)
    assert excerpt("nothing", words) == "nothing"
    assert len(plain("Größe ﬁn İ\u0301x")) == len("Größe ﬁn İ\u0301x")
