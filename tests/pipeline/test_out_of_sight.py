"""Tasks, mentions and letters never reach a colleague who does not see the ticket, nor one who has lost sight of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from maild import outgoing
from maild.domain.effects import SendLetter
from maild.errors import DataError
from maild.store import dismissal, people, sides, tickets
from maild.store.tables import LETTER, TASK, TICKET
from maild.store.tx import Tx
from pipeline import letters, recipients, side_letters, sight
from pipeline.furniture import Desk, load_desk
from pipeline.letters import Cause
from pipeline.reminders import Reminders
from pipeline.side_letters import Message
from tests.pipeline.test_visibility import Divided

EVE = "eve does not belong there"


@pytest.fixture
def divided(tmp_path: Path) -> Iterator[Divided]:
    made = Divided(tmp_path)
    yield made
    made.db.close_now()


def sent(divided: Divided) -> list[tuple[str, str, str, str | None]]:
    """To whom, with which template, and what became of it."""
    query = select(LETTER.c.to_address, LETTER.c.template, LETTER.c.phase, LETTER.c.code).order_by(LETTER.c.id)
    rows = divided.db.read_now(lambda tx: tx.execute(query.where(LETTER.c.to_address.like("%@shop.example"))).all())
    return [(row.to_address.partition("@")[0], row.template, row.phase, row.code) for row in rows]


def readers(divided: Divided, to: str) -> list[str]:
    def found(tx: Tx) -> list[str]:
        return [one.name for one in recipients.named(tx, divided.desk, tickets.snapshot(tx, divided.ticket), to)]

    return divided.db.write_now(found)


def moved(divided: Divided) -> None:
    divided.ask("ticket.set", "ada", id=divided.ticket, changes=[("department", "service")])


def test_a_task_by_hand_is_refused_with_the_name_and_the_reason(divided: Divided) -> None:
    before = sent(divided)
    for to in ("eve", "user:eve", "eve@shop.example"):
        with pytest.raises(DataError, match=f"no task for eve.*: ticket 1 is with Orders, and {EVE}"):
            divided.ask("task.add", "lead", ticket=divided.ticket, title="Call", to=to, blocks=True)
    assert (sent(divided), len(divided.ask("task.list", ""))) == (before, 1)
    assert divided.ask("task.add", "lead", ticket=divided.ticket, title="Look", to="approver")[0]["owner"] == "approver"


def test_a_note_stands_and_whoever_wrote_it_hears_who_was_not_told(divided: Divided) -> None:
    [told] = divided.ask("ticket.note", "ada", id=divided.ticket, text="@eve and @ben: is that so?")
    assert told["refused"] == [f"eve was not told: ticket 1 is with Orders, and {EVE}"]
    assert [letter[:2] for letter in sent(divided)][-1] == ("ben", "mentioned")
    assert "eve" not in {letter[0] for letter in sent(divided)}
    assert "@eve" in divided.ask("ticket.show", "ada", id=divided.ticket)[0]["comments"][-1]["text"]


def test_what_waits_for_whoever_loses_sight_never_leaves(divided: Divided) -> None:
    assert ("lead", "notify_agent", "queued", None) in sent(divided), "that the fixture's task was given"
    moved(divided)
    assert ("lead", "notify_agent", "dropped", sight.LOST_SIGHT) in sent(divided)
    assert {one for one, _, phase, _ in sent(divided) if phase == "queued"} <= {"eve", "service-lead"}


async def test_reminders_of_whoever_lost_sight_go_to_whoever_is_responsible_now(divided: Divided) -> None:
    moved(divided)
    before = len(sent(divided))
    divided.db.write_now(lambda tx: tx.execute(update(TASK).values(remind_at=tx.now)))
    assert await Reminders(divided.db, divided.desk, divided.db.clock).step() == 1
    found = [(reader, template) for reader, template, *_ in sent(divided)[before:]]
    assert found == [("eve", "notify_agent"), ("service-lead", "notify_agent")], "it has no assignee yet"
    [text] = divided.db.read_now(
        lambda tx: tx.execute(select(LETTER.c.text).order_by(LETTER.c.id.desc()).limit(1)).scalars().all()
    )
    assert text == "Reminder: Call (a task of lead, who does not see the order any more)"


def test_a_lead_from_elsewhere_hears_nothing_and_the_group_does(divided: Divided, tmp_path: Path) -> None:
    assert readers(divided, "lead") == ["lead"]
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace('lead = "lead"', 'lead = "eve"'))
    divided.desk = load_desk(config)
    assert readers(divided, "lead") == readers(divided, "group") == ["ada", "ben", "lead"]
    assert readers(divided, "group:Service") == []
    assert readers(divided, "user:eve") == ["eve"], "a rule that names somebody means them"


def test_an_answer_from_aside_is_told_to_who_sees_the_ticket(divided: Divided) -> None:
    moved(divided)

    def answered(tx: Tx) -> None:
        outsider = people.meet(tx, "fay@freight.example", "Fay")
        side = sides.brief(tx, sides.begin(tx, divided.ticket, outsider.id, "Pallets", "ada"))
        assert side is not None
        ticket = tickets.snapshot(tx, divided.ticket)
        side_letters.inward(tx, divided.desk, ticket, side, Message("x", "They wrote", "Pallets"))

    before = len(sent(divided))
    divided.db.write_now(answered)
    assert {one for one, *_ in sent(divided)[before:]} <= {"eve", "service-lead"}
    assert len(sent(divided)) > before


def test_a_letter_to_who_does_not_see_the_ticket_tells_its_number_only(divided: Divided) -> None:
    def refused(tx: Tx) -> Any:
        ticket = tickets.snapshot(tx, divided.ticket)
        effect = SendLetter("command_refused", "user:eve", text="It is not yours.")
        letters.write(tx, divided.desk, ticket, effect, Cause("k", "agent", letters.vouched(), unseen=True))
        return tx.execute(select(LETTER.c.raw, LETTER.c.subject).where(LETTER.c.key == "k|bare")).one()

    written = divided.db.write_now(refused)
    assert (written.subject, b"It is not yours." in written.raw) == ("Not done: order 1", True)
    for secret in (b"Pat", b"abc.example", b"ABC", b"An order", b"/tickets/"):
        assert secret not in written.raw, secret


def lives_by(file: Path, *changes: tuple[str, str]) -> Desk:
    """The desk after a reload of a configuration that was changed."""
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    return load_desk(file, make_key=True)


async def leaving(divided: Divided, desk: Desk) -> list[str]:
    """Who gets the letters that the courier claims now."""
    now = divided.db.clock.now()
    letters_ = await outgoing.outbox("courier", divided.db, desk).claim(now, 100, timedelta(minutes=1))
    return sorted({one.partition("@")[0] for letter in letters_ for one in letter.recipients if "shop.example" in one})


async def test_what_waits_for_whoever_a_reload_takes_sight_from_never_leaves(divided: Divided, tmp_path: Path) -> None:
    divided.ask("ticket.note", "lead", id=divided.ticket, text="@ben @ada is that so?")
    elsewhere = ('"ben@shop.example"\ngroups = ["Orders"]', '"ben@shop.example"\ngroups = ["Service"]')
    desk = lives_by(tmp_path / "config.toml", elsewhere, ('users = ["ada", "ben"]', 'users = ["ada"]'))
    assert await leaving(divided, desk) == ["ada", "lead"]
    assert ("ben", "mentioned", "dropped", sight.LOST_SIGHT) in sent(divided)


async def test_a_letter_that_tells_no_more_than_the_number_leaves_all_the_same(divided: Divided) -> None:
    def refused(tx: Tx) -> None:
        cause = Cause("mail:1|agent|refused", "agent", letters.vouched(), unseen=True)
        effect = SendLetter("command_refused", "user:eve", text="You do not see it.")
        letters.write(tx, divided.desk, tickets.snapshot(tx, divided.ticket), effect, cause)

    divided.db.write_now(refused)
    moved(divided)
    divided.ask("ticket.set", "approver", id=divided.ticket, changes=[("department", "orders")])
    assert "eve" in await leaving(divided, divided.desk)


async def test_a_colleague_who_ordered_is_answered_whatever_they_see(divided: Divided) -> None:
    def own(tx: Tx) -> None:
        eve = people.by_address(tx, "eve@shop.example")
        assert eve is not None
        tx.execute(update(TICKET).where(TICKET.c.id == divided.ticket).values(requester_id=eve.id))
        ticket, said = tickets.snapshot(tx, divided.ticket), SendLetter("reply", "requester", text="Hello")
        letters.write(tx, divided.desk, ticket, said, Cause("x", "", letters.vouched()))

    divided.db.write_now(own)
    assert "eve" in await leaving(divided, divided.desk)


def test_what_waits_for_whoever_left_the_configuration_never_leaves(divided: Divided) -> None:
    divided.ask("ticket.note", "lead", id=divided.ticket, text="@ben is that so?")
    staying = {one.name for one in divided.desk.ruleset.people} - {"ben"}
    for _ in range(2):
        divided.db.write_now(lambda tx: dismissal.dismiss_others(tx, staying))
    assert [letter for letter in sent(divided) if letter[0] == "ben"] == [
        ("ben", "mentioned", "dropped", dismissal.GONE)
    ]
    assert ("lead", "notify_agent", "queued", None) in sent(divided)
