"""Customers' pages speak the language of their letters."""

import ast
import re
from collections.abc import Iterator

import pytest

from maild.control.operation import Request
from maild.control.registry import carry_out
from maild.store import tickets
from maild.web.customer import language
from maild.web.customer.language import say, words
from maild.web.customer.order import GOES_ON, WORDS
from maild.web.rendering import HERE
from notifications import rating
from notifications.render import PACKAGED
from tests.maild.web.conftest import ORDER, Town
from tests.maild.web.test_customer import path_of

PLACE = re.compile(r"\{\w*\}")
SAYING = ("refused", "say_in")

GERMAN = (
    ORDER.replace(
        "Purchase order {number}\nShip", "Guten Tag, hiermit bestellen wir bei Ihnen die folgenden Artikel.\nShip"
    )
    .replace("Item     Description", "Artikel  Bezeichnung")
    .replace("Qty   Price", "Menge Preis")
    + "\nBitte bestätigen Sie den Liefertermin. Vielen Dank und mit freundlichen Grüßen aus Hamburg.\n"
)


def said() -> Iterator[str]:
    """Every text that templates and pages say in a customer's language."""
    for path in [*(HERE / "templates" / "customer").glob("*.html"), *(HERE / "templates").glob("*.html")]:
        yield from re.findall(r'\bt\("([^"]+)"', path.read_text())
    for path in (HERE / "customer").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
                yield from (text for text in texts if isinstance(text, str) and " " in text)
    yield from (text for pair in (*WORDS.values(), GOES_ON) for text in pair)


@pytest.mark.parametrize("name", language.languages())
def test_a_language_says_everything_and_every_value(name: str) -> None:
    known = words(name)
    assert sorted(set(said()) - known.keys()) == []
    source = "".join(path.read_text() for path in [*HERE.rglob("*.py"), *HERE.rglob("*.html")])
    assert [text for text in known if text not in source] == []
    for text, other in known.items():
        assert PLACE.findall(text) == PLACE.findall(other), text
        assert other.strip()
        assert other[-1:] == text[-1:] or text[-1:] not in ".?", text


def test_pages_speak_the_languages_that_letters_have() -> None:
    assert set(language.languages()) == {path.name for path in (PACKAGED / "order_received").iterdir() if path.is_dir()}


@pytest.fixture
def site() -> str:
    return 'base_url = "http://127.0.0.1:9"'


async def test_an_order_is_told_in_its_customers_language(town: Town) -> None:
    number = await town.order(raw=GERMAN.format(number="PO-1001"))
    page = (await town.client.get(await path_of(town, number))).text
    assert '<html lang="de">' in page
    for told in ("Ihre Nachricht", "Eingegangen", "So haben wir es verstanden", ">02.03.2026<", ">1,50<"):
        assert told in page
    assert "What was said" not in page
    person = (await town.read(lambda tx: tickets.snapshot(tx, number))).requester
    link = rating.link(town.desk.keys, "", number, person.id) or rating.link(
        town.desk.keys, "https://x", number, person.id
    )
    assert "Wie zufrieden" in (await town.client.get(link.removeprefix("https://x"))).text
    change = {"address": person.address, "changes": [("language", "fr-CH")]}
    await carry_out(town.db, town.desk, Request("person.set", change, "anna"))
    assert "Votre message" in (await town.client.get(await path_of(town, number))).text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "Su dirección de correo"),
        ("en,de;q=0.9", "Your mail address"),
        ("de;q=0.1, fr;q=0.7", "Votre adresse e-mail"),
        ("tlh", "Your mail address"),
        ("de;q=0", "Your mail address"),
        (";q=x,," * 200, "Your mail address"),
    ],
)
async def test_visitors_are_spoken_to_as_their_browser_asks(town: Town, asked: str, told: str) -> None:
    assert told in (await town.client.get("/my-orders", headers={"accept-language": asked})).text


async def test_what_is_refused_is_told_in_it_too(town: Town) -> None:
    answer = await town.client.get("/o/nonsense", headers={"accept-language": "de"})
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.text


def test_a_text_without_a_translation_stays_english() -> None:
    assert say("de", "Never said before {what}.", what=1) == "Never said before 1."
