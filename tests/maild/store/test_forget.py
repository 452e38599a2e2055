"""Forgetting a person: everything or nothing, and no text is overlooked that hangs on a ticket."""

from typing import Any

import pytest
from sqlalchemy import select, update

from maild.domain.erasure import ERASED, Stroke, event_left, steps_left
from maild.domain.events import MailArrived, MailFacts
from maild.domain.mail import MailKind
from maild.domain.people import Actor
from maild.store import comments, forget, history, tickets
from maild.store.columns import Words
from maild.store.db import Database
from maild.store.facts import NewFact
from maild.store.facts import put as put_facts
from maild.store.records import EVENTS
from maild.store.tables import COMMENT, LETTER, METADATA, ORGANIZATION, PERSON, TICKET
from maild.store.tx import Tx
from tests.maild.store import builders

ANN = "ann@birch.example"
SECRET = "her knee"
ERASED_WITH_A_TICKET = {
    *("ticket.subject", "comment.text", "comment.cut_text", "task.title", "resolution.text", "rating.words"),
    *("side_conversation.subject", "side_message.text", "side_message.cut_text"),
    *("ticket_order.po_key", "ticket_order.words", "thread_ref.ref"),
    *("message.subject", "message.from_address", "message.message_id", "message.why", "message.checked"),
    *("delivery.sender", "delivery.helo", "delivery.login"),
    *("letter.subject", "letter.text", "letter_attempt.why", "letter_recipient.reply"),
}
NO_TEXT_OF_A_CUSTOMER = {
    *("comment.actor", "history.actor", "side_message.actor", "blueprint_move.actor"),  # their address is struck out
    *("letter.to_address", "letter_recipient.address"),
    *("task.owner", "task.created_by", "task.done_by", "resolution.by", "habit.set_by"),
    *("side_conversation.opened_by", "side_conversation.closed_by"),
    *("article.title", "article.what", "article.how", "article.published_by", "article.withdrawn_by"),  # public
    *(
        "ticket.sla_policy",
        "sla_clock.policy",
        "sla_clock.schedule",
        "sla_clock.department",
        "blueprint_move.department",
    ),
    *("ticket_tag.tag", "timer.why", "letter.why", "habit.said", "habit.value"),  # words of the rules and the program
}


def test_every_text_that_hangs_on_a_ticket_is_erased_with_it_or_known_to_be_no_customers() -> None:
    near = {"ticket", "message", "letter", "side_conversation"}
    hanging = [
        t for t in METADATA.sorted_tables if t.name in near or near & {k.column.table.name for k in t.foreign_keys}
    ]
    texts = {f"{t.name}.{c.name}" for t in hanging for c in t.c if isinstance(c.type, Words)}
    assert texts - ERASED_WITH_A_TICKET - NO_TEXT_OF_A_CUSTOMER == set(), "is it erased? then say so here"


def lived(tx: Tx) -> int:
    """A solved ticket of Ann's with a mail, a comment, a letter and a history; and her name on somebody else's."""
    ticket = builders.ticket(tx, subject=f"About {SECRET}", fields=(("ship_to", "Ann Birch"), ("total_cost", "9.50")))
    mail = builders.mail(tx, f"From: Ann <{ANN}>\r\n\r\n{SECRET}\r\n".encode())
    done = {"state": "done", "outcome": "comment", "ticket_id": ticket, "settled_at": tx.now, "from_address": ANN}
    message = METADATA.tables["message"]
    tx.execute(update(message).where(message.c.id == mail.id).values(**done))
    comments.add(tx, ticket, f"customer:{ANN}", SECRET, public=True, message_id=mail.id)
    builders.letter(tx, ticket=ticket, raw=SECRET.encode(), text=SECRET)
    event = MailArrived(Actor("customer", ANN), MailFacts(1, MailKind.REPLY, SECRET, SECRET, ANN))
    data = EVENTS["MailArrived"].dump_python(event, mode="json")
    history.open_entry(tx, ticket, f"mail:{mail.id}", "MailArrived", f"customer:{ANN}", data)
    tx.execute(update(TICKET).where(TICKET.c.id == ticket).values(status=5))
    put_facts(tx, [NewFact(None, ANN, "note", "1", text=SECRET)], "erp")
    other = builders.ticket(tx, requester=builders.person(tx, "bo@fir.example", "Bo Fir").id)
    comments.add(tx, other, "agent:lea", f"Ask ANN BIRCH <Ann@Birch.Example>, not {ANN}", public=False)
    tx.insert(ORGANIZATION, name="Fir", tags=[], fields={f"by {ANN}": [ANN, "x"]}, trust_unauthenticated=False)
    return ticket


