"""Numbers of things, and values in tables, read as people write them."""

from maild.cli.harmless import cell
from maild.domain.plurals import counted


def test_one_is_one() -> None:
    assert [counted(n, "ticket") for n in (0, 1, 2)] == ["0 tickets", "1 ticket", "2 tickets"]
    assert [counted(n, "person", "people") for n in (1, 2)] == ["1 person", "2 people"]


def test_a_table_shows_no_python() -> None:
    assert cell({"priority": "high", "tags": "+by_phone"}) == "priority: high, tags: +by_phone"
    assert cell(["a", "b"]) == "a, b"
