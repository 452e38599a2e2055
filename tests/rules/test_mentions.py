"""Whom a note among colleagues calls."""

import pytest

from maild.domain.effects import AddComment, SendLetter
from maild.domain.events import CommentWritten
from maild.domain.people import Actor, Role
from rules.mentions import MOST, mentioned
from rules.model import Colleague, Ruleset
from rules.triggers import run
from tests.rules.builders import ticket
from tests.rules.divided import divided

PEOPLE = (
    Colleague("kim", "kim@shop.example", Role.AGENT),
    Colleague("Mia Okafor", "mia@shop.example", Role.LIGHT),
    Colleague("orders-agent", "agent@shop.example", Role.AGENT),
)
RULES = Ruleset(people=PEOPLE)


def called(text: str, author: str = "orders-agent") -> list[str]:
    return [colleague.name for colleague in mentioned(RULES, ticket(), text, author).called]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@kim can you look?", ["kim"]),
        ("Can you look, @KIM?", ["kim"]),
        ("(@kim) and @kim.", ["kim"]),
        ("@mia.okafor and @Mia-Okafor and @mia_okafor", ["Mia Okafor"]),
        ("@orders-agent", []),  # oneself
        ("write to kim@shop.example or x@kim", []),
        ("> @kim wrote this long ago\nyes", []),
        ("nobody at all", []),
        ("@kim @mia.okafor", ["kim", "Mia Okafor"]),
    ],
)
def test_who_is_called(text: str, names: list[str]) -> None:
    assert called(text) == names


def test_an_unknown_name_is_told_with_the_names_there_are() -> None:
    [why] = mentioned(RULES, ticket(), "@bob and @kim, also @bob", "orders-agent").wrong
    assert why == "nobody is called @bob; there are kim, Mia Okafor, orders-agent"


def test_a_mention_bomb_calls_a_few_and_says_so() -> None:
    crowd = Ruleset(people=tuple(Colleague(f"c{n}", f"c{n}@shop.example", Role.AGENT) for n in range(500)))
    found = mentioned(crowd, ticket(), " ".join(f"@c{n}" for n in range(500)) * 40, "c0")
    assert len(found.called) == MOST
    assert found.wrong == (f"499 colleagues are mentioned; the first {MOST} are told",)
    unknown = mentioned(crowd, ticket(), " ".join(f"@nobody{n}" for n in range(5000)), "c0")
    assert not unknown.called and len(unknown.wrong[0]) <= 500


def test_a_note_tells_whom_it_names_and_an_answer_to_the_customer_tells_nobody() -> None:
    note = run(RULES, ticket(), CommentWritten(Actor("agent", "orders-agent"), "@kim look", public=False))
    letters = [planned.effect for planned in note.effects if isinstance(planned.effect, SendLetter)]
    assert [(letter.template, letter.to) for letter in letters] == [("mentioned", "user:kim")]
    assert letters[0].text == "orders-agent wrote:\n\n@kim look"
    public = run(RULES, ticket(), CommentWritten(Actor("agent", "orders-agent"), "@kim look", public=True))
    assert next(type(p.effect) for p in public.effects if isinstance(p.effect, AddComment | SendLetter)) is AddComment
    assert not [p for p in public.effects if isinstance(p.effect, SendLetter) and p.effect.template == "mentioned"]
    unknown = run(RULES, ticket(), CommentWritten(Actor("agent", "orders-agent"), "@bob look", public=False))
    assert unknown.refusals == ("nobody is called @bob; there are kim, Mia Okafor, orders-agent",)
    assert any(isinstance(planned.effect, AddComment) for planned in unknown.effects)


def test_whoever_does_not_see_the_ticket_is_not_told_and_the_author_hears_why() -> None:
    here = ticket(department="orders")
    note = run(divided(), here, CommentWritten(Actor("agent", "orders-agent"), "@helper and @lead, look", public=False))
    assert note.refusals == ("helper was not told: ticket 7 is with Orders, and helper does not belong there",)
    effects = [planned.effect for planned in note.effects]
    assert any(isinstance(effect, AddComment) for effect in effects), "what was written stands"
    assert [effect.to for effect in effects if isinstance(effect, SendLetter)] == ["user:lead"]
