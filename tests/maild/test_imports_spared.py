"""Leaving out what a library imports on the side."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from maild import imports


def test_a_name_left_out_is_not_installed_meanwhile_and_there_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "aside.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with imports.without("aside"), pytest.raises(ImportError):
        import_module("aside")
    found = import_module("aside")
    with imports.without("aside"):  # whoever has it keeps it
        assert import_module("aside") is found


def test_a_part_is_imported_without_the_rest_of_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lands" / "calendars"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("")
    (package / "__init__.py").write_text("from lands.calendars.here import DAYS\nimport lands.calendars.far\n")
    (package / "here.py").write_text("DAYS = 3\n")
    (package / "far.py").write_text("")
    (package / "built.py").write_text("from lands.calendars import DAYS\n")
    monkeypatch.syspath_prepend(tmp_path)
    with imports.only_parts("lands.calendars"):
        assert import_module("lands.calendars.here").DAYS == 3
        with pytest.raises(ImportError):  # this one is built upon the package
            import_module("lands.calendars.built")
    assert not {"lands.calendars", "lands.calendars.far"} & set(sys.modules)
    assert import_module("lands.calendars.built").DAYS == 3
    assert "lands.calendars.far" in sys.modules
