"""Regular expressions without backtracking: a search takes time in proportion to pattern times text (Thompson, 1968).

Known: literals, ``.``, classes ``[a-z]`` ``[^...]``, ``\\d \\w \\s`` and their capitals, ``( )`` and ``(?: )``, ``|``,
``* + ?``, ``{m}`` ``{m,}`` ``{m,n}`` up to 100, ``^ $ \\b``, and ``(?i)`` in front. No back-references, no look-around.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

MOST_STATES = 2000
MOST_REPEATS = 100
LONGEST_TEXT = 20_000
"""Characters of a text that a search looks at: a bound on the time that one huge mail can take."""


class PatternError(ValueError):
    """The pattern cannot be used; ``at`` is the position counted from 1."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked pattern; make it with `parse_pattern`."""

    source: str

    def search(self, text: str) -> bool:
        """Whether it fits anywhere in the text."""
        return _run(_program(self.source), text[:LONGEST_TEXT], anywhere=True)

    def fullmatch(self, text: str) -> bool:
        """Whether it fits the text as a whole; a text over the limit never does."""
        return len(text) <= LONGEST_TEXT and _run(_program(self.source), text, anywhere=False)


def parse_pattern(source: str) -> Pattern:
    """Raises PatternError for what is not known here."""
    _program(source)
    return Pattern(source)


_Test: TypeAlias = Callable[[str], bool]


@dataclass(slots=True)
class _Program:
    """A nondeterministic automaton; each state is a test, a fork or an anchor, with the states that follow."""

    tests: list[_Test | None] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    next: list[list[int]] = field(default_factory=list)
    start: int = 0
    ignore_case: bool = False

    def state(self, test: _Test | None = None, anchor: str = "", at: int = 1) -> int:
        if len(self.tests) >= MOST_STATES:
            raise PatternError("the pattern is too large", at)
        self.tests.append(test)
        self.anchors.append(anchor)
        self.next.append([])
        return len(self.tests) - 1


@lru_cache(maxsize=512)
def _program(source: str) -> _Program:
    return _Parser(source).program()


def _run(program: _Program, text: str, *, anywhere: bool) -> bool:
    if program.ignore_case:
        text = text.lower()
    final = len(program.tests) - 1
    alive = _closed(program, [program.start], text, 0)
    for at, character in enumerate(text):
        if anywhere and final in alive:
            return True
        moved = [then for s in alive if (test := program.tests[s]) and test(character) for then in program.next[s]]
        if anywhere:
            moved.append(program.start)
        if not moved:
            return False
        alive = _closed(program, moved, text, at + 1)
    return final in alive


def _closed(program: _Program, states: list[int], text: str, at: int) -> set[int]:
    """The states reached without reading a character."""
    found: set[int] = set()
    todo = list(states)
    while todo:
        state = todo.pop()
        if state in found or not _stands(program.anchors[state], text, at):
            continue
        found.add(state)
        if program.tests[state] is None:
            todo.extend(program.next[state])
    return found


def _stands(anchor: str, text: str, at: int) -> bool:
    if not anchor:
        return True
    if anchor == "^":
        return at == 0
    if anchor == "$":
        return at == len(text)
    before, after = at > 0 and _word(text[at - 1]), at < len(text) and _word(text[at])
    return (before != after) == (anchor == "b")


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"


_CLASSES: dict[str, _Test] = {"d": str.isdecimal, "w": _word, "s": str.isspace}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

_Piece: TypeAlias = tuple[int, int]  # first state, last state


