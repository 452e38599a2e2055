"""[[view]]: which tickets, which columns, in which order, for whom."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from maild.config.mistakes import Loc
from maild.domain.condition_syntax import Vocabulary
from rules.model import View, slug
from rules.table import Table, near

Locate = Callable[[Loc], str]

COLUMNS = (
    "id",
    "requested",
    "requester",
    "organization",
    "subject",
    "status",
    "priority",
    "department",
    "queue",
    "state",
    "group",
    "assignee",
    "tags",
    "updated",
    "order_address",
    "needs_review",
    "unread",
)
"""Columns every ticket has, beside the form's fields; ``requested`` is when it was created."""


def read_views(rules: Table, vocabulary: Vocabulary, groups: tuple[str, ...], where: Locate) -> Mapping[str, View]:
    found: dict[str, View] = {}
    known = (*COLUMNS, *vocabulary.fields)
    for table in rules.tables("view"):
        view = replace(_view(table, vocabulary, groups, known), where=where(table.loc))
        same = next((name for name in found if slug(name) == slug(view.name)), None)
        if same == view.name:
            table.wrong("name", f"there are two views {view.name!r}")
        elif same is not None:
            what = f"{view.name!r} and {same!r} cannot be told apart when they are typed"
            table.wrong("name", what, "choose another name")
        found[view.name] = view
    return found


def _view(table: Table, vocabulary: Vocabulary, groups: tuple[str, ...], known: tuple[str, ...]) -> View:
    name = table.text("name", None)
    view = View(
        name=name,
        label=table.text("label", name),
        conditions=table.conditions(vocabulary),
        columns=table.words("columns", known) or ("requested", "requester", "subject"),
        sort=_sort(table, known),
        groups=table.words("groups", groups or None),
        departments=table.departments(vocabulary),
    )
    if not table.take("all"):
        table.wrong("all", "a view needs at least one condition under all", 'all = ["status < solved"]')
    table.finish()
    return view


def _sort(table: Table, known: tuple[str, ...]) -> tuple[str, ...]:
    words = table.words("sort")
    for index, word in enumerate(words):
        if word.removeprefix("-") not in known:
            hint = near(word.removeprefix("-"), known) or f"one of {', '.join(known)}; - in front turns it round"
            table.wrong(("sort", index), f"cannot sort by {word!r}", hint)
    return words or ("requested",)
