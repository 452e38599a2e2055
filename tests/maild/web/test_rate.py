"""The page behind the link that asks how content a customer is."""

import httpx
import pytest

from maild.store import ratings, tickets
from notifications import rating
from tests.maild.web.conftest import Town, csrf_of


async def link(town: Town, ticket: int) -> str:
    person = (await town.read(lambda tx: tickets.snapshot(tx, ticket))).requester.id
    return rating.link(town.desk.keys, "https://desk.example", ticket, person).removeprefix("https://desk.example")


async def test_opening_the_link_changes_nothing_and_the_button_counts_once(town: Town) -> None:
    ticket = await town.order()
    path = await link(town, ticket)
    for _ in range(3):  # a mail scanner, then its second pass, then the customer
        page = await town.client.get(path)
        assert page.status_code == 200 and "How content are you" in page.text
    assert (await town.client.head(path)).status_code == 200
    assert await town.read(lambda tx: ratings.of_ticket(tx, ticket)) is None
    token = csrf_of(page.text)
    for score in ("5", "5", "2"):
        thanks = await town.post(path, token, score=score, words="It came <late>.")
        assert thanks.status_code == 200 and f"You gave us {score} of 5" in thanks.text
    kept = await town.read(lambda tx: ratings.of_ticket(tx, ticket))
    assert (kept.score, kept.words) == (2, "It came <late>.")


@pytest.mark.parametrize("score", ["", "0", "6", "9" * 500, "five"])
async def test_what_is_no_score_counts_for_nothing(town: Town, score: str) -> None:
    ticket = await town.order()
    path = await link(town, ticket)
    token = csrf_of((await town.client.get(path)).text)
    assert (await town.post(path, token, score=score)).status_code == 400
    assert await town.read(lambda tx: ratings.of_ticket(tx, ticket)) is None


async def test_a_forged_link_is_no_page_and_a_foreign_form_does_not_count(town: Town) -> None:
    ticket = await town.order()
    path = await link(town, ticket)
    for wrong in (
        path[:-1] + ("a" if path[-1] != "a" else "b"),
        path.replace("/rate/r", "/rate/t"),
        "/rate/x",
        "/rate/",
    ):
        assert (await town.client.get(wrong)).status_code == 404
    assert (await town.post(path, "", score="5")).status_code == 403
    async with httpx.AsyncClient(base_url=town.client.base_url) as stranger:
        assert (await stranger.post(path, data={"score": "5"})).status_code == 403
    assert await town.read(lambda tx: ratings.of_ticket(tx, ticket)) is None
