"""Numbers of things, and values in tables, read as people write them."""

import pytest

from maild.cli.harmless import cell
from maild.cli.parser import build
from maild.domain.plurals import counted


def test_one_is_one() -> None:
    assert [counted(n, "ticket") for n in (0, 1, 2)] == ["0 tickets", "1 ticket", "2 tickets"]
    assert [counted(n, "person", "people") for n in (1, 2)] == ["1 person", "2 people"]


def test_a_table_shows_no_python() -> None:
    assert cell({"priority": "high", "tags": "+by_phone"}) == "priority: high, tags: +by_phone"
    assert cell(["a", "b"]) == "a, b"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tickets", "list"), "maild: no command 'maild tickets', did you mean ticket?\nhint: see 'maild --help'\n"),
        (("assignment", "frob"), "maild: no command 'maild assignment frob'\nhint: see 'maild assignment --help'\n"),
    ],
)
def test_a_mistyped_command_is_told_in_two_lines(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="64"):
        build().parse_args(words)
    assert capsys.readouterr().err == said