def everything(tx: Tx) -> str:
    rows = [dict(row._mapping) for t in METADATA.sorted_tables for row in tx.execute(select(t))]
    return "\n".join(map(str, rows)).lower()


def test_all_of_it_goes_and_the_figures_stay(db: Database) -> None:
    ticket = db.write_now(lived)
    found = db.write_now(lambda tx: forget.person(tx, ANN, frozenset({"total_cost"})))
    assert {name: found[name] for name in ("records", "tickets", "facts", "mails")} == {
        "records": 1,
        "tickets": 1,
        "facts": 1,
        "mails": 1,
    }
    left = db.read_now(everything)
    for words in (ANN, SECRET, "ann birch"):
        assert words not in left, words
    snapshot = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    assert (snapshot.subject, dict(snapshot.fields)) == (ERASED, {"total_cost": "9.50"})
    said = db.read_now(lambda tx: tx.execute(select(COMMENT.c.text).order_by(COMMENT.c.id.desc())).scalars().first())
    assert said == f"Ask {ERASED} <erased-1@sender.invalid>, not erased-1@sender.invalid"
    letter = db.read_now(lambda tx: tx.execute(select(LETTER.c.phase, LETTER.c.code, LETTER.c.raw)).one())
    assert tuple(letter) == ("dropped", "forgotten", b""), "what has not left never will"


def test_nothing_goes_where_any_of_it_fails(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    db.write_now(lived)
    before = db.read_now(everything)

    def fail(*_: Any) -> None:
        raise RuntimeError("in the midst of it")

    monkeypatch.setattr(forget, "_strike", fail)
    with pytest.raises(RuntimeError):
        db.write_now(lambda tx: forget.person(tx, ANN, frozenset()))
    assert db.read_now(everything) == before


def test_a_rehearsal_reports_the_same_and_changes_nothing(db: Database) -> None:
    db.write_now(lived)
    before = db.read_now(everything)
    told = db.write_now(lambda tx: forget.rehearsed(tx, ANN, frozenset()))
    assert db.read_now(everything) == before
    assert db.write_now(lambda tx: forget.person(tx, ANN, frozenset())) == told


def test_what_is_unfinished_is_named(db: Database) -> None:
    def begin(tx: Tx) -> tuple[int, int]:
        return builders.ticket(tx), builders.mail(tx, f"From: {ANN}\r\n\r\nx".encode()).id

    ticket, mail = db.write_now(begin)
    left = db.read_now(lambda tx: forget.unfinished(tx, ANN))
    assert (left.tickets, left.mails, left.letters) == ((ticket,), (mail,), ())


def test_a_stranger_is_not_found_and_nothing_changes(db: Database) -> None:
    db.write_now(lived)
    before = db.read_now(everything)
    found = db.write_now(lambda tx: forget.person(tx, "nobody@elm.example", frozenset()))
    assert set(found.values()) == {0}
    assert db.read_now(everything) == before
    assert db.read_now(lambda tx: tx.scalar(select(PERSON.c.name).where(PERSON.c.address == ANN))) == "Ann Birch"


def test_an_event_keeps_its_shape() -> None:
    event = MailArrived(Actor("customer", ANN), MailFacts(1, MailKind.REPLY, SECRET, SECRET, ANN))
    left = event_left(EVENTS["MailArrived"].dump_python(event, mode="json"))
    read = EVENTS["MailArrived"].validate_python(left)
    assert (read.mail.text, read.mail.subject, read.actor.name, read.mail.kind) == ("", "", ERASED, MailKind.REPLY)


def test_a_trace_keeps_what_reports_count_by() -> None:
    step = {
        "what": "hit",
        "rule": "r",
        "why": SECRET,
        "seen": SECRET,
        "effects": ["status open", "+vip", f"po = {SECRET}"],
    }
    assert steps_left([step]) == [{"what": "hit", "rule": "r", "effects": ["status open", "+vip", ERASED]}]


def test_a_name_alone_is_not_struck_out() -> None:
    stroke = Stroke(ANN, "Ann Birch", "erased-1@sender.invalid")
    assert stroke.text("Ann Birch is another one") == "Ann Birch is another one"
    assert Stroke(ANN, "Ann", "x").text(f"Ann {ANN}") == "Ann x", "one word is nobody's name"
