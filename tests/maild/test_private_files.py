"""What a command makes belongs to its user alone, whatever the shell's umask says."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from maild.cli import main


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    former = os.umask(0o022)
    yield
    os.umask(former)


def maild(*words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["maild", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_a_database_made_by_the_upgrade_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[site]\ndomain = "shop.example"\n[intake]\naddresses = ["orders@shop.example"]\n')
    assert maild("db", "upgrade", "-c", str(config), monkeypatch=monkeypatch) == 0
    assert stat.S_IMODE((tmp_path / "maild.db").stat().st_mode) == 0o600
