"""Whoever is refused by the API hears what to do next, in its own terms."""

import re
from pathlib import Path
from typing import Any

import pytest

from maild.web.api.openapi import address
from maild.web.api.routes import ENDPOINTS
from maild.web.api_hints import COMMANDS, of_api
from maild.web.problem import Problem
from tests.maild.web.conftest import Town
from tests.maild.web.test_api import API, bearer

HOUSE = Path(__file__).parents[3]
SOURCES = [
    path for room in ("maild/control", "pipeline", "rules", "notifications") for path in HOUSE.glob(f"{room}/*.py")
]
NAMED = re.compile(r"(?:['\"(]|: |and |in )maild ([a-z]+ [a-z]+)(?=['\" \n])")
OF_OPERATORS = {
    "token list",
    "token create",
    "webhook on",
    "rules backfill",
    "blueprint migrate",
    "rules lint",
    "ticket split",
}


def test_every_command_that_a_refusal_may_name_is_an_endpoint_or_left_out_on_purpose() -> None:
    named = {words for path in SOURCES for words in NAMED.findall(path.read_text())}
    assert len(named) > 12
    assert named - COMMANDS.keys() <= OF_OPERATORS


def test_every_endpoint_that_stands_for_a_command_is_there() -> None:
    known = {f"{one.method} {address(one.path).removeprefix(API)}" for one in ENDPOINTS}
    assert set(COMMANDS.values()) <= known


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("see 'maild ticket list'", "see GET /tickets"),
        ("maild ticket resolve 7 TEXT", "PUT /tickets/7/resolution"),
        ("--subject TEXT", '"subject"'),
        ("--from DATE is the earlier one", '"from" is the earlier one'),
        ("--as one of them", "with a token of one of them"),
        ("see 'maild organization show 'Blue Harbor''", "see GET /organizations/{name}"),
        ("maild blueprint migrate NAME --ticket 7", "maild blueprint migrate NAME --ticket 7 at the command line"),
        ("a name like x--y is no option", "a name like x--y is no option"),
    ],
)
def test_words_for_the_command_line_are_said_for_programs(hint: str, told: str) -> None:
    assert of_api(Problem(422, "no", hint), "POST", "/api/v1/tickets/7/moves").hint == told


@pytest.fixture
def more() -> str:
    return """
[matrix.default]
new = ["open"]
open = ["pending"]
"""


REFUSED: list[tuple[str, str, dict[str, Any] | None, int, str]] = [
    ("GET", "/tickets/4711", None, 404, "GET /tickets"),
    ("PATCH", "/tickets/1", {"status": "closed"}, 422, "GET /tickets/1/choices"),
    ("PATCH", "/tickets/1", {"fields": {"total_cost": "much"}}, 422, "GET /tickets/1/choices"),
    ("POST", "/tickets/1/moves", {"status": "closed"}, 422, "next_steps"),
    ("POST", "/tickets/1/macros", {"name": "Orders :: Confirm processing"}, 422, '"dry_run": true'),
    ("POST", "/tickets/1/seen", {}, 422, "revision"),
    ("POST", "/tickets/1/tasks", {"title": "Call", "to": "nobody-here"}, 422, "assignee, group, lead"),
    ("POST", "/tickets/1/asides", {"to": "orders@shop.example", "subject": "x", "text": "x"}, 422, "GET /tickets/1"),
    ("PUT", "/tickets/1/article", {"title": "A seal"}, 422, "PUT /tickets/1/resolution"),
    ("DELETE", "/tickets/1/article", None, 422, "GET /articles"),
    ("GET", "/people/nobody@nowhere.example", None, 404, "GET /people"),
    ("GET", "/organizations/Nobody", None, 404, "GET /organizations"),
    ("DELETE", "/facts/4711", None, 404, "GET /facts"),
    ("POST", "/letters/4711/release", {}, 404, "GET /letters"),
    ("GET", "/views/nothing", None, 404, ""),
    ("POST", "/tickets", {"requester": "no address"}, 422, "GET /templates"),
    ("PROPFIND", "/tickets", None, 405, "Allow"),
    ("DELETE", "/tickets", None, 405, "Allow"),
    ("GET", "/tickets?limit=2&limit=3", None, 400, "/api/v1/openapi.json"),
]


async def test_every_refusal_says_what_to_do_in_terms_of_the_api(town: Town) -> None:
    await town.order()
    head, others = await bearer(town), []
    for method, path, body, status, hinted in REFUSED:
        given = {"json": body} if body is not None else {}
        answer = await town.client.request(method, API + path, headers=head, **given)
        told = answer.json()
        hint = told.get("hint", "")
        ours = bool(hint) and hinted in hint and "maild " not in hint + told["detail"] and "--" not in hint
        if (answer.status_code, ours) != (status, True):
            others.append((method, path, answer.status_code, told))
    assert others == []
