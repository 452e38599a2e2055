"""do = [...]: the actions of triggers, automations, macros and sequence steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from maild.config.mistakes import Loc
from maild.domain.calendars import Schedule, always
from maild.domain.terms import PRIORITIES
from maild.domain.ticket import Status
from rules.action_model import NATIVE
from rules.fields import Refused, checked
from rules.model import Action, Call, Chain, Field, Form, Go, Notify, Put, Review, Say, Tag, Task
from rules.table import Table, near
from rules.wording import Wording, known_names

FIXED_RECIPIENTS = ("requester", "assignee", "group", "lead")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The names that actions may use; ``working`` says whether working hours are configured.

    ``transitions`` are those of all blueprints; None inside one of them, which leads to one state only.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    sequences: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    working: bool = True
    schedule: Schedule = field(default_factory=lambda: always("UTC"))
    webhooks: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    transitions: tuple[str, ...] | None = ()
    locate: Callable[[Loc], str] = lambda _loc: ""

    @property
    def placeholders(self) -> tuple[str, ...]:
        return known_names(list(self.fields))

    def allowed(self, name: str) -> tuple[str, ...] | None:
        """The values that ``name`` can be set to, where they are few and known."""
        return {
            "status": tuple(s.word for s in Status if s is not Status.NEW),
            "priority": PRIORITIES,
            "department": self.departments,
            "form": tuple(self.forms),
            "group": self.groups or None,
            "assignee": self.users or None,
        }.get(name)


def read_actions(table: Table, around: Surroundings, key: str = "do") -> tuple[Action, ...]:
    """Each entry of the list is one table with one or more actions, done in the order written."""
    found: list[Action] = []
    entries = list(table.tables(key, 'write do = [ { set = { status = "open" } } ]'))
    for entry in entries:
        _entry(entry, around, found)
    if not entries:
        table.wrong(key, "there is nothing to do", f'{key} = [ {{ set = {{ status = "open" }} }} ]')
    return tuple(found)


def _entry(entry: Table, around: Surroundings, found: list[Action]) -> None:
    names = [name for name in entry.keys() if name in _READERS]  # noqa: SIM118
    if not names:
        _no_action(entry)
    for name in names:
        found += _READERS[name](entry, around)
    if names:
        entry.finish()


def _no_action(entry: Table) -> None:
    """The first word that might have been meant for one."""
    first = next(iter(entry.keys()), None)
    if first is None:
        entry.wrong((), "no action is named here", "one of " + ", ".join(_READERS))
    else:
        entry.wrong(first, f"there is no action {first!r}", near(first, list(_READERS)))


def _set(entry: Table, around: Surroundings) -> list[Action]:
    return list(puts(entry.table("set"), around, default=False))


def _default(entry: Table, around: Surroundings) -> list[Action]:
    return list(puts(entry.table("default"), around, default=True))


def puts(table: Table, around: Surroundings, *, default: bool) -> list[Put]:
    """A table of names and values to set."""
    found: list[Put] = []
    for name in sorted(table.keys(), key=lambda key: key != "department"):  # what it offers decides about the rest
        known = [*NATIVE, *around.fields]
        wording = table.wording(name, around.placeholders)
        if name not in known:
            table.wrong(name, f"there is no field {name!r}", near(name, known))
        elif not wording.names:
            _check_value(table, name, wording.source, around)
        found.append(Put(name, wording, default))
    return found


def _check_value(table: Table, name: str, value: str, around: Surroundings) -> None:
    allowed = around.allowed(name)
    if allowed is not None and value not in allowed and (value or name in ("status", "priority")):
        table.wrong(name, f"{name} cannot be {value!r}", near(value, allowed))
    elif name in around.fields:
        found = checked(around.fields[name], value)
        if isinstance(found, Refused):
            table.wrong(name, found.why)


def _add_tags(entry: Table, around: Surroundings) -> list[Action]:
    return [Tag(add=_tags(entry, "add_tags"))]


def _remove_tags(entry: Table, around: Surroundings) -> list[Action]:
    return [Tag(remove=_tags(entry, "remove_tags"))]


def _set_tags(entry: Table, around: Surroundings) -> list[Action]:
    return [Tag(replace=_tags(entry, "set_tags"))]


def _tags(entry: Table, key: str) -> frozenset[str]:
    words = entry.words(key)
    for index, tag in enumerate(words):
        if len(tag.split()) != 1 or "," in tag or tag[0] in "+-" or len(tag) > 100:
            entry.wrong((key, index), f"{tag!r} is no tag", "one word of letters, digits, _ : . and -")
    return frozenset(words)


def _comment(entry: Table, around: Surroundings) -> list[Action]:
    return [Say(entry.wording("comment", around.placeholders), entry.flag("public"))]


def _notify(entry: Table, around: Surroundings) -> list[Action]:
    text = entry.wording("text", around.placeholders) if "text" in entry else None
    template = entry.text("template", None)
    urgent, where = entry.flag("urgent"), around.locate((*entry.loc, "template"))
    return [Notify(recipient(entry, to, around), template, text, urgent, where) for to in entry.words("notify")]


def _task(entry: Table, around: Surroundings) -> list[Action]:
    to = entry.text("to", "assignee")
    title = entry.wording("task", around.placeholders)
    due, remind = (entry.duration(key, working=around.working) for key in ("due", "remind"))
    priority = entry.choice("priority", PRIORITIES, "normal")
    owner = recipient(entry, to, around, "to")
    return [Task(title, owner, due, remind, around.schedule, priority, entry.flag("blocks"))]


def _webhook(entry: Table, around: Surroundings) -> list[Action]:
    name = entry.text("webhook", None)
    if name and name not in around.webhooks:
        hint = near(name, around.webhooks) or 'configure [[webhook]] name = "..." url = "https://..."'
        entry.wrong("webhook", f"there is no webhook {name!r}", hint)
    return [Call(name, entry.wording("text", around.placeholders) if "text" in entry else Wording(""))]


def recipient(entry: Table, to: str, around: Surroundings, key: str = "notify") -> str:
    """requester, assignee, group, lead, a user's name (user: may stand in front) or a mail address."""
    name = to.removeprefix("user:")
    if to in FIXED_RECIPIENTS or ("@" in to and " " not in to):
        return to
    if name not in around.users and around.users:
        entry.wrong(key, f"nobody is called {name!r}", near(name, [*FIXED_RECIPIENTS, *around.users]))
    return f"user:{name}"


