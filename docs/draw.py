"""Draws the parts of the documentation that repeat the code: ``python docs/draw.py`` writes them, a test compares them.

Each stands between ``<!-- drawn: name -->`` and ``<!-- end -->``. What a log event means is written in log_events.toml.
"""

import argparse
import ast
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs.log_events import LogEvent, events  # noqa: E402
from maild import errors  # noqa: E402
from maild.cli.parser import build  # noqa: E402
from maild.control.tokens import SCOPES  # noqa: E402
from maild.domain import letter, spool  # noqa: E402
from maild.store import tables  # noqa: E402
from maild.store.row import Row  # noqa: E402
from maild.web.api.event_schemas import HAPPENED, data_schemas, example  # noqa: E402
from maild.web.api.left_out import LEFT_OUT  # noqa: E402
from maild.web.api.openapi import address  # noqa: E402
from maild.web.api.routes import ENDPOINTS  # noqa: E402

PAGES = ("docs/architecture.md", "docs/operations.md", "docs/api.md")
EVERYWHERE = re.compile(
    r" \[(-h|-c CONFIG|--json|--as USER|--socket SOCKET)\]"
)  # options of (nearly) every command, told once in the text
State = TypeVar("State", bound=StrEnum)
BLOCK = re.compile(r"(<!-- drawn: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def drawn(text: str) -> str:
    """A page with every block drawn anew. Raises KeyError for a block that nothing draws."""
    return BLOCK.sub(lambda found: f"{found[1]}{DRAWINGS[found[2]]()}\n{found[3]}", text)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _moves(table: Mapping[State, frozenset[State]]) -> str:
    """A Mermaid state diagram; a state without a move is an end."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for state in type(next(iter(table))):
        targets = sorted(table[state], key=list(type(state)).index)
        lines += [f"    {state} --> {target}" for target in targets] or [f"    {state} --> [*]"]
    return "\n".join([*lines, "```"])


def _tables() -> str:
    """One line a table, from the docstring's first sentences."""
    assert tables.METADATA.tables
    rows = {str(row.__tablename__): _first_paragraph(row.__doc__) for row in Row.__subclasses__()}
    return _table(("Table", "What a row is"), [(f"`{name}`", rows[name]) for name in sorted(rows)])


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split()).replace("``", "`")


def _layers() -> str:
    """The stairs that import-linter keeps, from the roof down."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return "\n".join(["```text", *layers, "```"])


def _log_events() -> str:
    """Raises ValueError when an event has no meaning written down, or a meaning has no event."""
    with (ROOT / "docs" / "log_events.toml").open("rb") as file:
        meanings: dict[str, dict[str, str]] = tomllib.load(file)
    found = {event.name: event for event in events(ROOT)}
    if found.keys() != meanings.keys():
        differing = sorted(found.keys() ^ meanings.keys())
        raise ValueError(f"docs/log_events.toml and the code differ: write down, or remove, {', '.join(differing)}")
    return _table(
        ("Event", "Level", "What happened", "Values"),
        [
            (f"`{name}`", _level(event, meanings[name]), meanings[name]["text"], " ".join(f"`{k}`" for k in event.keys))
            for name, event in found.items()
        ],
    )


def _level(event: LogEvent, meaning: dict[str, str]) -> str:
    """The level the source gives; where that leaves several open, the page may say which it is."""
    said = meaning.get("level")
    if said is not None and said not in event.levels:
        raise ValueError(f"docs/log_events.toml: {event.name} is never logged as {said}")
    return said or ", ".join(sorted(event.levels))


def _metrics() -> str:
    tree = ast.parse((ROOT / "maild" / "web" / "probes.py").read_text(encoding="utf-8"))
    rows = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        match call:
            case ast.Call(ast.Name(str(kind)), [ast.Constant(str(name)), ast.Constant(str(text)), *_]) if kind.endswith(
                "MetricFamily"
            ):
                counter = kind.startswith("Counter")
                labels = next((k.value for k in call.keywords if k.arg == "labels"), None)
                names = ", ".join(f"`{label}`" for label in ast.literal_eval(labels)) if labels else ""
                rows.append((f"`{name}{'_total' if counter else ''}`", "counter" if counter else "gauge", names, text))
    return _table(("Metric", "Kind", "Label", "What it says"), rows)


def _exit_codes() -> str:
    kinds = sorted(errors.MaildError.__subclasses__(), key=lambda kind: kind.exit_code)
    known = [
        (str(kind.exit_code), _first_paragraph(kind.__doc__)) for kind in kinds if kind.__module__ == errors.__name__
    ]
    return _table(
        ("Code", "Meaning"),
        [
            ("0", "Done."),
            *known[:2],
            ("66", "A file named on the command line cannot be read (EX_NOINPUT)."),
            *known[2:3],
            ("70", "A mistake of maild itself (EX_SOFTWARE)."),
            *known[3:],
            ("130", "Interrupted with Ctrl-C."),
        ],
    )


def _commands() -> str:
    return _table(("Command", "What it does"), [(f"`{usage}`", text) for usage, text in commands(build())])


def commands(parser: argparse.ArgumentParser, text: str = "") -> Iterator[tuple[str, str]]:
    """(usage, help) of each command that can be run."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
        yield EVERYWHERE.sub("", usage), text
    for action in below:
        helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, inner in action.choices.items():
            yield from commands(inner, helps.get(name, ""))


def _endpoints() -> str:
    heads = ("Request", "Scope", "What it does")
    rows = [(f"`{e.method} {address(e.path)}`", f"`{e.scope}`", e.summary) for e in ENDPOINTS]
    return _table(heads, rows)


def _left_out() -> str:
    return _table(("Operation", "Why not"), [(f"`{name}`", text) for name, text in LEFT_OUT.items()])


def _events() -> str:
    rows = [
        (f"`{kind}`", text, _members(schema)) for kind, text in HAPPENED.items() if (schema := data_schemas()[kind])
    ]
    return _table(("Kind", "When", "`data` holds"), rows)


def _call() -> str:
    return f"```json\n{json.dumps(example('TicketCreated'), indent=2)}\n```"


def _members(schema: dict[str, object]) -> str:
    properties = schema["properties"]
    assert isinstance(properties, dict)
    return " ".join(f"`{name}`" for name in properties)


def _scopes() -> str:
    return _table(("Scope", "What it allows"), [(f"`{name}`", text) for name, text in SCOPES.items()])


DRAWINGS: dict[str, Callable[[], str]] = {
    "layers": _layers,
    "spool": lambda: _moves(spool.MOVES),
    "letter": lambda: _moves(letter.MOVES),
    "tables": _tables,
    "commands": _commands,
    "exit-codes": _exit_codes,
    "log-events": _log_events,
    "metrics": _metrics,
    "api-endpoints": _endpoints,
    "api-scopes": _scopes,
    "api-left-out": _left_out,
    "api-events": _events,
    "api-call": _call,
}


def main() -> None:
    for name in PAGES:
        page = ROOT / name
        page.write_text(drawn(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"drawn {name}")


if __name__ == "__main__":
    main()
