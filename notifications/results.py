"""Authentication-Results (RFC 8601 section 2.2) taken apart: who says it, which methods ended how, for which domain.

What a server reports it partly copies from the sender: a quoted local part may hold semicolons and at signs, a comment
other comments. So a field is read sign by sign, and what can be read in two ways proves nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

UNCLEAR = "?"
"""The domain of a result that says it in no way or in two; it is nobody's."""

_LONGEST = 8192  # characters of one field that are read
_MOST_RESULTS = 50
_METHOD = re.compile(r"(dmarc|dkim|spf)(?:/\d+)?", re.I)
_DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_PROPERTIES = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result; ``domain`` is what it was established for, "" where the field does not say."""

    method: str
    value: str
    domain: str


@dataclass(frozen=True, slots=True)
class Results:
    """One field: the server that wrote it, in lower case, and what it found."""

    server: str
    results: tuple[Result, ...]


@dataclass(slots=True)
class _Word:
    """Signs without a blank between them; ``parts`` says of each piece whether it stood in quotes."""

    parts: list[tuple[str, bool]] = field(default_factory=list)
    name: str | None = None  # what stands before the first equals sign

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.parts)

    @property
    def domain(self) -> str:
        """What follows the last at sign; one inside of a quoted local part is no such sign."""
        whole = all(quoted for _, quoted in self.parts)
        pieces = (piece if whole or not quoted else piece.replace("@", "_") for piece, quoted in self.parts)
        domain = "".join(pieces).rpartition("@")[2].lower().rstrip(".")
        return domain if _DOMAIN.fullmatch(domain) else UNCLEAR


def read(value: str) -> Results | None:
    """A field's unfolded value; None where a quotation or a comment has no end, or no server is named."""
    clauses = _clauses(value[:_LONGEST])
    if not clauses or not clauses[0]:
        return None
    found = (result for clause in clauses[1 : _MOST_RESULTS + 1] if (result := _result(clause)))
    return Results(clauses[0][0].text.lower(), tuple(found))


def _result(clause: list[_Word]) -> Result | None:
    if not clause or clause[0].name is None or not (method := _METHOD.fullmatch(clause[0].name)):
        return None
    name = method[1].lower()
    return Result(name, clause[0].text.lower(), _domain(clause[1:], _PROPERTIES[name]))


def _domain(words: list[_Word], wanted: tuple[str, ...]) -> str:
    if any(word.name is None for word in words):
        return UNCLEAR
    for name in wanted:
        domains = {word.domain for word in words if word.name is not None and word.name.lower() == name}
        if domains:
            return domains.pop() if len(domains) == 1 else UNCLEAR
    return ""


def _clauses(text: str) -> list[list[_Word]]:
    """The words between semicolons; none at all where something has no end."""
    clauses: list[list[_Word]] = [[]]
    word, apart = None, True
    for sign, quoted in _signs(text):
        if sign is None:
            return []
        if not quoted and sign == ";":
            clauses.append([])
            word, apart = None, True
        elif not quoted and sign.isspace():
            apart = True
        elif not quoted and sign == "=" and word is not None and word.name is None:
            word.name, word.parts, apart = word.text, [], False
        else:
            if word is None or (apart and not (word.name is not None and not word.parts)):
                word = _Word()
                clauses[-1].append(word)
            word.parts.append((sign, quoted))
            apart = False
    return clauses


def _signs(text: str) -> Iterator[tuple[str | None, bool]]:
    """Each sign and whether it is quoted; a comment is a blank. None where a quotation or a comment has no end."""
    depth, quoted, escaped, inside = 0, False, False, False
    for sign in text:
        if escaped:
            escaped = False
            if not depth:
                yield sign, True
        elif sign == "\\" and (depth or quoted):
            escaped = True
        elif depth:
            depth += (sign == "(") - (sign == ")")
            inside ^= sign == '"'
            if not depth and inside:  # the comment may have ended within a quoted local part that it repeats
                break
        elif sign == '"':
            quoted = not quoted
            yield "", True
        elif quoted:
            yield sign, True
        elif sign == "(":
            depth, inside = 1, False
            yield " ", False
        else:
            yield sign, False
    if depth or quoted or escaped or inside:
        yield None, False
