"""The one-line condition language: from text to the nodes of ``maild.domain.conditions``, checked against a vocabulary.

status < solved and group == 'Orders'        tags any ['a', 'b'], none [...], all [...]; 'a' in tags
priority in [high, urgent]                   subject contains 'urgent'; mail.text matches 'PO[- ]?\\d+'
po_number is empty, is not empty             needs_review, not mail.automatic, overdue
hours_since('created') >= 24                 also days_since, business_hours_since, business_days_since
changed('status'), was('status') == open     replied_since('status_changed')
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from maild.domain.calendars import Duration, Unit
from maild.domain.condition_tokens import EXAMPLES, ConditionError, Cursor, Token, allowed_words, literal, near
from maild.domain.conditions import (
    ORDERED,
    TEXTUAL,
    And,
    Changed,
    Compare,
    Condition,
    Contains,
    Empty,
    Matches,
    Node,
    Not,
    OneOf,
    Or,
    Replied,
    Since,
    Tagged,
    Truth,
)
from maild.domain.patterns import PatternError, parse_pattern
from maild.domain.terms import STAMPS, Kind, Term, Value
from maild.domain.vocabulary import CALLS, SINCE, UNTIL, Vocabulary

__all__ = ["LONGEST", "Vocabulary", "parse"]

LONGEST = 1000
"""Characters of one condition."""


def parse(source: str, vocabulary: Vocabulary) -> Condition:
    """Raises ConditionError at the first thing that cannot be understood."""
    if len(source) > LONGEST:
        raise ConditionError(LONGEST, "the condition is too long", "make two of it: all = [...] joins them")
    return Condition(source, _Parser(source, vocabulary).whole())


_RESERVED = (
    "and",
    "or",
    "not",
    "in",
    "is",
    "empty",
    "contains",
    "matches",
    "any",
    "all",
    "none",
    "of",
    "true",
    "false",
)
_TURNED = str.maketrans("<>", "><")
_OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


class _Parser:
    """Recursive descent: or, and, not, test."""

    def __init__(self, source: str, vocabulary: Vocabulary) -> None:
        self._tokens = Cursor(source)
        self._depth = 0
        self._known = vocabulary

    def whole(self) -> Node:
        node = self._or()
        if self._tokens.peek.kind != "end":
            raise self._tokens.wrong(
                f"{self._tokens.peek.text!r} does not belong here", "join conditions by and, or; or write two"
            )
        return node

    def _or(self) -> Node:
        parts = [self._and()]
        while self._tokens.take("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Node:
        parts = [self._not()]
        while self._tokens.take("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self) -> Node:
        self._depth += 1
        if self._depth > 50:
            raise self._tokens.wrong("the condition is nested too deeply")
        node: Node
        if self._tokens.take("not"):
            node = Not(self._not())
        elif self._tokens.take("("):
            node = self._or()
            self._tokens.need(")")
        else:
            node = self._test()
        self._depth -= 1
        return node

    def _test(self) -> Node:
        token = self._tokens.next()
        if token.kind == "text":
            return self._inside(token)
        if token.kind != "word" or token.text in _RESERVED:
            what = f"expected a term, found {token.text!r}" if token.text else "the condition ends too early"
            raise ConditionError(token.column, what, "a term such as status, tags or subject stands first")
        if self._tokens.peek.text == "(" and self._tokens.peek.kind == "sign":
            return self._call(token)
        if token.text == "overdue":
            return self._known.overdue_at(token)
        return self._about(self._known.term(token), token)

    def _inside(self, needle: Token) -> Node:
        """'x' in tags, 'x' not in subject."""
        negated = self._tokens.take("not")
        self._tokens.need("in")
        token = self._tokens.next()
        term = self._known.term(token)
        if term.kind is Kind.TAGS:
            return Tagged(term, "none" if negated else "any", frozenset({needle.text}))
        if term.kind in TEXTUAL:
            return Contains(term, needle.text.lower(), negated)
        raise ConditionError(token.column, f"{token.text} is a {term.kind.value}; nothing can be in it")

    def _call(self, name: Token) -> Node:
        if name.text not in CALLS:
            raise ConditionError(name.column, f"unknown function {name.text!r}", near(name.text, CALLS))
        self._tokens.need("(")
        argument = self._tokens.next()
        if argument.kind not in ("text", "word"):
            raise ConditionError(argument.column, f"{name.text}(...) needs a name", f"{name.text}('{STAMPS[2]}')")
        schedule = self._tokens.next() if self._tokens.take(",") else None
        self._tokens.need(")")
        if name.text in SINCE or name.text == UNTIL:
            return self._since(name, argument, schedule)
        if name.text == "replied_since":
            return Replied(self._known.stamp(argument, dates=False))
        self._known.allow_event(name)
        term = self._known.term(argument)
        return Changed(term) if name.text == "changed" else self._about(replace(term, was=True), name)

    def _since(self, name: Token, argument: Token, schedule: Token | None) -> Node:
        stamp = self._known.stamp(argument, dates=True)
        operator = self._tokens.next()
        if operator.text not in ("<", "<=", ">", ">="):
            raise ConditionError(operator.column, f"{name.text} compares by >= or <", "an exact instant is never met")
        number = self._tokens.next()
        if number.kind != "number" or number.text.startswith("-"):
            raise ConditionError(number.column, f"expected a number of {name.text.rpartition('_')[0]}")
        amount, unit = float(number.text), SINCE.get(name.text, Unit.HOURS)
        if unit in (Unit.DAYS, Unit.BUSINESS_DAYS) and not amount.is_integer():
            raise ConditionError(number.column, "days are counted whole", "write hours for a part of a day")
        if amount > 999_999:
            raise ConditionError(number.column, "the number is too large")
        if name.text == UNTIL:  # so long before it, or less, is the same as so long after it, turned round
            amount, sign = -amount, operator.text.translate(_TURNED)
        else:
            sign = operator.text
        op, strict = (">=", sign == ">") if sign[0] == ">" else ("<", sign == "<=")
        return Since(stamp, op, Duration(amount, unit), self._known.schedule_named(name, schedule), strict)

    def _about(self, term: Term, token: Token) -> Node:
        """What follows a term."""
        sign = self._tokens.peek
        if sign.text in _OPERATORS and sign.kind == "sign":
            return self._compare(term, self._tokens.next())
        if self._tokens.take("is"):
            negated = self._tokens.take("not")
            if self._tokens.peek.text != "empty":
                written = f"{token.text} {'!=' if negated else '=='} {self._tokens.peek.text or '...'}"
                raise self._tokens.wrong("is asks for empty or not empty", written)
            self._tokens.need("empty")
            return Empty(term, negated)
        negated = self._tokens.take("not")
        for word, parse in self._FOLLOWERS.items():
            if self._tokens.peek.text == word and self._tokens.peek.kind == "word":
                return parse(self, term, self._tokens.next(), negated)
        if term.kind is Kind.FLAG and not negated:
            return Truth(term)
        raise self._tokens.wrong(f"{token.text} is compared with nothing", self._usage(term))

    def _usage(self, term: Term) -> str:
        if term.kind is Kind.TAGS:
            return f"{term.name.removeprefix('field.')} any ['...'], all [...] or none [...]"
        return "==, !=, <, <=, >, >=, in [...], contains '...', is empty"

    def _compare(self, term: Term, operator: Token) -> Node:
        if term.kind is Kind.TAGS:
            raise ConditionError(operator.column, "tags are a set", self._usage(term))
        if operator.text not in ("==", "!=") and term.kind not in ORDERED:
            raise ConditionError(operator.column, f"{term.kind.value}s have no order", "use == or !=")
        token = self._tokens.next()
        if token.kind == "text" and token.text == "" and operator.text in ("==", "!="):
            return Empty(term, operator.text == "!=")
        return Compare(term, operator.text, self._value(term, token))

    def _in(self, term: Term, word: Token, negated: bool) -> Node:
        if term.kind is Kind.TAGS:
            raise ConditionError(word.column, "tags are a set", self._usage(term))
        return OneOf(term, frozenset(self._value(term, token) for token in self._list()), negated)

    def _contains(self, term: Term, word: Token, negated: bool) -> Node:
        if term.kind not in (*TEXTUAL, Kind.TAGS):
            raise ConditionError(word.column, f"a {term.kind.value} contains nothing", self._usage(term))
        token = self._tokens.next()
        if token.kind not in ("text", "word") or not token.text:
            raise ConditionError(token.column, "expected a text", f"{term.name} contains 'urgent'")
        if term.kind is Kind.TAGS:
            return Tagged(term, "none" if negated else "any", frozenset({token.text}))
        return Contains(term, token.text.lower(), negated)

    def _matches(self, term: Term, word: Token, negated: bool) -> Node:
        if not self._known.patterns:
            raise ConditionError(word.column, "matches cannot be asked here", "use contains")
        token = self._tokens.next()
        if token.kind != "text" or term.kind not in TEXTUAL:
            raise ConditionError(token.column, "matches compares a text with a pattern in quotes")
        try:
            node = Matches(term, parse_pattern(token.text))
        except PatternError as error:
            raise ConditionError(token.column + error.at, f"in the pattern: {error}") from None
        return Not(node) if negated else node

    def _tagged(self, term: Term, word: Token, negated: bool) -> Node:
        if term.kind is not Kind.TAGS:
            raise ConditionError(word.column, f"{word.text} asks for tags", self._usage(term))
        self._tokens.take("of")
        tags = self._list()
        for token in tags:
            if token.kind not in ("text", "word"):
                raise ConditionError(token.column, f"{token.text} is no tag")
        node = Tagged(term, word.text, frozenset(token.text for token in tags))
        return Not(node) if negated else node

    _FOLLOWERS: Mapping[str, Callable[["_Parser", Term, Token, bool], Node]] = {
        "in": _in,
        "contains": _contains,
        "matches": _matches,
        "any": _tagged,
        "all": _tagged,
        "none": _tagged,
    }

    def _list(self) -> list[Token]:
        close = {"[": "]", "(": ")"}.get(self._tokens.peek.text)
        if close is None:
            return [self._tokens.next()]
        self._tokens.next()
        found = [self._tokens.next()]
        while self._tokens.take(","):
            if self._tokens.peek.text == close:
                break
            found.append(self._tokens.next())
        self._tokens.need(close)
        return found

    def _value(self, term: Term, token: Token) -> Value:
        """A literal as the term's kind."""
        text = token.text
        if token.kind in ("sign", "end") or (token.kind == "word" and text in self._known.fields):
            raise ConditionError(
                token.column, f"expected a value, found {text or 'the end'!r}", "quote a text: 'like this'"
            )
        words = allowed_words(term)
        if words and text not in words:
            name = term.name.removeprefix("field.")
            raise ConditionError(token.column, f"{name} is never {text!r}", near(text, words))
        value = literal(term.kind, token)
        if value is None:
            raise ConditionError(token.column, f"{text!r} is no {term.kind.value}", EXAMPLES.get(term.kind, ""))
        return value