class _Parser:
    """Recursive descent over the pattern, writing states as it goes."""

    def __init__(self, source: str) -> None:
        self._fold = source.startswith("(?i)")
        self._source, self._at = source, 4 if self._fold else 0
        self._program = _Program(ignore_case=self._fold)

    def program(self) -> _Program:
        first, last = self._choice(0)
        if self._at < len(self._source):
            raise self._wrong("this ) closes nothing")
        self._program.next[last].append(self._program.state(at=self._at))
        self._program.start = first
        return self._program

    def _choice(self, depth: int) -> _Piece:
        if depth > 50:
            raise self._wrong("the groups are nested too deeply")
        branches = [self._row(depth)]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._row(depth))
        return branches[0] if len(branches) == 1 else self._fork(branches)

    def _fork(self, branches: list[_Piece]) -> _Piece:
        first, last = self._program.state(at=self._at), self._program.state(at=self._at)
        for begin, end in branches:
            self._program.next[first].append(begin)
            self._program.next[end].append(last)
        return first, last

    def _row(self, depth: int) -> _Piece:
        first = last = self._program.state(at=self._at)
        while self._peek() not in ("", "|", ")"):
            begin, end = self._repeated(depth)
            self._program.next[last].append(begin)
            last = end
        return first, last

    def _repeated(self, depth: int) -> _Piece:
        at = self._at
        piece = self._atom(depth)
        bounds = self._bounds()
        if bounds is None:
            return piece
        if self._bounds() is not None:
            raise self._wrong("two repetitions in a row")
        least, most = bounds
        resume = self._at
        first = last = self._program.state(at=at + 1)
        for count in range(most if most is not None else max(least, 1)):
            self._at = at
            begin, end = piece if count == 0 else self._atom(depth)
            last = self._append(last, begin, end, optional=count >= least)
            if most is None and count == max(least, 1) - 1:
                self._program.next[end].append(begin)
        self._at = resume
        return first, last

    def _append(self, last: int, begin: int, end: int, *, optional: bool) -> int:
        self._program.next[last].append(begin)
        joint = self._program.state(at=self._at)
        self._program.next[end].append(joint)
        if optional:
            self._program.next[last].append(joint)
        return joint

    def _bounds(self) -> tuple[int, int | None] | None:
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        sign = self._peek()
        if sign in simple:
            self._at += 1
            return simple[sign]
        if sign != "{":
            return None
        end = self._source.find("}", self._at)
        low, comma, high = self._source[self._at + 1 : end if end >= 0 else None].partition(",")
        if end < 0 or not (low.isdecimal() and (high.isdecimal() or not high)):
            raise self._wrong("write a repetition as {2}, {2,} or {2,5}; a brace itself as \\{")
        least, most = int(low), (int(high) if high else None) if comma else int(low)
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise self._wrong(f"repetitions go up to {MOST_REPEATS}, the smaller number first")
        self._at = end + 1
        return least, most

    def _atom(self, depth: int) -> _Piece:
        sign = self._next()
        if sign == "(":
            return self._group(depth)
        if sign in "*+?{":
            self._at -= 1
            raise self._wrong("nothing to repeat")
        if sign in "^$":
            state = self._program.state(anchor=sign, at=self._at)
        elif sign == "\\" and self._peek() in ("b", "B"):
            state = self._program.state(anchor=self._next(), at=self._at)
        else:
            return self._reading(self._test(sign))
        return state, state

    def _reading(self, test: _Test) -> _Piece:
        first, last = self._program.state(test, at=self._at), self._program.state(at=self._at)
        self._program.next[first].append(last)
        return first, last

    def _group(self, depth: int) -> _Piece:
        if self._peek() == "?":
            if not self._source.startswith("?:", self._at):
                raise self._wrong("only (?: ) is known, and (?i) in front")
            self._at += 2
        piece = self._choice(depth + 1)
        if self._peek() != ")":
            raise self._wrong("this group is not closed")
        self._at += 1
        return piece

    def _test(self, sign: str) -> _Test:
        if sign == ".":
            return lambda c: c != "\n"
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        literal = self._folded(sign)
        return lambda c: c == literal

    def _escape(self) -> _Test:
        sign = self._next()
        if sign.lower() in _CLASSES:
            test = _CLASSES[sign.lower()]
            return test if sign.islower() else lambda c: not test(c)
        if sign.isalnum() and sign not in _ESCAPES:
            raise self._wrong(f"\\{sign} is not known")
        literal = self._folded(_ESCAPES.get(sign, sign))
        return lambda c: c == literal

    def _class(self) -> _Test:
        negated = self._peek() == "^"
        self._at += negated
        tests = list(self._members())
        return lambda c: any(test(c) for test in tests) != negated

    def _members(self) -> Iterator[_Test]:
        first = True
        while (sign := self._next()) != "]" or first:
            first = False
            if sign == "\\":
                yield self._escape()
            elif self._peek() == "-" and self._source[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                yield self._range(sign, self._next())
            else:
                yield self._range(sign, sign)

    def _range(self, low: str, high: str) -> _Test:
        if high < low or high == "\\":
            raise self._wrong(f"{low}-{high} is no range")
        low, high = self._folded(low), self._folded(high)
        return lambda c: low <= c <= high

    def _folded(self, text: str) -> str:
        return text.lower() if self._fold else text

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _next(self) -> str:
        if self._at >= len(self._source):
            raise self._wrong("the pattern ends too early")
        self._at += 1
        return self._source[self._at - 1]

    def _wrong(self, what: str) -> PatternError:
        return PatternError(what, self._at + 1)
