"""Letters from templates: strict, sandboxed and bounded.

Templates are files of the operator; what a mail says reaches them only as data. A letter that cannot be written is
refused with a reason instead of being sent half empty.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
)
from jinja2.exceptions import SecurityError
from jinja2.loaders import BaseLoader, ChoiceLoader, FileSystemLoader
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.clean import printable
from notifications.filters import FILTERS, MissingValue
from notifications.placeholders import Comment, Labels, Site, Values, Words, context

__all__ = ["Comment", "Labels", "Refused", "Rendered", "Site", "Templates", "Values", "Words", "context"]

PACKAGED = Path(__file__).parent / "templates"
PARTS = ("subject.txt", "body.txt", "body.html")
MOST_OUTPUT = 256 * 1024  # bytes of one part
MOST_STEPS = 20_000  # passes of all loops and macros of one part
LONGEST_SUBJECT = 200
_LONGEST_PRODUCT = 10_000  # characters "x" * n or a width may give

_budget: ContextVar[list[int]] = ContextVar("notifications.render.budget")


@dataclass(frozen=True, slots=True)
class Rendered:
    """``subject`` is one line; ``text`` and ``html`` end with a newline and use "\\n"."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a letter was not written.

    ``code`` is template.missing, template.syntax, template.undefined, template.empty, template.security,
    template.too_long, template.too_big or template.error.
    """

    code: str
    why: str


class TooMuch(Exception):
    """A template went on for longer, or grew larger, than any letter does."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Templates:
    """All letters: the packaged ones, each file replaceable by the same path below the operator's folder."""

    def __init__(self, loader: BaseLoader) -> None:
        self.environment = BoundedEnvironment(loader)
        self.names = frozenset(
            p.split("/")[0] for p in self.environment.list_templates() if "/" in p and p[0] not in "_."
        )

    @classmethod
    def load(cls, folder: Path | None = None) -> "Templates":
        """Read templates as they are needed, each compiled once; a changed file is noticed after a reload only."""
        folders = [PACKAGED] if folder is None else [folder, PACKAGED]
        return cls(ChoiceLoader([FileSystemLoader(path) for path in folders]))

    def render(self, name: str, values: Mapping[str, object], language: str = "") -> Rendered | Refused:
        """Write one letter, in ``language`` where the letter has that variant."""
        try:
            subject, text, html = (self._part(name, part, values, language) for part in PARTS)
        except Exception as error:
            return _refusal(name, error)
        return Rendered(printable(subject, LONGEST_SUBJECT), _tidy(text), _tidy(html))

    def expand(self, source: str, values: Mapping[str, object]) -> str | Refused:
        """Fill the placeholders of a text that stands in the rules file, such as a macro's comment. Never for mailed
        text.
        """
        try:
            return _bounded(self.environment.from_string(source), values)
        except Exception as error:
            return _refusal("text", error)

    def _part(self, name: str, part: str, values: Mapping[str, object], language: str) -> str:
        variants = [f"{name}/{language}/{part}"] if language else []
        return _bounded(self.environment.select_template([*variants, f"{name}/{part}"]), values)


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox in which loops are counted, widths are limited and nothing is left undefined."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=lambda name: bool(name) and name.endswith(".html"),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.filters = {name: self.filters[name] for name in _HARMLESS} | dict(FILTERS)
        self.globals = {"range": self.globals["range"], "namespace": self.globals["namespace"], "_step": _step}

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        if operator == "%" and isinstance(left, str):
            raise SecurityError("text is not formatted with %")
        if operator == "**" or (operator == "*" and not _small(left, right)):
            raise TooMuch("template.too_big", f"{operator} gives too large a value")
        return super().call_binop(context, operator, left, right)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        for node in list(source.find_all((nodes.For, nodes.Macro, nodes.CallBlock))):
            step = nodes.ExprStmt(nodes.Call(nodes.Name("_step", "load"), [], [], None, None))
            node.body.insert(0, step.set_lineno(node.lineno))  # type: ignore[attr-defined]
        return super()._generate(source, name, filename, defer_init)


# What changes or measures a value without being able to grow it; formatting by width, random and lipsum are left out.
_FILTER_NAMES = """
    abs capitalize count d default e escape first float groupby int items join last length list lower map max
    min reject rejectattr replace reverse round select selectattr slice sort string sum title trim truncate
    unique upper
"""
_HARMLESS = tuple(_FILTER_NAMES.split())


def _bounded(template: Template, values: Mapping[str, object]) -> str:
    token = _budget.set([MOST_STEPS])
    try:
        pieces: list[str] = []
        size = 0
        for piece in template.generate(values):
            size += len(piece.encode("utf-8", "replace"))
            if size > MOST_OUTPUT:
                raise TooMuch("template.too_big", f"the letter is larger than {MOST_OUTPUT // 1024} KiB")
            pieces.append(piece)
        return "".join(pieces)
    finally:
        _budget.reset(token)


def _tidy(text: str) -> str:
    """Without the blank lines and trailing spaces that template tags leave behind."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def _step() -> None:
    budget = _budget.get()
    budget[0] -= 1
    if budget[0] < 0:
        raise TooMuch("template.too_long", f"its loops run for more than {MOST_STEPS} steps")


def _small(left: object, right: object) -> bool:
    if isinstance(left, int | float) and isinstance(right, int | float):
        return abs(left) < 1e18 and abs(right) < 1e18
    sizes = [len(v) if isinstance(v, str | list | tuple) else v for v in (left, right)]
    return all(isinstance(v, int | float) for v in sizes) and sizes[0] * sizes[1] <= _LONGEST_PRODUCT  # type: ignore[operator]


def _refusal(name: str, error: Exception) -> Refused:
    """The stable code for what went wrong. Anything can, in a file an operator wrote."""
    match error:
        case TooMuch():
            code = error.code
        case MissingValue():
            code = "template.empty"
        case TemplateSyntaxError():
            code = "template.syntax"
        case TemplateNotFound():
            code = "template.missing"
        case SecurityError():
            code = "template.security"
        case UndefinedError():
            code = "template.undefined"
        case _:
            code = "template.error"
    known = isinstance(error, TemplateError | TooMuch | MissingValue)
    return Refused(code, f"letter {name}: {printable(error, 300) if known else type(error).__name__}")
