"""[matrix.*]: which status may follow which, and how long a ticket may stay.

[matrix.order]                    # the order class: a form, or default for all
pending = ["open", "solved"]      # for every role
[matrix.order.lead]               # or for one
pending = ["open", "solved", "closed"]
[matrix.order.limits]
new = "4bh"                       # or { after = "4bh", notify = "lead", template = "notify_lead" }
"""

from collections.abc import Callable
from dataclasses import replace

from maild.config.mistakes import Loc
from maild.domain.ticket import Status
from rules.load_actions import Surroundings, recipient
from rules.matrix import ANY_ROLE, DEFAULT_CLASS, ROLES
from rules.model import Matrix, TimeLimit
from rules.table import Table, near

_WORDS = tuple(status.word for status in Status)
_Rows = dict[tuple[str, str, Status], frozenset[Status]]


def read_matrix(rules: Table, forms: tuple[str, ...]) -> Matrix:
    rows: _Rows = {}
    section = rules.table("matrix")
    for name in section.keys():  # noqa: SIM118
        if name not in (*forms, DEFAULT_CLASS):
            section.wrong(name, f"there is no form {name!r}", near(name, (*forms, DEFAULT_CLASS)))
        inside = section.table(name)
        inside.take("limits")
        for key in inside.keys():  # noqa: SIM118
            if key in _WORDS:
                _row(inside, key, name, ANY_ROLE, rows)
            elif key in ROLES:
                role = inside.table(key)
                for word in role.keys():  # noqa: SIM118
                    _row(role, word, name, key, rows)
            elif key != "limits":
                known = (*_WORDS, *ROLES, "limits")
                inside.wrong(key, f"{key!r} is neither a status nor a role", near(key, known))
    return Matrix(rows)


def _row(table: Table, word: str, order_class: str, role: str, rows: _Rows) -> None:
    followers = table.words(word, _WORDS)
    if word not in _WORDS:
        table.wrong(word, f"there is no status {word!r}", near(word, _WORDS))
        return
    rows[order_class, role, Status.parse(word)] = frozenset(Status.parse(f) for f in followers)


def read_limits(rules: Table, around: Surroundings, where: Callable[[Loc], str]) -> tuple[TimeLimit, ...]:
    found: list[TimeLimit] = []
    section = rules.table("matrix")
    for name in section.keys():  # noqa: SIM118
        inside = section.table(name)
        limits = inside.table("limits")
        for word in limits.keys():  # noqa: SIM118
            limit = _limit(limits, word, name, around)
            found += [replace(limit, where=where((*limits.loc, word)))] if limit else []
    return tuple(found)


def _limit(limits: Table, word: str, order_class: str, around: Surroundings) -> TimeLimit | None:
    if word not in _WORDS:
        limits.wrong(word, f"there is no status {word!r}", near(word, _WORDS))
        return None
    short = isinstance(limits.take(word), str)
    table = Table({"after": limits.take(word)}, (*limits.loc, word), limits.mistakes) if short else limits.table(word)
    after = table.duration("after", required=True, working=around.working)
    notify = recipient(table, table.text("notify", "lead"), around)
    template = table.text("template", "notify_lead")
    table.finish()
    return TimeLimit(order_class, Status.parse(word), after, notify, template) if after else None
