"""Letters from templates: strict, sandboxed and bounded.

Templates are files of the operator; what a mail says reaches them only as data. A letter that cannot be written is
refused with a reason instead of being sent half empty.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError, meta
from jinja2.exceptions import SecurityError
from jinja2.loaders import BaseLoader, ChoiceLoader, DictLoader, FileSystemLoader

from notifications.clean import printable
from notifications.filters import MissingValue
from notifications.placeholders import Comment, Labels, Site, Words, context
from notifications.sandbox import BoundedEnvironment, TooMuch, run
from notifications.values import Values

__all__ = ["Comment", "Labels", "Refused", "Rendered", "Site", "Templates", "Values", "Words", "context"]

PACKAGED = Path(__file__).parent / "templates"
PARTS = ("subject.txt", "body.txt", "body.html")
LONGEST_SUBJECT = 200
_BLANK = re.compile(r"\n\n\n+")  # not \n{3,}: what begins with characters that must stand there is found much faster


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


class Templates:
    """All letters: the packaged ones, each file replaceable by the same path below the operator's folder."""

    def __init__(self, loader: BaseLoader) -> None:
        self.environment = BoundedEnvironment(loader)
        self.names = frozenset(
            p.split("/")[0] for p in self.environment.list_templates() if "/" in p and p[0] not in "_."
        )
        self._variants = _variants(self.environment.list_templates())
        self.says = lru_cache(maxsize=500)(self._says)

    @classmethod
    def load(cls, folder: Path | None = None) -> "Templates":
        """Each is compiled once; a changed file is noticed after a reload only.

        The packaged ones are read now: a daemon may run while its files are replaced, or have no descriptor left.
        """
        if folder is None:
            return cls(_packaged())
        own = FileSystemLoader(folder)
        templates = cls(ChoiceLoader([own, _packaged()]))
        templates._prefer(own.list_templates())
        return templates

    def _prefer(self, own: Iterable[str]) -> None:
        """A letter that the operator has replaced speaks only the languages that they wrote it in."""
        split = [path.split("/") for path in own]
        replaced = {path[0] for path in split if len(path) == 2}
        written = {(path[0], path[1]) for path in split if len(path) == 3}
        for name in replaced & self._variants.keys():
            self._variants[name] = frozenset(one for one in self._variants[name] if (name, one) in written)

    def variants(self, name: str) -> frozenset[str]:
        """The languages that a letter has beside the plain one: folders with its subject and both bodies."""
        return self._variants.get(name, frozenset())

    def _says(self, name: str, word: str) -> bool:
        """Whether a word, such as a placeholder's name, stands anywhere in the templates of a letter.

        So that what a letter does not show need not be fetched. True where that cannot be told.
        """
        paths = [path for path in self.environment.list_templates() if path.startswith(f"{name}/")]
        seen: set[str] = set()
        while paths:
            path = paths.pop()
            if path in seen:
                continue
            seen.add(path)
            try:
                source, _, _ = self.environment.loader.get_source(self.environment, path)  # type: ignore[union-attr]
                others = list(meta.find_referenced_templates(self.environment.parse(source)))
            except TemplateError:
                return True
            if word in source or None in others:
                return True
            paths += [other for other in others if other is not None]
        return False

    def render(self, name: str, values: Mapping[str, object], language: str = "") -> Rendered | Refused:
        """Write one letter, in ``language`` where the letter has that variant."""
        try:
            subject, text, html = (self._part(name, part, values, language) for part in PARTS)
        except Exception as error:
            return _refusal(name, error)
        return Rendered(printable(subject, LONGEST_SUBJECT), _tidy(text), _tidy(html))

    def _part(self, name: str, part: str, values: Mapping[str, object], language: str) -> str:
        variants = [f"{name}/{language}/{part}"] if language else []
        return run(self.environment.select_template([*variants, f"{name}/{part}"]), values)


def _packaged() -> DictLoader:
    files = (file for file in PACKAGED.rglob("*") if file.is_file())
    return DictLoader({file.relative_to(PACKAGED).as_posix(): file.read_text("utf-8") for file in files})


def _variants(paths: Iterable[str]) -> dict[str, frozenset[str]]:
    parts: dict[tuple[str, str], set[str]] = {}
    for path in paths:
        name, _, rest = path.partition("/")
        language, slash, part = rest.partition("/")
        if slash and path[0] not in "_.":
            parts.setdefault((name, language), set()).add(part)
    whole = [key for key, found in parts.items() if found >= set(PARTS)]
    return {name: frozenset(language for other, language in whole if other == name) for name, _ in whole}


def _tidy(text: str) -> str:
    """Without the blank lines and trailing spaces that template tags leave behind."""
    lines = "\n".join(map(str.rstrip, text.splitlines()))
    return _BLANK.sub("\n\n", lines).strip("\n") + "\n"


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
