"""[[department]] and [[layout]]: how the desk is divided, and how each part lays out the forms."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from maild.config import Config
from maild.config.mistakes import Loc
from maild.domain.condition_syntax import Vocabulary
from maild.domain.ticket import Status
from rules.desk_model import Department
from rules.load_fields import read_required, read_shown
from rules.model import Field, Form, FormField
from rules.table import Table, near

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}")


@dataclass(frozen=True, slots=True)
class Around:
    """The names that departments may use."""

    fields: Mapping[str, Field]
    forms: Mapping[str, Form]
    schedules: tuple[str, ...]
    users: tuple[str, ...]
    groups: tuple[str, ...]
    config: Config | None
    where: Callable[[Loc], str]


@dataclass(frozen=True, slots=True)
class Divided:
    """The departments by name, and their layouts by department and form."""

    departments: Mapping[str, Department]
    layouts: Mapping[tuple[str, str], Form]


def read_departments(rules: Table, around: Around) -> Mapping[str, Department]:
    found: dict[str, Department] = {}
    tables = list(rules.tables("department"))
    names = tuple(str(table.take("name")) for table in tables)
    for table in tables:
        department = _department(table, around, names)
        if department.name in found:
            table.wrong("name", f"there are two departments {department.name!r}")
        _addresses(table, department, found, around.config)
        found[department.name] = department
    return found


def _department(table: Table, around: Around, names: tuple[str, ...]) -> Department:
    name = table.text("name", None)
    if name and not _NAME.fullmatch(name):
        table.wrong("name", f"a department cannot be called {name!r}", "small letters, digits, - and _")
    department = Department(
        name=name,
        label=table.text("label", name),
        addresses=tuple(address.lower() for address in table.words("addresses")),
        groups=table.words("groups", around.groups),
        users=table.words("users", around.users),
        forms=table.words("forms", tuple(around.forms)),
        schedule=table.choice("schedule", around.schedules, "") or None,
        statuses=_statuses(table),
        options=_options(table, around.fields),
        moves=table.words("moves", names) if "moves" in table else None,
        where=around.where(table.loc),
    )
    if not department.groups and not department.users:
        table.wrong("groups", "nobody belongs to it", 'groups = ["..."] or users = ["..."]')
    table.finish()
    return department


def _addresses(table: Table, department: Department, others: Mapping[str, Department], config: Config | None) -> None:
    taken = {address: other.name for other in others.values() for address in other.addresses}
    for index, address in enumerate(department.addresses):
        if address in taken:
            table.wrong(("addresses", index), f"{address} belongs to {taken[address]} already")
        elif config is not None and config.intake.addresses and not config.is_intake(address):
            table.wrong(("addresses", index), f"mail to {address} does not come in here", "list it under [intake]")


def _statuses(table: Table) -> Mapping[str, str]:
    """statuses = { on-hold = "Waiting for parts" }"""
    inside, words = table.table("statuses"), [status.word for status in Status]
    for word in inside.keys():  # noqa: SIM118
        if word not in words:
            inside.wrong(word, f"there is no status {word!r}", near(word, words))
    return {word: inside.text(word, None) for word in inside.keys()}  # noqa: SIM118


def _options(table: Table, fields: Mapping[str, Field]) -> Mapping[str, tuple[str, ...]]:
    """options = { freight = ["prepaid"] }: those of a field's options that it offers."""
    inside, choosing = table.table("options"), [name for name, field in fields.items() if field.options]
    found: dict[str, tuple[str, ...]] = {}
    for name in inside.keys():  # noqa: SIM118
        if name not in choosing:
            inside.wrong(name, f"{name!r} is no field with options", near(name, choosing))
            inside.take(name)
            continue
        found[name] = inside.words(name, [option.id for option in fields[name].options])
        if not found[name]:
            inside.wrong(name, f"it offers no option of {name!r}", "leave the field out of its layouts instead")
    return found


def read_layouts(
    rules: Table, departments: Mapping[str, Department], around: Around, vocabulary: Vocabulary
) -> Mapping[tuple[str, str], Form]:
    """By department and form. What a layout does not say of required and shown fields, the form says."""
    found: dict[tuple[str, str], Form] = {}
    for table in rules.tables("layout"):
        department = table.choice("department", tuple(departments), None)
        name = table.choice("form", tuple(around.forms), None)
        layout = _layout(table, around.forms[name], vocabulary) if name in around.forms else None
        if department in departments and departments[department].forms and name not in departments[department].forms:
            table.wrong(
                "form", f"{department} does not use the form {name!r}", near(name, departments[department].forms)
            )
        if (department, name) in found:
            table.wrong("form", f"there are two layouts of {name!r} for {department!r}")
        if layout is not None:
            found[department, name] = layout
        table.finish()
    return found


def _layout(table: Table, form: Form, vocabulary: Vocabulary) -> Form:
    usual = {field.name: field for field in form.fields}
    names = table.words("fields", tuple(usual)) or tuple(usual)
    required = read_required(table, list(usual))
    shown = read_shown(table, vocabulary)
    for other in [*required, *shown]:
        if other in usual and other not in names:
            table.wrong("fields", f"{other!r} is not in the layout", near(other, names))
    return Form(
        form.name,
        table.text("label", form.label),
        tuple(
            FormField(
                name,
                required.get(name) if "required" in table else usual[name].required_from,
                shown.get(name, usual[name].shown_if),
            )
            for name in names
        ),
        form.public,
    )
