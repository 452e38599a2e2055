"""Lists of nothing: a file without the columns that are needed is refused, by every import."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from maild import spreadsheet
from maild.cli import fact, knowledge, people
from maild.control.row_lists import counted
from maild.errors import DataError

IMPORTS: dict[str, Callable[[Namespace], int]] = {
    "kind, key": fact.import_facts,
    "address": people.import_persons,
    "name": people.import_organizations,
    "sku, price, currency": knowledge.import_prices,
    "organization, name, value": knowledge.import_habits,
}


@pytest.mark.parametrize("text", ["", "\n", "Blue Harbor;12\n"])
@pytest.mark.parametrize("lacking", IMPORTS)
def test_a_file_without_the_columns_is_refused(lacking: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(DataError, match=f"there is no column {lacking}"):
        IMPORTS[lacking](Namespace(file=str(tmp_path / "list.csv"), dry_run=False))


def test_a_header_alone_is_a_list_of_nothing() -> None:
    assert spreadsheet.read(b"kind,key,text\n", ("kind", "key")) == []


def test_what_rows_came_to_is_counted() -> None:
    assert counted(["new", "same", "new"]) == {"rows": 3, "new": 2, "changed": 0, "same": 1}
