"""An answer from the console can be taken back for a moment; what leaves leaves once, whoever is killed meanwhile."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from maild.control.operation import Request
from maild.control.registry import carry_out
from maild.domain.people import NOBODY
from maild.errors import DataError, TryAgain
from maild.store import comments, erase, history, letter_list, partings, people, restored
from maild.store.db import Database
from maild.store.tables import PARTING_REPLY, TICKET
from maild.store.tx import Tx
from pipeline import parting
from pipeline.ticker import Ticker
from tests.maild.web.conftest import START, Town

WAIT = timedelta(seconds=10)
MORE = """
[[trigger]]
name = "Tell them"
on = ["comment"]
do = [{ add_tags = ["answered"] }]
"""


@pytest.fixture
def web() -> str:
    return 'undo_reply = "10s"'


@pytest.fixture
def more() -> str:
    return MORE


async def answered(town: Town, words: str = "It ships on Friday.") -> tuple[int, str]:
    """A ticket with an answer that waits, and the form token of whoever wrote it."""
    number, token = await town.order(), await town.sign_in()
    answer = await town.post(f"/tickets/{number}/say", token, kind="reply", text=words)
    assert answer.status_code == 303, answer.text
    return number, token


async def said(town: Town, number: int) -> list[str]:
    found = await town.read(lambda tx: comments.of_ticket(tx, number))
    return [one.text for one in found if one.actor.startswith("agent:") and one.public]


async def letters(town: Town, number: int) -> int:
    rows = await town.read(lambda tx: letter_list.rows(tx, None, number, 50))
    return sum(row["template"] == "reply" for row in rows)


async def kinds(town: Town, number: int) -> list[str]:
    return [entry["kind"] for entry in await town.read(lambda tx: history.of_ticket(tx, number))]


async def ask(town: Town, operation: str, actor: str = "anna", **arguments: Any) -> Any:
    return await carry_out(town.db, town.desk, Request(operation, arguments, actor))


async def forget_customer(town: Town, number: int) -> None:
    def forget(tx: Tx) -> None:
        tx.execute(update(TICKET).where(TICKET.c.id == number).values(requester_id=people.meet(tx, NOBODY, "").id))

    await town.write(forget)


async def tick(town: Town, by: timedelta = WAIT) -> int:
    town.clock.advance(by)
    return await Ticker(town.db, town.desk, town.clock)._answer()


async def test_an_answer_waits_then_leaves_once(town: Town) -> None:
    number, _ = await answered(town)
    page = (await town.client.get(f"/tickets/{number}")).text
    assert "Your answer leaves" in page
    assert "at 09:00:10" in page
    assert (await said(town, number), await letters(town, number)) == ([], 0)
    assert "CommentWritten" not in await kinds(town, number), "what has not happened is not told"
    assert await tick(town, WAIT / 2) == 0
    assert await tick(town, WAIT / 2) == 1
    assert await tick(town) == 0
    assert (await said(town, number), await letters(town, number)) == (["It ships on Friday."], 1)
    assert (await kinds(town, number)).count("CommentWritten") == 1
    page = (await town.client.get(f"/tickets/{number}")).text
    assert "Your answer leaves" not in page


async def test_what_is_taken_back_never_leaves_and_stands_in_the_box(town: Town) -> None:
    number, token = await answered(town, "It ships on Fryday.")
    page = (await town.client.get(f"/tickets/{number}")).text
    [undo] = re.findall(r'action="([^"]+/undo)"', page)
    back = await town.post(undo, token)
    assert back.headers["location"] == f"/tickets/{number}#reply-text"
    assert ">It ships on Fryday.</textarea>" in (await town.client.get(f"/tickets/{number}")).text
    assert await tick(town) == 0
    assert (await said(town, number), await letters(town, number)) == ([], 0)
    await town.post(f"/tickets/{number}/say", token, kind="reply", text="It ships on Friday.")
    assert ">It ships on Fryday.</textarea>" not in (await town.client.get(f"/tickets/{number}")).text
    await tick(town)
    assert await said(town, number) == ["It ships on Friday."]
    late = await town.post(undo, token)
    assert late.headers["location"] == f"/tickets/{number}"
    assert "Too late" in (await town.client.get(f"/tickets/{number}")).text
    assert await letters(town, number) == 1


async def test_nobody_else_takes_it_back(town: Town) -> None:
    number, _ = await answered(town)
    [row] = await ask(town, "parting.list", id=number)
    await town.sign_in("root")
    page = (await town.client.get(f"/tickets/{number}")).text
    assert "An answer of anna leaves" in page
    assert "/undo" not in page
    with pytest.raises(DataError, match="left already"):
        await ask(town, "parting.take_back", "root", id=number, parting=row["id"])
    assert await tick(town) == 1


async def test_the_same_form_twice_is_one_answer_and_one_again_after_it_was_taken_back(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    form = {"kind": "reply", "text": "On Friday.", "once": "word"}
    for _ in range(2):
        await town.post(f"/tickets/{number}/say", token, **form)
    [row] = await ask(town, "parting.list", id=number)
    await ask(town, "parting.take_back", id=number, parting=row["id"])
    await town.post(f"/tickets/{number}/say", token, **form)
    await tick(town)
    await town.post(f"/tickets/{number}/say", token, **form)
    await tick(town)
    assert (await said(town, number), await letters(town, number)) == (["On Friday."], 1)


async def test_it_is_sent_at_once_where_asked_for(town: Town) -> None:
    number, token = await answered(town)
    assert (await town.post(f"/tickets/{number}/answers/send", token)).status_code == 303
    assert await said(town, number) == ["It ships on Friday."]
    assert await tick(town) == 0


async def test_what_is_done_next_happens_after_it_and_on_the_page_as_it_was(town: Town) -> None:
    number, token = await answered(town)
    await town.post(f"/tickets/{number}/say", token, kind="note", note="I am sure.")
    assert await said(town, number) == [], "a note is nothing that the customer reads"
    version = (await ask(town, "ticket.version", id=number))[0]["version"]
    done = await town.post(f"/tickets/{number}/macro", token, macro="ship", version=version)
    assert done.status_code == 303, done.text
    order = [kind for kind in await kinds(town, number) if kind in ("CommentWritten", "MacroApplied")]
    assert order == ["CommentWritten", "CommentWritten", "MacroApplied"]
    assert await said(town, number) == ["It ships on Friday."]
    assert await tick(town) == 0


async def test_a_page_older_than_the_answer_that_left_is_still_true_for_its_writer_alone(town: Town) -> None:
    number, _ = await answered(town)
    version = (await ask(town, "ticket.version", id=number))[0]["version"]
    await tick(town)
    change = {"id": number, "changes": [("carrier", "Swift")], "version": version}
    with pytest.raises(TryAgain):
        await ask(town, "ticket.set", "root", **change)
    await ask(town, "ticket.set", **change)
    with pytest.raises(TryAgain):
        await ask(town, "ticket.set", **change)


async def test_what_cannot_be_sent_any_more_is_told_and_its_text_kept(town: Town) -> None:
    number, token = await answered(town)
    await forget_customer(town, number)
    assert await tick(town) == 1
    assert (await said(town, number), await letters(town, number)) == ([], 0)
    page = (await town.client.get(f"/tickets/{number}")).text
    assert "was not sent" in page
    assert "no customer who could be written to" in page
    assert ">It ships on Friday.</textarea>" in page
    for path in ("/", "/views/open"):
        assert f'Your answer on <a href="/tickets/{number}">' in (await town.client.get(path)).text
    await town.post(f"/tickets/{number}/answers/drop", token)
    assert "was not sent" not in (await town.client.get("/")).text


async def test_what_is_refused_now_does_not_wait(town: Town) -> None:
    number, token = await town.order(), await town.sign_in()
    await forget_customer(town, number)
    refused = await town.post(f"/tickets/{number}/say", token, kind="reply", text="On Friday.")
    assert refused.status_code == 422
    assert await ask(town, "parting.list", id=number) == []


async def test_what_fails_half_way_waits_as_before_and_leaves_after_the_next_start(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = await answered(town)

    def cut(*_: object) -> None:
        raise RuntimeError("killed before the commit")

    with monkeypatch.context() as patch:
        patch.setattr(partings, "left_between", cut)
        assert await tick(town) == 1
    assert (await said(town, number), await letters(town, number)) == ([], 0)
    again = Database(str(town.db.engine.url), town.clock, synchronous="OFF")
    try:
        one, other = Ticker(again, town.desk, town.clock), Ticker(town.db, town.desk, town.clock)
        assert await one._answer() == 1
        assert await other._answer() == 0
    finally:
        await again.close()
    assert (await said(town, number), await letters(town, number)) == (["It ships on Friday."], 1)


async def test_two_that_found_the_same_answer_send_it_once(town: Town) -> None:
    number, _ = await answered(town)
    town.clock.advance(WAIT)
    [one] = await town.read(lambda tx: partings.due(tx, 10))
    assert [await town.write(lambda tx: parting.leave(tx, town.desk, one)) for _ in range(2)] == [True, False]
    assert await letters(town, number) == 1


async def test_the_ticker_sleeps_until_an_answer_is_due(town: Town) -> None:
    await answered(town)
    due = await Ticker(town.db, town.desk, town.clock)._next()
    assert due is not None
    assert due <= town.clock.now() + WAIT


async def test_a_writer_who_is_gone_answers_nobody(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    number, _ = await answered(town)
    monkeypatch.setattr(type(town.desk.ruleset), "colleague", lambda *_: None)
    await tick(town)
    assert await said(town, number) == []
    [row] = await town.read(lambda tx: partings.rows(tx, number))
    assert row["why"] == "anna is no longer one of the desk's people"


async def test_what_is_erased_or_brought_back_from_a_copy_does_not_leave(town: Town) -> None:
    number, _ = await answered(town)
    await town.write(restored.bring_back)
    [row] = await town.read(lambda tx: partings.rows(tx, number))
    assert (row["state"], row["why"]) == ("refused", restored.WHY)
    other = await town.order("PO-2002")
    await ask(town, "parting.hold", id=other, text="On Monday.", seconds=10)
    await town.write(lambda tx: erase.ticket(tx, other, ()))
    assert await tick(town) == 0
    rows = await town.read(lambda tx: tx.execute(select(PARTING_REPLY.c.ticket_id)).scalars().all())
    assert rows == [number]


async def test_what_was_settled_is_forgotten_after_days(town: Town) -> None:
    number, _ = await answered(town)
    await tick(town)
    town.clock.advance(partings.KEPT)
    await ask(town, "parting.hold", id=number, text="On Monday.", seconds=10)
    rows = await town.read(lambda tx: tx.execute(select(PARTING_REPLY.c.text)).scalars().all())
    assert rows == ["On Monday."]


@pytest.mark.parametrize("web", ["undo_reply = 10"])
async def test_operations_name_the_replies_that_a_stop_would_leave_to_the_next_start(town: Town) -> None:
    alive = {"ready": False, "version": "1", "degraded": {}, "mailboxes": [], "restart_needed": ["relay"]}
    town.house.living = lambda: alive | {"holds": ["1 mail session open"], "stops_by": START}
    number, token = await town.order(), await town.sign_in("root")
    page = (await town.client.get("/operations")).text
    assert ">stopping<" in page
    assert "1 mail session open; it is cut off at 09:00:00" in page
    assert "The configuration changed in [relay], which waits for the next start" in page
    assert "taken back" not in page
    await town.post(f"/tickets/{number}/say", token, kind="reply", text="On Friday.")
    page = (await town.client.get("/operations")).text
    assert "1 reply may still be taken back, until 09:00:10" in page
