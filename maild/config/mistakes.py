"""What is wrong with a configuration, each as one line a person can act on: ``file:line: what (hint)``."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """``loc`` is the key's path in the file, array elements counted from 0."""

    loc: Loc
    what: str
    hint: str = ""

    def line(self, where: str) -> str:
        name = dotted(self.loc)
        text = f"{where}: {name}: {self.what}" if name else f"{where}: {self.what}"
        return f"{text} ({self.hint})" if self.hint else text


def dotted(loc: Loc) -> str:
    """The key as the file's headers write it: user.role for ("user", 3, "role")."""
    return ".".join(str(part) for part in loc if not isinstance(part, int))


def from_validation(error: ValidationError, above: Loc, keys: dict[Loc, list[str]]) -> list[Mistake]:
    """pydantic's findings in our words; ``keys`` gives the known keys of each table for the unknown ones."""
    return [_mistake(found, above + found["loc"], keys) for found in error.errors(include_url=False)]


def _mistake(found: Any, loc: Loc, keys: dict[Loc, list[str]]) -> Mistake:
    kind, context, value = found["type"], found.get("ctx", {}), found["input"]
    if kind == "mistake":
        return Mistake(loc, context["what"], context["hint"])
    if kind == "extra_forbidden":
        return unknown_key(loc, keys)
    if kind == "missing":
        return Mistake(loc, "this key is missing", f"write it under [{dotted(loc[:-1])}]")
    if kind == "literal_error":
        allowed = [word.strip("' ") for word in context["expected"].replace(" or ", ", ").split(",")]
        near = meant(value, allowed) if isinstance(value, str) else ""
        return Mistake(loc, f"{shown(value)} is not possible", near or "one of " + ", ".join(allowed))
    if kind in _WANTED:
        what, hint = _WANTED[kind]
        return Mistake(loc, what if kind.startswith("too") else f"{shown(value)} is not {what}", hint)
    return Mistake(loc, str(found["msg"]).lower())


_WANTED = {
    "bool_type": ("true or false", "without quotes"),
    "string_type": ("text", "write it in quotes"),
    "tuple_type": ("a list", 'write it like ["one", "two"]'),
    "dict_type": ("a table", "write it as a section of its own or {key = value}"),
    "model_type": ("a table", "write it as a section of its own or {key = value}"),
    "model_attributes_type": ("a table", "write it as a section of its own or {key = value}"),
    "too_short": ("the list is empty", "at least one is needed"),
    "too_long": ("the list is too long", ""),
    "string_too_short": ("a name", "it is empty"),
}


def unknown_key(loc: Loc, keys: dict[Loc, list[str]]) -> Mistake:
    """An unknown key, with the nearest known one of its table, or the table where it belongs."""
    name = str(loc[-1])
    table = tuple(part for part in loc[:-1] if not isinstance(part, int))
    hint = meant(name, keys.get(table, []))
    if not hint.startswith("did you mean"):
        elsewhere = [dotted(other) for other, names in keys.items() if name in names and other != table]
        hint = f"did you mean [{elsewhere[0]}] {name}?" if elsewhere and elsewhere[0] else hint
    return Mistake(loc, "unknown key", hint)


def duplicates(names: Iterable[tuple[Loc, str]], noun: str) -> list[Mistake]:
    """One mistake for each name that was already there."""
    seen: set[str] = set()
    found: list[Mistake] = []
    for loc, name in names:
        if name.casefold() in seen:
            found.append(Mistake(loc, f"{shown(name)} is {noun} twice"))
        seen.add(name.casefold())
    return found


def mistake(what: str, hint: str = "") -> PydanticCustomError:
    """The error a validator raises; braces are kept literal."""
    return PydanticCustomError("mistake", "{what}", {"what": what, "hint": hint})


def shown(value: object) -> str:
    """A value as an error message quotes it: one line, at most 40 characters."""
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def meant(word: str, known: "list[str]") -> str:
    """The hint for a misspelt word: the nearest known one, else (if few) all of them."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return "known: " + ", ".join(sorted(known)) if len(known) <= 40 else ""
