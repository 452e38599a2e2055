"""[fields.*] and [[form]]: what an order form holds."""

import re
from collections.abc import Mapping

from maild.domain.condition_syntax import Vocabulary
from maild.domain.conditions import Conditions
from maild.domain.patterns import Pattern, PatternError, parse_pattern
from maild.domain.terms import TERMS
from maild.domain.ticket import Status
from rules.fields import ORDER_SOURCES
from rules.model import Field, FieldKind, Form, FormField, Option
from rules.table import Table, near

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_CHOOSING = (FieldKind.DROPDOWN, FieldKind.MULTISELECT)


def read_fields(rules: Table) -> Mapping[str, Field]:
    section = rules.table("fields")
    found: dict[str, Field] = {}
    for name in section.keys():  # noqa: SIM118
        if not _NAME.fullmatch(name) or name in TERMS:
            hint = "small letters, digits and _" if name not in TERMS else "conditions know this word as something else"
            section.wrong(name, f"a field cannot be called {name!r}", hint)
        found[name] = _field(section.table(name), name)
    return found


def _field(table: Table, name: str) -> Field:
    kind = FieldKind(table.choice("type", [k.value for k in FieldKind], "text"))
    field = Field(
        name=name,
        kind=kind,
        label=table.text("label", name.replace("_", " ")),
        options=_options(table, kind),
        pattern=_pattern(table, kind),
        prefix=table.text("prefix"),
        source=table.words("from", ORDER_SOURCES),
        negative=table.flag("negative"),
    )
    if field.negative and kind is not FieldKind.MONEY:
        table.wrong("negative", f"a {kind.value} field may be below zero anyway, or has no sums", 'type = "money"')
    table.finish()
    return field


def _options(table: Table, kind: FieldKind) -> tuple[Option, ...]:
    inside = table.table("options")
    found = [_option(inside, id) for id in inside.keys()]  # noqa: SIM118
    if kind in _CHOOSING and not found:
        table.wrong("options", f"a {kind.value} needs options", 'options = { ground = "Ground" }')
    if found and kind not in _CHOOSING:
        table.wrong("options", f"a {kind.value} field has no options", 'type = "dropdown"')
    return tuple(found)


def _option(table: Table, id: str) -> Option:
    if isinstance(table.take(id), str):
        return Option(id, table.text(id, None))
    inside = table.table(id)
    option = Option(id, inside.text("label", id), inside.words("also"))
    inside.finish()
    return option


def _pattern(table: Table, kind: FieldKind) -> Pattern | None:
    source = table.text("pattern")
    if kind is not FieldKind.REGEXP:
        if source:
            table.wrong("pattern", "only fields of type regexp have a pattern")
        return None
    try:
        return parse_pattern(table.text("pattern", None))
    except PatternError as error:
        table.wrong("pattern", f"column {error.at}: {error}")
        return None


def read_forms(rules: Table, vocabulary: Vocabulary) -> Mapping[str, Form]:
    found: dict[str, Form] = {}
    for table in rules.tables("form"):
        form = _form(table, vocabulary)
        if form.name in found:
            table.wrong("name", f"there are two forms {form.name!r}")
        found[form.name] = form
    return found


def _form(table: Table, vocabulary: Vocabulary) -> Form:
    name = table.text("name", None)
    known = list(vocabulary.fields)
    names = table.words("fields", known)
    required, shown = read_required(table, known), read_shown(table, vocabulary)
    for other in [*required, *shown]:
        if other in known and other not in names:
            table.wrong("fields", f"{other!r} is not on the form", near(other, names))
    form = Form(
        name=name,
        label=table.text("label", name),
        fields=tuple(FormField(one, required.get(one), shown.get(one)) for one in names),
        public=table.flag("public"),
    )
    table.finish()
    return form


def read_required(table: Table, known: list[str]) -> dict[str, Status]:
    """required = { on-hold = ["po_number"] }: from that status on; the lowest one counts."""
    inside = table.table("required")
    found: dict[str, Status] = {}
    for word in inside.keys():  # noqa: SIM118
        names = inside.words(word, known)
        if word not in [status.word for status in Status]:
            inside.wrong(word, f"there is no status {word!r}", near(word, [status.word for status in Status]))
            continue
        for name in names:
            found[name] = min(found.get(name, Status.CLOSED), Status.parse(word))
    return found


def read_shown(table: Table, vocabulary: Vocabulary) -> dict[str, Conditions]:
    """shown_if = { freight_account = "freight_charge_to == collect" }"""
    inside = table.table("shown_if")
    found: dict[str, Conditions] = {}
    for name in inside.keys():  # noqa: SIM118
        condition = inside.condition(inside.text(name, None), (name,), vocabulary)
        if name not in vocabulary.fields:
            inside.wrong(name, f"there is no field {name!r}", near(name, list(vocabulary.fields)))
        if condition:
            found[name] = Conditions((condition,))
    return found
