"""Customers' pages: links that cannot be forged, exchanged or kept for ever; pages that change nothing until a button
is pressed; what is written takes the road of mail.
"""

from datetime import timedelta
from typing import Any

import pytest

from maild.control.operation import Request
from maild.control.registry import carry_out
from maild.domain.letter import Phase
from maild.store import comments, letter_list, spool, tickets
from maild.store import links as editions
from maild.store.tx import Tx
from notifications import links
from notifications.links import Link, Shows
from notifications.tokens import Keys
from pipeline import settle
from pipeline.reader import understand
from tests.maild.store import builders
from tests.maild.web.conftest import Town, csrf_of


@pytest.fixture
def site() -> str:
    return 'base_url = "http://127.0.0.1:9"'


@pytest.fixture
def more() -> str:
    return """
[[form]]
name = "order"
label = "Order form"
public = true
fields = ["po_number", "ship_to"]

[[form]]
name = "inside"
label = "Inside"
fields = ["po_number"]

[[sla]]
name = "Standard"
resolution = "3d"
"""


async def path_of(town: Town, number: int, **changed: Any) -> str:
    def read(tx: Tx) -> str:
        ticket = tickets.snapshot(tx, number)
        edition = editions.edition(tx, ticket.requester.id)
        link = links.order(ticket.requester.id, ticket.id, tx.now, town.house.web.link_lifetime, edition)
        return links.path(town.desk.keys, link)

    return str(await town.read(read))


async def settled(town: Town) -> list[Any]:
    """Settle what waits in the spool, as the worker would."""
    from maild.domain.envelope import Channel

    done = []
    for claimed in await town.write(lambda tx: spool.claim(tx, "test", timedelta(minutes=5), 10, 10**9)):
        raw = await town.read(lambda tx, claimed=claimed: spool.raw(tx, claimed.id))
        way = await town.read(lambda tx, claimed=claimed: spool.first_envelope(tx, claimed.id))
        assert way.channel is Channel.WEB
        heard = understand(raw)
        done.append(await town.write(lambda tx, c=claimed, u=heard: settle.settle(tx, town.desk, c, u)))
    return done


async def test_the_page_tells_the_state_the_order_and_what_was_said(town: Town) -> None:
    number = await town.order()
    await carry_out(town.db, town.desk, Request("ticket.note", {"id": number, "text": "Bad payer."}, "anna"))
    await carry_out(town.db, town.desk, Request("ticket.reply", {"id": number, "text": "We ship on Friday."}, "anna"))
    page = await town.client.get(await path_of(town, number))
    assert page.status_code == 200
    for told in ("PO-1001", "AX-100", "Anchor bolt", "In progress", "We ship on Friday."):
        assert told in page.text or told == "In progress"
    assert "Bad payer" not in page.text
    assert "anna" not in page.text
    assert "<dt>Expected by</dt><dd>5 March 2026</dd>" in page.text  # three days by the clock of its resolution


async def test_w03_opening_pages_changes_nothing(town: Town) -> None:
    number = await town.order()
    path = await path_of(town, number)

    def state(tx: Tx) -> Any:
        ticket = tickets.snapshot(tx, number)
        return ticket.version, len(comments.of_ticket(tx, number)), len(letter_list.rows(tx, None, number, 100))

    before, commits = await town.read(state), town.db.commits
    for address in (path, f"{path}/say", f"{path}/renew", "/my-orders", "/articles", "/forms/order"):
        for method in ("GET", "HEAD", "OPTIONS"):
            await town.client.request(method, address)
    assert await town.read(state) == before
    assert town.db.commits == commits


async def test_an_order_on_hold_for_its_shipping_alone_is_called_confirmed(town: Town) -> None:
    number = await town.order()
    path = await path_of(town, number)
    change = Request("ticket.move", {"id": number, "status": "on-hold"}, "anna")
    await carry_out(town.db, town.desk, change)
    for template, state in (("", "On hold"), ("order_processed", "Confirmed"), ("need_more_info", "We wait for you")):
        if template:
            sent = {"ticket": number, "template": template, "key": template, "phase": Phase.QUEUED}
            await town.write(lambda tx, sent=sent: builders.letter(tx, **sent))
        assert f"<strong>{state}.</strong>" in (await town.client.get(path)).text


