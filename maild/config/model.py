"""The whole configuration as one frozen value: from a file, or from nothing for demos and tests."""

from pathlib import Path
from typing import Any, Self

from pydantic import PrivateAttr

from maild.config.build import build, readable
from maild.config.mistakes import Loc, Mistake
from maild.config.schema import Tables
from maild.config.toml_file import parse, read
from maild.config.toml_lines import TomlLines
from maild.config.values import untagged
from maild.errors import ConfigError


class Config(Tables):
    """Everything the file says; see `maild.config.schema` for the sections."""

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)
    _file: str = PrivateAttr(default="(defaults)")
    _text: str = PrivateAttr(default="")
    _lines: TomlLines | None = PrivateAttr(default=None)

    @property
    def machine_senders(self) -> tuple[str, ...]:
        """Addresses of programs (an ERP) that are treated like customers although their mail is automatic."""
        return self.intake.machine_senders

    @property
    def raw(self) -> dict[str, Any]:
        """The parsed TOML as it stands in the file; not to be changed."""
        return self._raw

    @property
    def file(self) -> str:
        """The path as it was given to `load`."""
        return self._file

    def locate(self, path: Loc) -> str:
        """Where a key stands, "config.toml:12"; for a missing key the nearest table around it."""
        if self._lines is None and self._text:
            self._lines = TomlLines(self._text)  # only who is told of a mistake wants to know
        return f"{self._file}:{self._lines.nearest(tuple(path))}" if self._lines else self._file

    def is_intake(self, address: str) -> bool:
        """Whether mail to the address would come back in here as an order mail; tagged addresses (orders+x@) count."""
        return untagged(address) in {untagged(own) for own in self.intake.addresses}

    @classmethod
    def default(cls, folder: str | Path = ".", **tables: Any) -> Self:
        """A configuration without a file, for the demo and for tests: orders@shop.example, SQLite in the folder.

        ``tables`` are sections as the TOML would hold them: ``Config.default(tmp, smtp={"listen": ["127.0.0.1:0"]})``.
        """
        site = {"domain": "shop.example", "name": "Example Shop"}
        raw: dict[str, Any] = {"site": site, "intake": {"addresses": ["orders@shop.example"]}}
        for name, table in tables.items():
            raw[name] = {**raw.get(name, {}), **table} if isinstance(table, dict) else table
        found, mistakes = build(raw, Path(folder).absolute())
        if mistakes:
            raise ConfigError([mistake.line("(defaults)") for mistake in mistakes])
        config = cls(**found)
        config._raw = raw
        return config


def load(path: str | Path) -> Config:
    """Read and check a configuration; `ConfigError` names every mistake as ``file:line: what (hint)``.

    Relative paths inside the file are seen from the folder it stands in.
    """
    text = read(Path(path), str(path))
    raw = parse(text, str(path))
    found, mistakes = build(raw, Path(path).absolute().parent)
    if mistakes:
        raise ConfigError(_in_order(mistakes, str(path), TomlLines(text)))
    config = Config(**found)
    config._raw, config._file, config._text = raw, str(path), text
    return config


def salvage(path: str | Path) -> Config | None:
    """What can be read of a configuration that `load` refuses, None where that is nothing. For looking, not for use."""
    try:
        text = read(Path(path), str(path))
        raw = parse(text, str(path))
    except ConfigError:
        return None
    config = Config(**readable(raw, Path(path).absolute().parent))
    config._raw, config._file, config._text = raw, str(path), text
    return config


def _in_order(mistakes: list[Mistake], file: str, lines: TomlLines) -> list[str]:
    placed = sorted((lines.nearest(mistake.loc), number) for number, mistake in enumerate(mistakes))
    return list(dict.fromkeys(mistakes[number].line(f"{file}:{line}") for line, number in placed))
