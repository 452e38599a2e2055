"""The template engine with everything taken out that could reach outside, run on for ever or grow without bound."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any

from jinja2 import StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.loaders import BaseLoader
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from notifications.filters import FILTERS
from notifications.values import Values

MOST_OUTPUT = 256 * 1024  # bytes of one part of a letter, characters of one value on the way there
MOST_STEPS = 20_000  # passes of all loops and macros of one part

# What changes or measures a value; formatting by width, random and lipsum are left out.
_FILTER_NAMES = """
    abs capitalize count d default e escape first float groupby int items join last length list lower map max
    min reject rejectattr replace reverse round select selectattr slice sort string sum title trim truncate
    unique upper
"""
_STRING_METHODS = frozenset({"startswith", "endswith", "strip", "upper", "lower", "title", "split", "splitlines"})

_BOUNDED = frozenset({"clean", "number", "money", "date", "length", "abs", "int", "float"})
"""Filters whose value is no longer than a line, or no text at all: nothing in them needs measuring."""
_TO_ESCAPE = re.compile("[&<>'\"]")

_MISSING = object()
_budget: ContextVar[list[int]] = ContextVar("notifications.sandbox.budget")


class TooMuch(Exception):
    """A template went on for longer, or grew larger, than any letter does."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def run(template: Template, values: Mapping[str, object]) -> str:
    """The output of a template of this sandbox; raises TooMuch beyond its bounds, and whatever the template raises."""
    token = _budget.set([MOST_STEPS])
    try:
        pieces: list[str] = []
        size = 0
        for piece in template.generate(values):
            size += len(piece) if piece.isascii() else len(piece.encode("utf-8", "replace"))
            if size > MOST_OUTPUT:
                raise TooMuch("template.too_big", f"the letter is larger than {MOST_OUTPUT // 1024} KiB")
            pieces.append(piece)
        return "".join(pieces)
    finally:
        _budget.reset(token)


class _MeasuringGenerator(CodeGenerator):
    """Measures what ``~`` makes, which no other hook sees, counts steps, and shows a value by one call instead of three
    where it is known beforehand whether it is HTML.
    """

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write("environment.measured(")
        super().visit_Concat(node, frame)
        self.write(")")

    def visit_EnvironmentAttribute(self, node: nodes.EnvironmentAttribute, frame: Frame) -> None:  # noqa: N802
        super().visit_EnvironmentAttribute(node, frame)
        self.write("()")  # none but `step` is ever asked for

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown_in_html(" if frame.eval_ctx.autoescape else "environment.shown(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile:
            super()._output_child_post(node, frame, finalize)
        else:
            self.write(")")


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Loops are counted, values measured, and nothing is left undefined.

    Every value passes one of three places where it is measured: the output, a filter or an operator. So none can grow
    by more than one step beyond the bound.
    """

    code_generator_class = _MeasuringGenerator
    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=lambda name: bool(name) and name.endswith(".html"),
            finalize=_measured,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        harmless = {name: self.filters[name] for name in _FILTER_NAMES.split()}
        filters = {**harmless, **FILTERS}
        self.filters = {name: made if name in _BOUNDED else _measuring(made) for name, made in filters.items()}
        self.globals = {"range": self.globals["range"], "namespace": self.globals["namespace"]}
        self.step = _step
        self.measured = _measured
        self.shown = _shown
        self.shown_in_html = _shown_in_html

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        if operator == "%" and isinstance(left, str):
            raise SecurityError("text is not formatted with %")
        if operator == "**" or (operator == "*" and not _small(left, right)):
            raise TooMuch("template.too_big", f"{operator} gives too large a value")
        return _measured(super().call_binop(context, operator, left, right))

    def getattr(self, obj: object, attribute: str) -> object:
        """Our own values have items only; asking for an attribute first would end in an exception each time."""
        if type(obj) is Values:
            value = obj.held.get(attribute, _MISSING)
            if value is not _MISSING:
                return value
            try:
                return obj[attribute]
            except KeyError:
                pass
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        if isinstance(obj, str):
            return attr in _STRING_METHODS
        return not isinstance(obj, int | float | bytes) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: object) -> None:
        """No ``"...".format``: its widths have no bound."""
        return

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        _fold(source)
        for node in list(source.find_all((nodes.For, nodes.Macro, nodes.CallBlock))):
            step = nodes.ExprStmt(nodes.EnvironmentAttribute("step"))
            node.body.insert(0, step.set_lineno(node.lineno))  # type: ignore[attr-defined]
        return super()._generate(source, name, filename, defer_init)


def _fold(source: nodes.Template) -> None:
    """Write texts that a template names once and for all at its top, such as a style, where they are shown.

    So they are put together with the text around them beforehand. Blocks see what other templates set, too.
    """
    stored = list(_stored(source))
    known: dict[str, str] = {}
    for node in source.body:
        _put_in(node, known)
        match node:
            case nodes.Assign(target=nodes.Name(name=name), node=nodes.Const(value=str(text))):
                if stored.count(name) == 1:
                    known[name] = text
            case _:
                pass


def _stored(source: nodes.Template) -> Iterator[str]:
    """Every name that a template gives to something, as often as it does."""
    yield from (name.name for name in source.find_all(nodes.Name) if name.ctx != "load")
    yield from (macro.name for macro in source.find_all(nodes.Macro))
    yield from (found.target for found in source.find_all(nodes.Import))
    for found in source.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in found.names)


def _put_in(node: nodes.Node, known: Mapping[str, str]) -> None:
    if not known or isinstance(node, nodes.Block):
        return
    for field, held in node.iter_fields():
        if isinstance(held, nodes.Node):
            setattr(node, field, _folded(held, known))
        elif isinstance(held, list):
            setattr(node, field, [_folded(one, known) if isinstance(one, nodes.Node) else one for one in held])


def _folded(node: nodes.Node, known: Mapping[str, str]) -> nodes.Node:
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name in known:
        return nodes.Const(known[node.name]).set_lineno(node.lineno)
    _put_in(node, known)
    return node


def _step() -> None:
    budget = _budget.get()
    budget[0] -= 1
    if budget[0] < 0:
        raise TooMuch("template.too_long", f"its loops run for more than {MOST_STEPS} steps")


def _measured(value: object) -> object:
    if isinstance(value, str | list | tuple) and len(value) > MOST_OUTPUT:
        raise TooMuch("template.too_big", f"a value is larger than {MOST_OUTPUT // 1024} KiB")
    return value


def _shown(value: object) -> str:
    """A value as it stands in a letter."""
    return str(_measured(value))


def _shown_in_html(value: object) -> str:
    """The same with what HTML would take for its own."""
    if type(value) is str and len(value) <= MOST_OUTPUT and not _TO_ESCAPE.search(value):
        return value
    return escape(_measured(value))


def _measuring(made: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(made)
    def measuring(*args: Any, **options: Any) -> Any:
        return _measured(made(*args, **options))

    return measuring


def _small(left: object, right: object) -> bool:
    """Whether a product stays within bounds: two numbers, or a sequence and how often it is repeated."""
    sizes = [len(value) if isinstance(value, str | list | tuple) else value for value in (left, right)]
    numbers = [abs(size) for size in sizes if isinstance(size, int | float)]
    bound = 1e30 if sizes == [left, right] else MOST_OUTPUT
    return len(numbers) == 2 and numbers[0] * numbers[1] <= bound
