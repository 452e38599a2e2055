"""config.example.toml: it loads, and it shows every key with its default, none missing and none unknown."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from maild.config import KEYS, load

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
BORDER = "# ---- the order workflow ----\n"
COMMENTED = re.compile(r"^# (\[+[\w.]+\]+|\w+ = )", re.MULTILINE)


def upper() -> str:
    return EXAMPLE.read_text().split(BORDER)[0]


def shown(text: str) -> dict[tuple[str, ...], Any]:
    """Key path -> value of a text; of several [[user]] tables the keys together."""
    found: dict[tuple[str, ...], Any] = {}

    def walk(table: dict[str, Any], above: tuple[str, ...]) -> None:
        for key, value in table.items():
            path = (*above, key)
            for inner in value if isinstance(value, list) and value else [value]:
                if isinstance(inner, dict) and path not in KEYS:
                    walk(inner, path)
                else:
                    found[path] = value

    walk(tomllib.loads(text), ())
    return found


def everything() -> dict[tuple[str, ...], Any]:
    return shown(COMMENTED.sub(r"\1", upper().replace("# key = value", "")))


def test_it_loads_as_it_is() -> None:
    config = load(EXAMPLE)
    assert config.site.domain == "shop.example"
    assert {user.name for user in config.users} == {"orders-agent", "approver", "lead", "escalation-agent"}


def test_the_order_workflow_begins_after_the_border() -> None:
    assert EXAMPLE.read_text().count(BORDER) == 1


def test_every_key_is_shown_and_none_is_unknown() -> None:
    assert set(everything()) == set(KEYS)


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_what_is_commented_out_is_the_default_and_what_differs_says_so(path: tuple[str, ...]) -> None:
    field = KEYS[path]
    value = everything()[path]
    if field.is_required():
        assert path in shown(upper()) or "(no default)" in _comment(path[-1])
        return
    kind = TypeAdapter(field.rebuild_annotation())
    read = kind.validate_python(tuple(value) if isinstance(value, list) else value, context={"folder": Path()})
    if path in shown(upper()) and read != field.get_default(call_default_factory=True):
        assert "default: " in _comment(path[-1])
    elif path not in shown(upper()):
        assert read == field.get_default(call_default_factory=True)


def _comment(key: str) -> str:
    lines = re.findall(rf"^(?:# )?{key} = .*#(.*)$", upper(), re.MULTILINE)
    return " ".join(lines)


def test_every_key_has_a_word_of_explanation_or_a_name_that_needs_none() -> None:
    bare = {line.split(" = ")[0].lstrip("# ") for line in upper().splitlines() if re.match(r"(# )?\w+ = [^#]*$", line)}
    assert bare <= {
        "port", "user", "per_address_per_hour", "letters_per_connection", "give_up_after", "children", "cpu_seconds",
        "wall_seconds", "memory", "enabled", "listen", "name", "address", "role", "groups", "key",
    }  # fmt: skip
