"""The names a configuration file may use, read off the schema."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from maild.config.mistakes import Loc
from maild.config.schema import Tables
from maild.config.section import Section

RULE_SECTIONS = frozenset(
    {
        *("fields", "form", "trigger", "automation", "macro", "view", "sequence", "schedule", "matrix", "blueprint"),
        *("department", "layout", "assignment", "ticket_template", "sla"),
    }
)
"""Top-level tables whose contents the rule loader reads from `Config.raw` and judges by itself."""


def sections() -> dict[str, tuple[type[Section], bool]]:
    """Top-level tables of the file: name -> (model, whether it is an array of tables)."""
    found: dict[str, tuple[type[Section], bool]] = {}
    for name, field in Tables.model_fields.items():
        model = model_of(field.annotation)
        if model is not None:
            found[field.alias or name] = (model, field.annotation is not model)
    return found


def model_of(annotation: Any) -> type[Section] | None:
    """The section inside an annotation such as ``SmtpTls | None`` or ``tuple[UserEntry, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation if issubclass(annotation, Section) else None
    inner = (model_of(part) for part in get_args(annotation))
    return next((model for model in inner if model is not None), None)


def keys(model: type[Section], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each key path below a section with its pydantic field; tables inside are entered, not given."""
    for name, field in model.model_fields.items():
        path = (*above, field.alias or name)
        inside = model_of(field.annotation)
        if inside is None:
            yield path, field
        else:
            yield from keys(inside, path)


KEYS: dict[tuple[str, ...], Any] = {
    path: field for name, (model, _) in sections().items() for path, field in keys(model, (name,))
}
"""Every key of the file, ("smtp", "tls", "cert_file"), with its pydantic field (default, kind)."""


def known_keys() -> dict[Loc, list[str]]:
    """Table -> the names that may stand in it, tables inside included."""
    known: dict[Loc, list[str]] = {(): [*sections(), *RULE_SECTIONS]}
    for path in KEYS:
        for length in range(1, len(path)):
            names = known.setdefault(path[:length], [])
            if path[length] not in names:
                names.append(path[length])
    return known
