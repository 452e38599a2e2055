"""What is wrong with the letters, found before the first one has to go out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import product

from jinja2 import TemplateSyntaxError, nodes

from maild.domain.order import Order, OrderLine, Party
from maild.domain.people import Organization, Person
from maild.domain.ticket import Snapshot, Status
from notifications.placeholders import Comment, Labels, Words, context
from notifications.render import PARTS, Refused, Templates
from notifications.values import Values

_JINJA_NAMES = frozenset(
    {"loop", "range", "namespace", "super", "self", "caller", "varargs", "kwargs", "true", "false", "none"}
)
_ANYTHING = object()  # a value whose parts are not known here


def check_templates(templates: Templates, labels: Labels, used: Iterable[str] = ()) -> list[str]:
    """Every mistake, one line each: ``order_received/body.txt:7: no placeholder ticket.subjct (did you mean
    ticket.subject?)``.

    ``used`` are the letters that rules name. Each template is compiled, its placeholders are looked up, and each letter
    is written once with everything filled in and once with as little as there can be, so loops without end show here.
    """
    sample = sample_context(labels)
    mistakes = [
        f"no letter is called {name}{_hint(name, templates.names)}" for name in used if name not in templates.names
    ]
    broken = False
    paths = templates.environment.list_templates(filter_func=_is_template)
    for path in paths:
        found = list(_mistakes(templates, path, sample))
        broken = broken or bool(found)
        mistakes.extend(found)
    for name in sorted(templates.names):
        mistakes.extend(f"{name}: {part} is missing" for part in PARTS if f"{name}/{part}" not in paths)
        mistakes.extend(_half_translated(name, paths))
    return mistakes if broken else [*mistakes, *_trials(templates, labels, sample)]


def _half_translated(name: str, paths: Iterable[str]) -> Iterator[str]:
    """A language of a letter that lacks a part is never chosen: its reader would get two languages in one letter."""
    rest = [path.removeprefix(f"{name}/").split("/") for path in paths if path.startswith(f"{name}/")]
    for language in sorted({path[0] for path in rest if len(path) > 1}):
        lacking = [part for part in PARTS if [language, part] not in rest]
        yield from (f"{name}/{language}: {part} is missing" for part in lacking)


def sample_context(labels: Labels) -> dict[str, object]:
    """A ticket with everything filled in."""
    return context(
        _SAMPLE_TICKET, _SAMPLE_SITE, _SAMPLE_USER, labels, "https://desk.example/t/1", comments=_COMMENTS, words=_WORDS
    ) | {"ticket": _filled(labels)}


def _filled(labels: Labels) -> Values:
    fields = tuple((name, next(iter(labels.options.get(name, {})), "1")) for name in labels.names)
    ticket = replace(_SAMPLE_TICKET, fields=fields)
    link = "https://desk.example/t/1"
    values = context(ticket, _SAMPLE_SITE, labels=labels, link=link, comments=_COMMENTS, rating_link=f"{link}/rate")
    filled = values["ticket"]
    assert isinstance(filled, Values)
    return filled


def _mistakes(templates: Templates, path: str, sample: Mapping[str, object]) -> Iterator[str]:
    environment = templates.environment
    loader = environment.loader
    assert loader is not None
    try:
        source, _, _ = loader.get_source(environment, path)
        tree = environment.parse(source, path)
        environment.get_template(path)
    except TemplateSyntaxError as error:
        yield f"{error.name or path}:{error.lineno}: {error.message}"
    except Exception as error:
        yield f"{path}: cannot be read: {type(error).__name__}"
    else:
        yield from (f"{path}:{line}: {what}" for line, what in _unknown(tree, sample))


def _unknown(tree: nodes.Template, sample: Mapping[str, object]) -> Iterator[tuple[int, str]]:
    """The placeholders that lead nowhere, with their lines."""
    known: dict[str, object] = dict.fromkeys(_local_names(tree), _ANYTHING)
    known |= _loop_values(tree, sample) | dict(sample)
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in known and name.name not in _JINJA_NAMES:
            yield name.lineno, f"no placeholder {name.name}{_hint(name.name, known)}"
    for getter in tree.find_all((nodes.Getattr, nodes.Getitem)):
        path = _path(getter)
        if path is not None and _lookup(path[:-1], known) is not None and _lookup(path, known) is None:
            around = _lookup(path[:-1], known)
            near = get_close_matches(path[-1], list(around), 1) if isinstance(around, Values) else []
            hint = f" (did you mean {'.'.join([*path[:-1], near[0]])}?)" if near else ""
            yield getter.lineno, f"no placeholder {'.'.join(path)}{hint}"


def _local_names(tree: nodes.Template) -> set[str]:
    names = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    names |= {macro.name for macro in tree.find_all(nodes.Macro)}
    for imported in tree.find_all(nodes.FromImport):
        names |= {name if isinstance(name, str) else name[1] for name in imported.names}
    return names | {imported.target for imported in tree.find_all(nodes.Import)}


def _loop_values(tree: nodes.Template, sample: Mapping[str, object]) -> dict[str, object]:
    """What ``for line in order.lines`` makes of ``line``: the first element of the sample's list."""
    values: dict[str, object] = {}
    for loop in tree.find_all(nodes.For):
        path = _path(loop.iter)
        found = _lookup(path, sample) if path else None
        if isinstance(loop.target, nodes.Name) and isinstance(found, list) and found:
            values[loop.target.name] = found[0]
    return values


