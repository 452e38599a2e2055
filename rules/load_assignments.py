"""[[assignment]] and [[ticket_template]]: who gets a ticket, and what one typed by hand begins with."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from maild.config.mistakes import Loc
from maild.domain.condition_syntax import Vocabulary
from maild.domain.conditions import Conditions, Since, leaves
from maild.domain.people import Role
from rules.departments import belongs
from rules.desk_model import Assignment, Department, Order, TicketTemplate
from rules.load_actions import Surroundings, puts, recipient
from rules.model import Colleague, slug
from rules.table import Table

Locate = Callable[[Loc], str]
_POOL = ("order", "weights", "cap", "caps", "counts", "offline", "alert", "template")


def read_assignments(
    rules: Table,
    vocabulary: Vocabulary,
    around: Surroundings,
    people: tuple[Colleague, ...],
    departments: Mapping[str, Department],
    where: Locate,
) -> tuple[Assignment, ...]:
    found: dict[str, Assignment] = {}
    for table in rules.tables("assignment"):
        rule = replace(_assignment(table, vocabulary, around, people), where=where(table.loc))
        if rule.name in found:
            table.wrong("name", f"there are two called {rule.name!r}")
        for name in table.departments(vocabulary):
            _members(table, rule, departments[name], people)
        table.finish()
        found[rule.name] = rule
    return tuple(found.values())


def _assignment(
    table: Table, vocabulary: Vocabulary, around: Surroundings, people: tuple[Colleague, ...]
) -> Assignment:
    name = table.text("name", None)
    if name.startswith(("system.", "limit.", "template.", "blueprint.")):
        table.wrong("name", "names that begin so are the desk's own")
    rule = Assignment(name=name, conditions=table.conditions(vocabulary))
    if any(isinstance(leaf, Since) for node in rule.conditions.nodes() for leaf in leaves(node)):
        what = "assignments are asked when something happens to a ticket, not as time passes"
        table.wrong("all", what, 'let an [[automation]] do it: set = { assignee = "..." }')
    if "assignee" in table or "group" in table:
        return _direct(table, rule, around)
    groups = table.words("groups", around.groups)
    users = table.words("users", around.users)
    agents = _agents(groups, users, people)
    if not agents:
        hint = 'groups = ["..."], users = ["..."], or assignee = "..."'
        table.wrong("groups", "there is nobody to give work to", hint)
    lights = [person.name for person in people if person.name in users and person.role is Role.LIGHT]
    if lights:
        table.wrong("users", f"{', '.join(lights)}: light agents take no tickets")
    alert = table.words("alert") if "alert" in table else ("lead",)
    return replace(
        rule,
        groups=groups,
        home=groups[0] if groups else _shared(agents, people, around.groups),
        agents=agents,
        order=Order(table.choice("order", [order.value for order in Order], Order.LEAST_LOADED.value)),
        weights=_numbers(table, "weights", agents),
        cap=table.count("cap"),
        caps=_numbers(table, "caps", agents),
        counts=Conditions(table.listed("counts", _quiet(vocabulary))),
        offline=table.flag("offline"),
        alert=tuple(recipient(table, to, around, "alert") for to in alert),
        template=table.text("template", "notify_lead"),
    )


def _direct(table: Table, rule: Assignment, around: Surroundings) -> Assignment:
    for key in (*_POOL, "groups", "users"):
        if key in table:
            table.take(key)
            table.wrong(key, f"{key} is for an assignment among several", "leave out assignee and group")
    assignee = table.choice("assignee", around.users, "") if around.users else table.text("assignee")
    group = table.choice("group", around.groups, "") if around.groups else table.text("group")
    return replace(rule, assignee=assignee or None, group=group or None)


def _agents(groups: tuple[str, ...], users: tuple[str, ...], people: tuple[Colleague, ...]) -> tuple[str, ...]:
    """In the order of the file; light agents take no tickets."""
    return tuple(
        person.name
        for person in people
        if person.role is not Role.LIGHT and (person.name in users or not set(groups).isdisjoint(person.groups))
    )


def _shared(agents: tuple[str, ...], people: tuple[Colleague, ...], groups: tuple[str, ...]) -> str | None:
    """The first group that all of them are in."""
    theirs = [person.groups for person in people if person.name in agents]
    return next((group for group in groups if all(group in own for own in theirs)), None)


def _numbers(table: Table, key: str, agents: tuple[str, ...]) -> Mapping[str, int]:
    """weights = { ada = 2, ben = 1 }"""
    inside = table.table(key)
    found: dict[str, int] = {}
    for name in inside.keys():  # noqa: SIM118
        number = inside.count(name)
        if name not in agents:
            inside.wrong(name, f"{name!r} is not among them", f"one of {', '.join(agents)}" if agents else "")
        if number is not None:
            found[name] = number
    return found


def _members(table: Table, rule: Assignment, department: Department, people: tuple[Colleague, ...]) -> None:
    """Whoever shall get a department's tickets must belong to it."""
    chosen = (rule.assignee,) if rule.assignee else rule.agents
    strangers = [person.name for person in people if person.name in chosen and not belongs(department, person)]
    if strangers:
        hint = f"list them under users of [[department]] {department.name}"
        table.wrong("department", f"{', '.join(strangers)} cannot work for {department.label}", hint)


def _quiet(vocabulary: Vocabulary) -> Vocabulary:
    """What can be counted in the database."""
    return replace(vocabulary, events=False, patterns=False)


def read_templates(
    rules: Table, around: Surroundings, addresses: tuple[str, ...], where: Locate
) -> Mapping[str, TicketTemplate]:
    found: dict[str, TicketTemplate] = {}
    for table in rules.tables("ticket_template"):
        name = table.text("name", None)
        if any(slug(name) == slug(other) for other in found):
            table.wrong("name", f"there are two called {name!r}")
        found[name] = TicketTemplate(
            name=name,
            label=table.text("label", name),
            values=_values(table, around),
            address=table.choice("address", addresses, "") if addresses else table.text("address"),
            groups=table.words("groups", around.groups or None),
            where=where(table.loc),
        )
        table.finish()
    return found


def _values(table: Table, around: Surroundings) -> tuple[tuple[str, str], ...]:
    preset = puts(table.table("set"), replace(around, fields=around.fields), default=False)
    for put in preset:
        if put.value.names:
            table.wrong("set", f"{put.name}: there is no ticket yet that {put.value.source!r} could name")
    tags = table.words("tags")
    values = tuple((put.name, put.value.source) for put in preset)
    return (*values, ("tags", " ".join(f"+{tag}" for tag in tags))) if tags else values
