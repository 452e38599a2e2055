"""[[macro]]: what people set off by name, where it has its place, and what to tell where it has none."""

from collections.abc import Callable, Iterator, Mapping

from maild.config.mistakes import Loc
from maild.domain.condition_syntax import Vocabulary
from maild.domain.conditions import Condition, Conditions
from rules.load_actions import Surroundings, read_actions
from rules.model import Macro, slug
from rules.table import Table
from rules.wording import Wording

Locate = Callable[[Loc], str]
HINT = """{ if = "tags any ['open_order']", else = "why it is refused, and what to do" }"""


def read_macros(rules: Table, vocabulary: Vocabulary, around: Surroundings, where: Locate) -> Mapping[str, Macro]:
    found: dict[str, Macro] = {}
    for table in rules.tables("macro"):
        name = _name(table, found)
        own = [(condition, Wording("")) for condition in table.own(vocabulary)]
        guards = [*own, *_guards(table, table.within(vocabulary), around)]
        found[name] = Macro(
            name=name,
            label=table.text("label", name),
            conditions=Conditions(tuple(c for c, _ in guards), table.listed("any", vocabulary)),
            actions=read_actions(table, around),
            groups=table.words("groups", around.groups or None),
            requires=table.words("requires", tuple(around.fields)),
            outside_matrix=table.flag("outside_matrix"),
            departments=table.departments(vocabulary),
            where=where(table.loc),
            otherwise=tuple(text for _, text in guards),
        )
        table.finish()
    return found


def _name(table: Table, taken: Mapping[str, Macro]) -> str:
    """Two names that are typed alike on a command line are one name."""
    name = table.text("name", None)
    same = next((other for other in taken if slug(other) == slug(name)), None) if name else None
    if same == name:
        table.wrong("name", f"there are two called {name!r}")
    elif same is not None:
        table.wrong("name", f"{name!r} and {same!r} cannot be told apart when they are typed", "choose another name")
    return name


def _guards(table: Table, vocabulary: Vocabulary, around: Surroundings) -> Iterator[tuple[Condition, Wording]]:
    """Each line of ``all`` is a condition, or { if = condition, else = what to tell where it does not hold }."""
    lines = table.take("all")
    several = [lines] if isinstance(lines, str | dict) else [] if lines is None else lines
    if not isinstance(several, list):
        table.wrong("all", "all is a list of conditions", HINT)
        return
    for index, line in enumerate(several):
        if isinstance(line, str) and line:
            condition, text = table.condition(line, ("all", index), vocabulary), Wording("")
        elif isinstance(line, dict):
            condition, text = _guard(Table(line, (*table.loc, "all", index), table.mistakes), vocabulary, around)
        else:
            table.wrong(("all", index), f"{line!r} is no condition", HINT)
            continue
        if condition is not None:
            yield condition, text


def _guard(line: Table, vocabulary: Vocabulary, around: Surroundings) -> tuple[Condition | None, Wording]:
    source = line.text("if", None)
    condition = line.condition(source, ("if",), vocabulary) if source else None
    text = line.wording("else", around.placeholders)
    line.finish()
    return condition, text
