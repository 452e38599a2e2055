"""Languages and time zones: taken as their standards write them, refused with what was meant."""

import pytest

from maild.locales import LANGUAGES, Unknown, language, time_zone


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("pt_br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        (" pl ", "pl"),
        ("es-419", "es-419"),
    ],
)
def test_a_language_is_kept_as_bcp_47_writes_it(given: str, kept: str) -> None:
    assert language(given) == kept


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("xx", "a tag of BCP 47: de, fr, pt-BR"),
        ("German", "did you mean de (German)?"),
        ("deutsch", "did you mean de (German)?"),
        ("dk", "did you mean da (Danish)?"),
        ("ger", "did you mean de (German)?"),
        ("", "a tag of BCP 47: de, fr, pt-BR"),
        ("../de", "a tag of BCP 47: de, fr, pt-BR"),
        ("de-" + "x" * 5000, "a tag of BCP 47: de, fr, pt-BR"),
    ],
)
def test_what_is_no_language_is_refused_with_what_was_meant(given: str, hint: str) -> None:
    found = language(given)
    assert isinstance(found, Unknown)
    assert found.hint == hint
    assert len(found.what) < 80


def test_every_code_has_a_name() -> None:
    assert len(LANGUAGES) == 183
    assert all(len(code) == 2 and name.strip() == name for code, name in LANGUAGES.items())


@pytest.mark.parametrize(("given", "kept"), [("Europe/Berlin", "Europe/Berlin"), ("utc", "UTC")])
def test_a_time_zone_is_kept_as_the_iana_writes_it(given: str, kept: str) -> None:
    assert time_zone(given) == kept
    assert time_zone("america/new york") == "America/New_York"


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("Nowhere", "like Europe/Berlin"),
        ("Berlin", "did you mean Europe/Berlin?"),
        ("New York", "did you mean America/New_York?"),
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("Mars/Tokyo", "did you mean Asia/Tokyo?"),
        ("../../etc/passwd", "like Europe/Berlin"),
    ],
)
def test_what_is_no_time_zone_is_refused_with_what_was_meant(given: str, hint: str) -> None:
    found = time_zone(given)
    assert isinstance(found, Unknown)
    assert found.hint == hint