async def test_w01_forged_and_exchanged_links_are_all_alike(town: Town) -> None:
    one, other = await town.order("PO-1"), await town.order("PO-2")
    genuine, second = await path_of(town, one), await path_of(town, other)
    token, another = genuine.removeprefix("/o/"), second.removeprefix("/o/")
    parts, others = token.split("-"), another.split("-")
    forged = [
        f"/o/{'-'.join([others[0], *parts[1:]])}",  # another ticket
        f"/o/{'-'.join([*parts[:2], 'uzzzzz', *parts[3:]])}",  # a later end
        f"/o/{'-'.join([*parts[:3], 'e1', parts[4]])}",  # another edition
        f"/o/{'-'.join([*parts[:4], others[4]])}",  # another signature
        f"/o/{token[:-1]}{'a' if token[-1] != 'a' else 'b'}",
        f"/o/{token.upper()}",
        f"/my/{token}",
        f"/my/a{token[1:]}",
        f"/rate/{token}",
        "/o/x",
        "/o/" + "9" * 5000,
    ]
    answers = [await town.client.get(path) for path in forged]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers if "/rate/" not in str(answer.url)}) == 1
    assert (await town.client.get(genuine)).status_code == 200


def test_w01_a_link_says_what_was_signed_and_no_other_key_signs_it() -> None:
    from datetime import UTC, datetime

    keys, other = Keys(b"k" * 32), Keys(b"o" * 32)
    now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    link = links.order(7, 12, now, 3600.0, 3)
    token = links.path(keys, link).removeprefix("/o/")
    found = links.parse(keys, token, Shows.ORDER)
    assert found == Link(Shows.ORDER, 7, 12, datetime(2026, 3, 2, 11, 0, tzinfo=UTC), 3)
    assert links.parse(other, token, Shows.ORDER) is None
    assert links.parse(Keys(b"n" * 32, keys.current), token, Shows.ORDER) == found  # a rotation keeps them
    assert found.is_good(3, now)
    assert not found.is_good(4, now)
    assert not found.is_good(3, now + timedelta(hours=2))


async def test_w02_an_ended_link_tells_nothing_and_sends_a_new_one_to_its_reader_alone(town: Town) -> None:
    number = await town.order()
    path = await path_of(town, number)
    town.clock.move_to(town.clock.now() + timedelta(days=91))
    ended = await town.client.get(path)
    assert ended.status_code == 410
    assert "PO-1001" not in ended.text
    for _ in range(3):
        sent = await town.post(f"{path}/renew", csrf_of((await town.client.get(path)).text))
        assert sent.status_code == 200
    letters = [
        row for row in await town.read(lambda tx: letter_list.rows(tx, None, number, 100)) if row["template"] == "reply"
    ]
    assert [(row["to_address"], row["phase"]) for row in letters] == [("mara@buyer.example", "queued")]  # once an hour
    raw = await town.read(lambda tx: raw_of(tx, letters[0]["id"]))
    fresh = raw.replace("=\r\n", "").replace("=3D", "=").split("http://127.0.0.1:9", 1)[1].split()[0]
    assert (await town.client.get(fresh)).status_code == 200


def raw_of(tx: Tx, letter: int) -> str:
    from sqlalchemy import select

    from maild.store.tables import LETTER

    return bytes(tx.scalar(select(LETTER.c.raw).where(LETTER.c.id == letter))).decode()


async def test_w02_a_revoked_link_opens_nothing_and_the_next_letter_has_another(town: Town) -> None:
    number = await town.order()
    path = await path_of(town, number)
    await carry_out(town.db, town.desk, Request("person.revoke_links", {"address": "mara@buyer.example"}))
    assert (await town.client.get(path)).status_code == 410
    assert (await town.post(f"{path}/say", csrf_of((await town.client.get(path)).text), text="x")).status_code == 410
    assert (await town.client.get(await path_of(town, number))).status_code == 200


async def test_what_a_customer_writes_comes_as_their_mail_and_once(town: Town) -> None:
    number = await town.order()
    path = await path_of(town, number)
    csrf = csrf_of((await town.client.get(path)).text)
    for _ in range(2):  # a double click
        answer = await town.post(f"{path}/say", csrf, text="Twenty-five bolts, please.\n\nMara", once="double-click-1")
        assert (answer.status_code, answer.headers["location"]) == (303, path)
    ends = await settled(town)
    assert [(end.outcome.value, end.ticket) for end in ends] == [("comment", number)]
    said = (await town.read(lambda tx: comments.of_ticket(tx, number)))[-1]
    assert (said.public, said.text) == (True, "Twenty-five bolts, please.\n\nMara")
    page = (await town.client.get(path)).text
    assert "Twenty-five bolts, please." in page
    assert "You" in page


async def test_w04_a_form_needs_the_page_it_came_from(town: Town) -> None:
    number = await town.order()
    path = await path_of(town, number)
    await town.client.get(path)
    assert (await town.post(f"{path}/say", "", text="x")).status_code == 403
    assert (await town.post(f"{path}/say", "A" * 24, text="x")).status_code == 403
    assert await settled(town) == []


