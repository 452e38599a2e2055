"""Which language a letter is written in."""

from pathlib import Path

import pytest

from notifications.check import check_templates
from notifications.languages import chosen, tag
from notifications.placeholders import Labels
from notifications.render import Templates

VARIANTS = frozenset({"de", "fr", "pt-br"})


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (["fr", "de"], "fr"),
        (["", "de"], "de"),
        (["de-AT"], "de"),
        (["de_CH"], "de"),
        (["pt_BR", "de"], "pt-br"),
        (["pt", "de"], "de"),  # Portuguese is not there, and Brazilian is not what was asked for
        (["en", "de"], ""),  # the plain letter is English
        (["en-GB", "de"], ""),
        (["nl", "it"], ""),
        (["../../etc", "de"], "de"),
        (["de/../fr"], ""),
    ],
)
def test_the_first_language_that_the_letter_has(wanted: list[str], language: str) -> None:
    assert chosen(wanted, VARIANTS) == language


def test_what_is_no_language_is_none() -> None:
    assert [tag(text) for text in ("DE", " fr ", "x", "de/..", "d" * 400, "")] == ["de", "fr", "", "", "", ""]


def folder(tmp_path: Path, *paths: str) -> Path:
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("Our own words\n")
    return tmp_path


PLAIN = [f"order_shipped/{part}" for part in ("subject.txt", "body.txt", "body.html")]


def test_a_letter_that_the_operator_replaced_speaks_only_their_languages(tmp_path: Path) -> None:
    assert Templates.load().variants("order_shipped") == {"de", "fr", "es"}
    own = Templates.load(folder(tmp_path, *PLAIN))
    assert own.variants("order_shipped") == frozenset()
    assert own.variants("order_received") == {"de", "fr", "es"}
    french = [path.replace("/", "/fr/", 1) for path in PLAIN]
    assert Templates.load(folder(tmp_path, *french)).variants("order_shipped") == {"fr"}


def test_half_a_translation_is_a_mistake_and_never_chosen(tmp_path: Path) -> None:
    own = Templates.load(folder(tmp_path, "reminder/fr/body.txt"))
    assert own.variants("reminder") == {"de"}
    found = check_templates(own, Labels())
    assert found == ["reminder/fr: subject.txt is missing", "reminder/fr: body.html is missing"]


def test_the_placeholders_of_every_language_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "order_shipped" / "es" / "body.txt"
    path.parent.mkdir(parents=True)
    path.write_text("Su pedido {{ ticket.subjct }}\n")
    [mistake] = check_templates(Templates.load(tmp_path), Labels())
    assert mistake.startswith("order_shipped/es/body.txt:1: no placeholder ticket.subjct")
