"""Forgetting a person: whatever ends it, it is gone on with, and no text is overlooked that hangs on a ticket."""

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from maild.domain.erasure import ERASED, Stroke, event_left, steps_left
from maild.domain.events import MailArrived, MailFacts
from maild.domain.mail import MailKind
from maild.domain.people import Actor
from maild.domain.spellings import Spellings
from maild.errors import DataError
from maild.store import comments, forget, history, partings, tickets
from maild.store.columns import Words
from maild.store.db import Database
from maild.store.facts import NewFact
from maild.store.facts import put as put_facts
from maild.store.put import put
from maild.store.records import form
from maild.store.tables import COMMENT, LETTER, MESSAGE, MESSAGE_CHUNK, METADATA, ORGANIZATION, PERSON, TICKET
from maild.store.tx import Tx
from notifications.senders import filed
from pipeline.forgetting import Forgetting
from tests.maild.store import builders

ANN = "ann@birch.example"
BO = "bo@fir.example"
SECRET = "her knee"
PUT_ASIDE = {"state": "done", "outcome": "ignored", "code": "mail.auto_reply", "why": "a machine wrote it"}
ERASED_WITH_A_TICKET = {
    *("ticket.subject", "comment.text", "comment.cut_text", "task.title", "resolution.text", "rating.words"),
    *("side_conversation.subject", "side_message.text", "side_message.cut_text"),
    *("ticket_order.po_key", "ticket_order.printed_key", "ticket_order.words", "thread_ref.ref"),
    *("message.subject", "message.from_address", "message.message_id", "message.why", "message.checked"),
    *("delivery.sender", "delivery.helo", "delivery.login"),
    *("letter.subject", "letter.text", "letter_attempt.why", "letter_recipient.reply"),
    *("parting_reply.text", "parting_reply.why", "parting_reply.writer", "parting_reply.key"),
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
    partings.keep(tx, ticket, "orders-agent", SECRET, "form:1", tx.now)
    said = MailArrived(Actor("customer", ANN), MailFacts(1, MailKind.REPLY, SECRET, SECRET, ANN))
    data = form("MailArrived").dump_python(said, mode="json")
    history.write_entry(tx, ticket, f"mail:{mail.id}", "MailArrived", f"customer:{ANN}", data)
    tx.execute(update(TICKET).where(TICKET.c.id == ticket).values(status=5))
    put_facts(tx, [NewFact(None, ANN, "note", "1", text=SECRET)], "erp")
    other = builders.ticket(tx, requester=builders.person(tx, "bo@fir.example", "Bo Fir").id)
    comments.add(tx, other, "agent:lea", f"Ask ANN BIRCH <Ann@Birch.Example>, not {ANN}", public=False)
    tx.insert(ORGANIZATION, name="Fir", tags=[], fields={f"by {ANN}": [ANN, "x"]}, trust_unauthenticated=False)
    return ticket


def everything(tx: Tx) -> str:
    told = [t for t in METADATA.sorted_tables if t.name != "commit_mark"]  # counts every commit
    rows = [dict(row._mapping) for t in told for row in tx.execute(select(t))]
    return "\n".join(map(str, rows)).lower()


def forgetting(db: Database, folder: Path, address: str = ANN) -> Forgetting:
    return Forgetting(db, address, frozenset({"total_cost"}), folder)


async def test_all_of_it_goes_and_the_figures_stay(db: Database, tmp_path: Path) -> None:
    ticket = db.write_now(lived)
    told = (await forgetting(db, tmp_path).rehearse()).found
    found = (await forgetting(db, tmp_path).run("cli")).found
    assert (
        found
        == told
        == {
            "records": 1,
            "tickets": 1,
            "comments": 0,
            "mails": 1,
            "letters": 1,
            "facts": 1,
            "elsewhere": 3,
        }
    ), "what she said on her own ticket is not told as said on those of others"
    left = db.read_now(everything)
    for words in (ANN, SECRET, "ann birch"):
        assert words not in left, words
    snapshot = db.read_now(lambda tx: tickets.snapshot(tx, ticket))
    assert (snapshot.subject, dict(snapshot.fields)) == (ERASED, {"total_cost": "9.50"})
    said = db.read_now(lambda tx: tx.execute(select(COMMENT.c.text).order_by(COMMENT.c.id.desc())).scalars().first())
    assert said == f"Ask {ERASED} <erased-1@sender.invalid>, not erased-1@sender.invalid"
    letter = db.read_now(lambda tx: tx.execute(select(LETTER.c.phase, LETTER.c.code, LETTER.c.raw)).one())
    assert tuple(letter) == ("dropped", "forgotten", b""), "what has not left never will"


async def test_a_comment_on_the_ticket_of_another_is_told_and_emptied(db: Database, tmp_path: Path) -> None:
    def speak(tx: Tx) -> None:
        lived(tx)
        comments.add(tx, 2, f"customer:{ANN}", SECRET, public=True)

    db.write_now(speak)
    told = (await forgetting(db, tmp_path).rehearse()).found
    found = (await forgetting(db, tmp_path).run("cli")).found
    assert (found["comments"], found) == (1, told)
    assert SECRET not in db.read_now(everything)


async def test_whose_address_ends_alike_is_another_one(db: Database, tmp_path: Path) -> None:
    def others(tx: Tx) -> None:
        lived(tx)
        builders.person(tx, "jo" + ANN, "Jo Ann")
        builders.person(tx, ANN + ".org", "Ann Far")

    db.write_now(others)
    await forgetting(db, tmp_path).run("cli")
    left = set(db.read_now(lambda tx: tx.execute(select(PERSON.c.address)).scalars().all()))
    assert {"jo" + ANN, ANN + ".org"} < left


async def test_a_mail_is_found_by_what_it_says_in_base64_across_its_chunks(db: Database, tmp_path: Path) -> None:
    text = base64.encodebytes(b"x" * 196_500 + b" ask ANN@birch.example " + b"x" * 5000).replace(b"\n", b"\r\n")
    raw = b"From: bo@fir.example\r\nContent-Transfer-Encoding: base64\r\n\r\n" + text

    def come(tx: Tx) -> int:
        mail = put(tx, BytesIO(raw), len(raw), "digest-x", builders.ORDERS, builders.envelope(sender=BO))
        tx.execute(update(MESSAGE).where(MESSAGE.c.id == mail.id).values(**PUT_ASIDE, settled_at=tx.now))
        return int(tx.scalar(select(func.count()).select_from(MESSAGE_CHUNK)))

    assert db.write_now(come) == 2
    assert (await forgetting(db, tmp_path).run("cli")).found["mails"] == 1
    assert db.read_now(lambda tx: tx.scalar(select(func.count()).select_from(MESSAGE_CHUNK))) == 0


async def test_a_letter_filed_in_the_folder_goes_too(db: Database, tmp_path: Path) -> None:
    def write(tx: Tx) -> None:
        lived(tx)
        builders.letter(tx, ticket=2, raw=f"To: {ANN}".encode(), key="other")
        builders.letter(tx, ticket=2, raw=b"To: bo@fir.example", key="third", to=("bo@fir.example",))
        tx.execute(update(LETTER).values(phase="dropped", code="x", why="y", settled_at=tx.now))

    db.write_now(write)
    for number in (1, 2, 3):
        filed(tmp_path, number).write_text("x")
    await forgetting(db, tmp_path).run("cli")
    assert {number: filed(tmp_path, number).exists() for number in (1, 2, 3)} == {1: False, 2: False, 3: True}


@pytest.mark.parametrize("place", ["mails", "tickets", "strike", "finish"])
async def test_ended_half_way_it_is_gone_on_with_and_ends_right(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    db.write_now(lived)
    told = (await forgetting(db, tmp_path).rehearse()).found

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("in the midst of it")

    with monkeypatch.context() as patch:
        patch.setattr(forget, place, fail)
        with pytest.raises(RuntimeError):
            await forgetting(db, tmp_path).run("cli")
    assert [address for address, _ in db.read_now(forget.under_way)] == [ANN]
    again = await forgetting(db, tmp_path).run("cli")
    assert again.found == told, "what was erased before is told too"
    assert (again.resumed is None) is (place == "mails")
    assert db.read_now(forget.under_way) == []
    left = db.read_now(everything)
    assert all(words not in left for words in (ANN, SECRET, "ann birch"))


async def test_what_comes_in_meanwhile_is_erased_too_or_refused(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.write_now(lived)
    late = [lambda tx: builders.letter(tx, ticket=2, raw=ANN.encode(), key="late")]
    strike = forget.strike

    def strike_late(tx: Tx, spellings: Spellings, places: Any) -> None:
        strike(tx, spellings, places)
        if late:
            late.pop()(tx)

    monkeypatch.setattr(forget, "strike", strike_late)
    assert (await forgetting(db, tmp_path).run("cli")).found["letters"] == 2
    late.append(lambda tx: builders.ticket(tx))
    db.write_now(lambda tx: comments.add(tx, 2, "agent:lea", f"ask {ANN}", public=True))
    with pytest.raises(DataError, match="work is left on their tickets"):
        await forgetting(db, tmp_path).run("cli")


@pytest.mark.parametrize("mails", [20, 40])
async def test_no_transaction_writes_more_when_there_are_more_mails(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mails: int
) -> None:
    monkeypatch.setattr("maild.store.naming.PAGE", 5)
    monkeypatch.setattr("pipeline.forgetting.STEP", 5)

    def come(tx: Tx) -> None:
        for number in range(mails):
            theirs = number % 2
            put(
                tx,
                BytesIO(raw := f"From: {ANN if theirs else BO}\r\n\r\n{number}".encode()),
                len(raw),
                f"digest-{number}",
                builders.ORDERS,
                builders.envelope(sender=ANN if theirs else BO),
            )
        tx.execute(update(MESSAGE).values(**PUT_ASIDE, settled_at=tx.now))

    db.write_now(come)
    written: list[int] = []
    erase = forget.erase.mails

    def counted(tx: Tx, numbers: Any) -> None:
        written.append(len(numbers))
        erase(tx, numbers)

    monkeypatch.setattr(forget.erase, "mails", counted)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert (await forgetting(db, tmp_path).run("cli")).found["mails"] == mails // 2
    assert max(written) <= 5
    assert len(statements) <= 60 + 12 * mails / 5, "a fixed number for each page"


def test_what_is_unfinished_is_named(db: Database) -> None:
    def begin(tx: Tx) -> tuple[int, int]:
        return builders.ticket(tx), builders.mail(tx, f"From: {ANN}\r\n\r\nx".encode()).id

    ticket, mail = db.write_now(begin)
    left = db.read_now(lambda tx: forget.unfinished(tx, Spellings(ANN)))
    assert (left.tickets, left.mails, left.letters) == ((ticket,), (mail,), ())


def test_what_is_unfinished_is_looked_for_among_what_is_open_only(db: Database) -> None:
    def come(tx: Tx) -> None:
        for number in range(10):
            builders.mail(tx, f"From: {ANN}\r\n\r\n{number}".encode())
        tx.execute(update(MESSAGE).values(**PUT_ASIDE, settled_at=tx.now))

    db.write_now(come)
    statements: list[str] = []
    event.listen(db._reading, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert not db.read_now(lambda tx: forget.unfinished(tx, Spellings(ANN)))
    assert not any("message_chunk" in words for words in statements)


async def test_a_stranger_is_not_found_and_nothing_changes(db: Database, tmp_path: Path) -> None:
    db.write_now(lived)
    before = db.read_now(everything)
    found = (await forgetting(db, tmp_path, "nobody@elm.example").run("cli")).found
    assert set(found.values()) == {0}
    assert db.read_now(everything) == before
    assert db.read_now(lambda tx: tx.scalar(select(PERSON.c.name).where(PERSON.c.address == ANN))) == "Ann Birch"


def test_an_event_keeps_its_shape() -> None:
    said = MailArrived(Actor("customer", ANN), MailFacts(1, MailKind.REPLY, SECRET, SECRET, ANN))
    left = event_left(form("MailArrived").dump_python(said, mode="json"))
    read = form("MailArrived").validate_python(left)
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
    stroke = Stroke(Spellings(ANN), "Ann Birch", "erased-1@sender.invalid")
    assert stroke.text("Ann Birch is another one") == "Ann Birch is another one"
    assert stroke.text(f"Joann Birchler, {ANN}") == "Joann Birchler, erased-1@sender.invalid"
    assert Stroke(Spellings(ANN), "Ann", "x").text(f"Ann {ANN}") == "Ann x", "one word is nobody's name"