def _start(entry: Table, around: Surroundings) -> list[Action]:
    return [Chain(_sequence(entry, "start", around), start=True)]


def _stop(entry: Table, around: Surroundings) -> list[Action]:
    return [Chain(_sequence(entry, "stop", around), start=False)]


def _sequence(entry: Table, key: str, around: Surroundings) -> str:
    name = entry.text(key, None)
    if name and name not in around.sequences:
        entry.wrong(key, f"there is no sequence {name!r}", near(name, around.sequences))
    return name


def _review(entry: Table, around: Surroundings) -> list[Action]:
    value = entry.take("review")
    if isinstance(value, str):
        return [Review(True, value)]
    if value is not False:
        entry.wrong("review", "review is a reason, or false", 'review = "the total is missing"')
    return [Review(False)]


def _move(entry: Table, around: Surroundings) -> list[Action]:
    name = entry.text("move", None)
    text = entry.wording("text", around.placeholders) if "text" in entry else None
    if around.transitions is None:
        entry.wrong("move", "a transition leads to one state", "let an automatic transition go on from there")
    elif name and name not in around.transitions:
        hint = near(name, around.transitions) or "there is no [[blueprint.transition]]"
        entry.wrong("move", f"there is no transition {name!r}", hint)
    return [Go(name, text)]


_READERS: dict[str, Callable[[Table, Surroundings], list[Action]]] = {
    "set": _set,
    "default": _default,
    "set_tags": _set_tags,
    "remove_tags": _remove_tags,
    "add_tags": _add_tags,
    "comment": _comment,
    "notify": _notify,
    "task": _task,
    "start": _start,
    "stop": _stop,
    "review": _review,
    "move": _move,
    "webhook": _webhook,
}
