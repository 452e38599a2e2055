"""The words of a condition: tokens with columns, literals by kind, and what a misspelt word was meant to be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from maild.domain.terms import PRIORITIES, Kind, Term, Value, day
from maild.domain.ticket import Status


class ConditionError(Exception):
    """``column`` counts from 1; ``what`` is wrong, ``hint`` what to write instead."""

    def __init__(self, column: int, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.column, self.what, self.hint = column, what, hint


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # text, number, word, sign, end
    text: str
    column: int


_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.-]))"""
    r"""|(?P<word>[^\W\d][\w.-]*|[0-9][\w.-]*)|(?P<sign>==|!=|<=|>=|<>|&&|\|\||[<>()\[\],=!]))"""
)
_MEANT = {"=": "==", "<>": "!=", "&&": "and", "||": "or", "!": "not"}


def tokens(source: str) -> list[Token]:
    found, at = [], 0
    while source[at:].strip():
        match = _TOKEN.match(source, at)
        if match is None:
            at += len(source[at:]) - len(source[at:].lstrip())
            quote = source[at] in "'\""
            what = "this text is not closed" if quote else f"{source[at]!r} has no meaning here"
            raise ConditionError(at + 1, what, f"put {source[at]} at its end" if quote else "")
        kind = match.lastgroup or ""
        column = match.start(kind) + 1
        text = match[kind]
        if text in _MEANT:
            raise ConditionError(column, f"{text} has no meaning here", f"did you mean {_MEANT[text]}?")
        found.append(Token(kind, re.sub(r"""\\(["'\\])""", r"\1", text[1:-1]) if kind == "text" else text, column))
        at = match.end()
    return [*found, Token("end", "", len(source) + 1)]


class Cursor:
    """The tokens of a condition and how far they were read; at the end it stays on the last, of the kind "end"."""

    def __init__(self, source: str) -> None:
        self._tokens = tokens(source)
        self._at = 0

    @property
    def peek(self) -> Token:
        return self._tokens[self._at]

    def next(self) -> Token:
        token = self.peek
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def take(self, text: str) -> bool:
        """Go on behind this word or sign; whether it stood there."""
        found = self.peek.text == text and self.peek.kind in ("word", "sign")
        self._at += found
        return found

    def need(self, text: str) -> None:
        """As `take`. Raises ConditionError where something else stands."""
        if not self.take(text):
            found = repr(self.peek.text) if self.peek.text else "the end"
            raise self.wrong(f"expected {text}, found {found}")

    def wrong(self, what: str, hint: str = "") -> ConditionError:
        """A mistake at the token that comes next."""
        return ConditionError(self.peek.column, what, hint)


EXAMPLES = {
    Kind.NUMBER: "a number such as 12.50",
    Kind.DATE: "a date such as '2026-11-21'",
    Kind.FLAG: "true or false",
}


def allowed_words(term: Term) -> tuple[str, ...]:
    if term.kind is Kind.STATUS:
        return tuple(status.word for status in Status)
    return PRIORITIES if term.kind is Kind.PRIORITY else term.options


def literal(kind: Kind, token: Token) -> Value:
    match kind:
        case Kind.STATUS:
            return int(Status.parse(token.text))
        case Kind.PRIORITY:
            return PRIORITIES.index(token.text)
        case Kind.NUMBER:
            return Decimal(token.text) if token.kind == "number" else None
        case Kind.DATE:
            return day(token.text)
        case Kind.FLAG:
            return {"true": True, "false": False}.get(token.text)
    return token.text


def near(word: str, known: Iterable[str]) -> str:
    known = list(known)
    found = get_close_matches(word.lower(), {name.lower(): name for name in known}, n=1, cutoff=0.6)
    if found:
        return f"did you mean {next(name for name in known if name.lower() == found[0])}?"
    return "one of " + ", ".join(known) if 0 < len(known) <= 15 else ""