def _path(node: nodes.Node) -> list[str] | None:
    """``ticket.fields.total`` as its parts; None for anything but a plain chain of names."""
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        start = _path(node.node)
        return None if start is None else [*start, node.attr]
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        start = _path(node.node)
        return None if start is None else [*start, node.arg.value]
    return None


def _lookup(path: list[str], known: Mapping[str, object]) -> object | None:
    """The sample value at a path, _ANYTHING where it cannot be known, None where there is none."""
    value: object = known.get(path[0])
    for part in path[1:]:
        if value is None or value is _ANYTHING or not isinstance(value, Values):
            return None if value is None else _ANYTHING
        if part not in value:
            return None
        value = value[part]
    return value


def _trials(templates: Templates, labels: Labels, sample: Mapping[str, object]) -> Iterator[str]:
    bare = context(
        replace(_SAMPLE_TICKET, orders=(), organization=None, requester=Person(1, "", "a@example.com")),
        _SAMPLE_SITE,
        labels=labels,
    )
    for name in sorted(templates.names):
        for language, values in product(("", *sorted(templates.variants(name))), (sample, bare)):
            answer = templates.render(name, values, language)
            if isinstance(answer, Refused) and not (values is bare and answer.code == "template.empty"):
                yield f"{name}{f'/{language}' if language else ''}: {answer.why} ({answer.code})"
                break


def _is_template(path: str) -> bool:
    return path.endswith((".txt", ".html")) and not path.startswith(".")


def _hint(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), 1)
    return f" (did you mean {near[0]}?)" if near else ""


@dataclass(frozen=True, slots=True)
class _SampleSite:
    name: str = "Example Shop"
    timezone: str = "UTC"


_NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_SAMPLE_SITE = _SampleSite()
_SAMPLE_USER = Person(2, "Robin Example", "robin@example.com")
_COMMENTS = (Comment("Robin Example", _NOW, "It is on its way."),)
_WORDS = Words("What colour shall it be?", "open for 24 hours", expected_by="2026-01-07")
_SAMPLE_ORDER = Order(
    po_number="4711",
    currency="EUR",
    total="100.00",
    ship_to=Party("Example Ltd", "1 Road", "Town", "12345", "GB"),
    lines=(OrderLine("1", "A-1", description="Widget", quantity="2", unit="pcs", unit_price="50.00", amount="100.00"),),
)
_SAMPLE_TICKET = Snapshot(
    id=1,
    version=1,
    now=_NOW,
    subject="Order 4711",
    status=Status.NEW,
    priority="normal",
    order_address="orders@example.com",
    channel="smtp",
    requester=Person(1, "Kim Example", "kim@example.com"),
    organization=Organization(1, "Example Ltd"),
    orders=(_SAMPLE_ORDER,),
)
