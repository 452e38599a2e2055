"""The names of blueprints, states and transitions, and what a blueprint may name besides."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maild.config.mistakes import Loc
from maild.domain.condition_syntax import Vocabulary
from rules.load_actions import Surroundings
from rules.table import Table

_NAME = re.compile(r"[a-z0-9_-]{1,60}")

Locate = Callable[[Loc], str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a blueprint may name."""

    vocabulary: Vocabulary
    around: Surroundings
    locate: Locate


def names(sections: Mapping[str, Any], *path: str) -> tuple[str, ...]:
    """The names of all states or transitions (or, without a path, blueprints), before they are read."""
    entries = sections.get("blueprint")
    several = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    for key in path:
        inner = [entry.get(key) for entry in several]
        several = [one for many in inner if isinstance(many, list) for one in many if isinstance(one, dict)]
    return tuple(dict.fromkeys(str(entry["name"]) for entry in several if "name" in entry))


def read_name(table: Table, taken: Mapping[str, object], what: str) -> str:
    name = table.text("name", None)
    if name in taken and name:
        table.wrong("name", f"there are two called {name!r}")
    elif name and not _NAME.fullmatch(name):
        table.wrong("name", f"{name!r} is no name of a {what}", "small letters, digits, _ and -; the label has words")
    return name