@pytest.mark.parametrize("field", ["subject", "sku", "text"])
async def test_w05_i04_i05_what_strangers_write_is_text(town: Town, field: str) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    raw = f"""From: Mara <mara@buyer.example>
To: orders@shop.example
Subject: {evil if field == "subject" else "Order"}
Message-ID: <evil-{field}@buyer.example>
Content-Type: text/plain

Purchase order PO-1
{evil if field == "text" else ""}
Item     Description      Qty   Price
{"AX<b>1</b>" if field == "sku" else "AX-1"}   {evil[:25] if field == "sku" else "Bolt"}      20    1.50
"""
    number = await town.order(raw=raw)
    page = (await town.client.get(await path_of(town, number))).text
    for tag in ("<script>alert", "<img src=x", "<b>1"):
        assert tag not in page


async def test_all_orders_are_behind_a_link_that_only_their_address_gets(town: Town) -> None:
    numbers = [await town.order(f"PO-{n}") for n in range(2)]
    texts = set()
    for address in ("mara@buyer.example", "nobody@else.example", "MARA@buyer.example"):
        csrf = csrf_of((await town.client.get("/my-orders")).text)
        answer = await town.post("/my-orders", csrf, address=address)
        texts.add(answer.text)
        assert address not in answer.text
    assert len(texts) == 1  # nobody learns who our customers are
    rows = [r for r in await town.read(lambda tx: letter_list.rows(tx, None, None, 100)) if r["template"] == "reply"]
    assert [row["to_address"] for row in rows] == ["mara@buyer.example"]
    raw = (await town.read(lambda tx: raw_of(tx, rows[0]["id"]))).replace("=\r\n", "").replace("=3D", "=")
    mine = raw.split("http://127.0.0.1:9/my/", 1)[1].split()[0]
    page = (await town.client.get(f"/my/{mine}")).text
    for number in numbers:
        assert f"#{number}" in page
    from re import findall

    assert [(await town.client.get(path)).status_code for path in findall(r'href="(/o/[^"]+)"', page)] == [200, 200]


async def test_a_public_form_is_a_mail_and_reflects_nothing(town: Town) -> None:
    csrf = csrf_of((await town.client.get("/forms/order")).text)
    given = {
        "name": "Ines Brandt",
        "address": "ines@else.example",
        "field.po_number": "PO-77",
        "field.ship_to": "Quay 9",
    }
    answer = await town.post("/forms/order", csrf, **given, text="Ten anchor bolts", once="form-once-1")
    assert answer.status_code == 200
    assert "Ines" not in answer.text and "ines@" not in answer.text
    [end] = await settled(town)
    ticket = await town.read(lambda tx: tickets.snapshot(tx, end.ticket))
    assert ticket.requester.address == "ines@else.example"
    assert "PO-77" in str((await town.read(lambda tx: comments.of_ticket(tx, end.ticket)))[0].text)
    letters = await town.read(lambda tx: letter_list.rows(tx, None, end.ticket, 100))
    assert {row["phase"] for row in letters if row["to_address"] == "ines@else.example"} <= {"held", "dropped"}


async def test_programs_fall_into_the_trap_and_forms_that_are_not_public_are_none(town: Town) -> None:
    csrf = csrf_of((await town.client.get("/forms/order")).text)
    given = {"address": "ines@else.example", "field.po_number": "PO-77", "website": "https://spam.example"}
    assert (await town.post("/forms/order", csrf, **given)).status_code == 200
    assert await settled(town) == []
    for name in ("inside", "nothing", "..%2forder"):
        assert (await town.client.get(f"/forms/{name}")).status_code == 404


async def test_whoever_writes_too_much_waits(town: Town) -> None:
    csrf = csrf_of((await town.client.get("/forms/order")).text)
    answers = [await town.post("/forms/order", csrf, address="not an address") for _ in range(10)]
    assert {answer.status_code for answer in answers[:1]} == {422}
    assert answers[-1].status_code == 429


async def test_articles_are_everybodys(town: Town) -> None:
    number = await town.order()
    await carry_out(
        town.db, town.desk, Request("ticket.resolve", {"id": number, "text": "Turn it <b>twice</b>."}, "anna")
    )
    await carry_out(town.db, town.desk, Request("article.publish", {"id": number, "title": "Bolts that stick"}, "anna"))
    listed = (await town.client.get("/articles")).text
    assert "Bolts that stick" in listed
    path = listed.split('href="/articles/')[1].split('"')[0]
    assert "Turn it &lt;b&gt;twice&lt;/b&gt;." in (await town.client.get(f"/articles/{path}")).text
    assert (await town.client.get("/articles/none")).status_code == 404
