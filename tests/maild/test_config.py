"""Loading: what a good file gives, and that a bad one tells every mistake at once with its line."""

from pathlib import Path

import pytest

from maild.config import Config, load
from maild.errors import ConfigError

GOOD = """\
[site]
domain = "shop.example"
[intake]
addresses = ["Orders@Shop.Example", "sales@shop.example"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def mistakes(folder: Path, text: str) -> list[str]:
    """The mistakes in a text, without the path's folder; none means the test fails."""
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text))
    assert caught.value.exit_code == 78
    return [line.replace(f"{folder}/", "") for line in caught.value.mistakes]


def test_a_short_file_is_enough(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD))
    assert config.intake.addresses == ("orders@shop.example", "sales@shop.example")
    assert config.smtp.hostname == "shop.example"
    assert config.relay.from_ == "shop.example <orders@shop.example>"
    assert config.database.url == f"sqlite:///{tmp_path}/maild.db"
    assert config.control.socket == tmp_path / "maild.sock"


def test_default_needs_no_file(tmp_path: Path) -> None:
    config = Config.default(tmp_path, smtp={"listen": ["127.0.0.1:0"], "max_size": "1MB"})
    assert config.smtp.listen == ("127.0.0.1:0",)
    assert config.smtp.max_size == 1_000_000
    assert config.intake.addresses == ("orders@shop.example",)
