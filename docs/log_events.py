"""Every event that the program logs, read off the calls in the source: name, levels, keys and file."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from maild.domain.letter import MOVES, Phase

PACKAGES = ("maild", "pipeline", "rules", "notifications")
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
NOT_VALUES = frozenset({"exc_info"})

# Names put together at run time from something else than a table of their own file: how they begin, how they may go on.
ENDINGS = {"letter.": sorted(MOVES[Phase.AT_DOT] - {Phase.SENT, Phase.FAILED})}

Variables = Mapping[str, ast.expr]


@dataclass(slots=True)
class LogEvent:
    """One event name and all its calls together. ``levels`` has several where the source leaves it open."""

    name: str
    levels: set[str] = field(default_factory=set)
    keys: dict[str, None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


def events(root: Path) -> list[LogEvent]:
    """All events under ``root`` by name. Raises ValueError for a name that cannot be told from the source."""
    found: dict[str, LogEvent] = {}
    for path in (path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))):
        file = path.relative_to(root).as_posix()
        if file.startswith("maild/demo/"):
            continue
        for names, levels, keys in _calls(ast.parse(path.read_text(encoding="utf-8")), file):
            for name in names:
                event = found.setdefault(name, LogEvent(name))
                event.levels |= levels
                event.keys |= dict.fromkeys(keys)
                event.files.add(file)
    return [found[name] for name in sorted(found)]


def _calls(tree: ast.Module, file: str) -> Iterator[tuple[list[str], set[str], list[str]]]:
    """(names, levels, keys) of each logging call."""
    around = _assigned(tree.body)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            variables = {**around, **_assigned(list(ast.walk(function)))}
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                levels, name = _logged(call, variables)
                if levels and name is not None:
                    yield _names(name, variables, f"{file}:{call.lineno}"), levels, _keys(call, variables)


def _assigned(nodes: list[ast.stmt] | list[ast.AST]) -> dict[str, ast.expr]:
    """What plain names were last set to."""
    found: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = node.value
    return found


def _logged(call: ast.Call, variables: Variables) -> tuple[set[str], ast.expr | None]:
    """The levels and the name of a logging call; no levels for any other call."""
    name = call.args[0] if call.args else None
    match call.func:
        case ast.Attribute(_, "trouble") if isinstance(name, ast.Constant):
            return {"error"}, name
        case ast.Name("partial") if len(call.args) > 1:  # a line that is said later
            return set(_level(call.args[0])), call.args[1]
        case ast.Name("_about_us"):
            return {str(ast.literal_eval(call.args[0]))}, call.args[1]
        case ast.Name(alias) if alias in variables:
            chosen = variables[alias]
            branches = [chosen.body, chosen.orelse] if isinstance(chosen, ast.IfExp) else [chosen]
            return {level for branch in branches for level in _level(branch)}, name
        case function:
            return set(_level(function)), name


def _level(node: ast.expr) -> list[str]:
    match node:
        case ast.Attribute(ast.Name("log"), level) if level in LEVELS:
            return [LEVELS[level]]
    return []


def _names(node: ast.expr, variables: Variables, where: str) -> list[str]:
    match node:
        case ast.Constant(str(name)):
            return [name]
        case ast.Name("event"):
            return []  # handed on by a function whose callers are found themselves
        case ast.IfExp(_, one, other):
            return _names(one, variables, where) + _names(other, variables, where)
        case ast.Subscript(ast.Name(table)) if isinstance(listed := variables.get(table), ast.Dict):
            return [str(ast.literal_eval(value)) for value in listed.values]
        case ast.JoinedStr([ast.Constant(str(beginning)), ast.FormattedValue(rest)]):
            endings = ENDINGS.get(beginning) or _names(rest, variables, where)
            return [f"{beginning}{ending}" for ending in endings]
    raise ValueError(f"{where}: the name of this log event cannot be told; see ENDINGS")


def _keys(call: ast.Call, variables: Variables) -> list[str]:
    keys: list[str] = []
    for keyword in call.keywords:
        keys += [keyword.arg] if keyword.arg is not None else _spread(keyword.value, variables)
    return [key for key in keys if key not in NOT_VALUES]


def _spread(node: ast.expr, variables: Variables) -> list[str]:
    """The keys behind ``**``: of a dictionary in a variable, written out, or filtered from one of these."""
    match node:
        case ast.Name(variable) if variable in variables:
            return _spread(variables[variable], variables)
        case ast.DictComp(generators=[ast.comprehension(iter=ast.Call(ast.Attribute(source, "items")))]):
            return _spread(source, variables)
        case ast.Dict(keys):
            return [str(key.value) for key in keys if isinstance(key, ast.Constant)]
    return []
