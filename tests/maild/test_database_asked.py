"""Where a command that only looks finds the database: the same place as the whole configuration says."""

from pathlib import Path

import pytest

from maild.cli.asking import database_url
from maild.config import load
from maild.errors import ConfigError

BEGIN = '[site]\ndomain = "shop.example"\n[intake]\naddresses = ["orders@shop.example"]\n'


@pytest.mark.parametrize(
    "section",
    [
        "",
        "[database]\n",
        '[database]\nurl = "sqlite:///data/desk.db"\n',
        '[database]\nurl = "sqlite:////srv/desk.db"\n',
        '[database]\nurl = "sqlite:///${PLACE}/desk.db"\n',
        '[database]\nurl = "postgresql://maild@db.example/desk"\n',
    ],
)
def test_a_list_looks_where_the_configuration_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str
) -> None:
    monkeypatch.setenv("PLACE", "north")
    for folder in ("data", "north"):
        (tmp_path / folder).mkdir()
    config = tmp_path / "config.toml"
    config.write_text(BEGIN + section)
    assert database_url(config) == load(config).database.url


def test_a_mistake_elsewhere_keeps_nobody_from_looking(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"{BEGIN}[smtp]\nmax_connections = -1\n")
    with pytest.raises(ConfigError):
        load(config)
    assert database_url(config) == f"sqlite:///{tmp_path}/maild.db"


@pytest.mark.parametrize("wrong", ["7", '"mysql://maild@db.example/desk"', '"sqlite:///"', '"maild.db"'])
def test_a_database_that_is_none_is_told_with_its_line(tmp_path: Path, wrong: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"{BEGIN}[database]\nurl = {wrong}\n")
    with pytest.raises(ConfigError) as told:
        database_url(config)
    assert "config.toml:6" in told.value.mistakes[0]
