"""Finding tickets by words in subject, comments, resolution and order, best first.

A ticket is found where each word stands somewhere in it. `maild.store.search_index` keeps the words.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from maild.domain.ticket import Status
from maild.store.search_index import INDEX, LONGEST, SOURCES, Source, folded
from maild.store.tx import Tx

MOST_WORDS = 10
WEIGHTS = {"subject": 2.0, "comment": 1.0, "resolution": 3.0, "order": 1.5}
AROUND = 60  # characters of a text that are shown on each side of the first word found
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Words:
    """What was asked for: each word is one or more parts that follow each other ("PO-7001" is po, 7001).

    ``beginnings`` tells of which words only the beginning was given ("hydr*").
    """

    words: tuple[tuple[str, ...], ...]
    beginnings: frozenset[int] = frozenset()

    @classmethod
    def of(cls, asked: str) -> "Words":
        """At most MOST_WORDS; what holds no letter or digit is no word."""
        found, beginnings = list[tuple[str, ...]](), set[int]()
        for word in asked.split():
            parts = tuple(_PART.findall(plain(word)))
            if parts and len(found) < MOST_WORDS:
                if word.endswith("*"):
                    beginnings.add(len(found))
                found.append(tuple(part[:100] for part in parts[:MOST_WORDS]))
        return cls(tuple(found), frozenset(beginnings))


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket that was found, and the place in it that fits best; words found stand between « and »."""

    ticket: int
    status: str
    subject: str
    where: str
    text: str
    score: float


def plain(words: str) -> str:
    """Without case and accents, character by character: positions stay those of the original."""
    return "".join(unicodedata.normalize("NFKD", char)[0].lower()[:1] or " " for char in words)


def find(tx: Tx, asked: str, limit: int = 20, hidden: Collection[str] = ()) -> list[Hit]:
    """The best ``limit`` tickets; those of ``hidden`` departments are left out, as `maild.store.visibility` does."""
    words = Words.of(asked)
    if not words.words or limit < 1:
        return []
    query = _postgres(words) if tx.postgres else _sqlite(words)
    allowed, given = _allowed(sorted(hidden))
    found = f"SELECT found.*, t.status, t.subject FROM ({query}) AS found JOIN ticket AS t ON t.id = found.ticket"
    ranked = text(f"{found} WHERE {allowed} ORDER BY score DESC, found.ticket DESC LIMIT :most")
    rows = tx.execute(ranked, {**_asked(words, tx.postgres), **given, "most": limit * 10}).all()
    best: dict[int, Any] = {}
    for row in rows:
        best.setdefault(row.ticket, row)
    return [_hit(tx, row, words) for row in list(best.values())[:limit]]


def _allowed(hidden: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A condition on tickets, and its parameters."""
    if not hidden:
        return "true", {}
    theirs = {f"hidden{number}": department for number, department in enumerate(hidden)}
    named = ", ".join(f":{name}" for name in theirs)
    shared = (
        "EXISTS (SELECT 1 FROM blueprint_share AS s WHERE s.version = t.blueprint_version AND s.state = t.state"
        f" AND s.department NOT IN ({named}))"
    )
    return f"(t.department IS NULL OR t.department NOT IN ({named}) OR {shared})", theirs


def _asked(words: Words, postgres: bool) -> dict[str, str]:
    """Every word by itself and all of them as alternatives, in the search language of the database."""
    each = [_postgres_word(words, n) if postgres else _sqlite_word(words, n) for n in range(len(words.words))]
    return {f"word{n}": word for n, word in enumerate(each)} | {"any": (" | " if postgres else " OR ").join(each)}


def _sqlite_word(words: Words, number: int) -> str:
    return f'"{" ".join(words.words[number])}"{" *" if number in words.beginnings else ""}'


def _postgres_word(words: Words, number: int) -> str:
    parts = [f"'{part}'" for part in words.words[number]]
    return f"({' <-> '.join(parts)}{':*' if number in words.beginnings else ''})"


def _sqlite(words: Words) -> str:
    """FTS5 ranks by BM25, the smaller the better."""
    weight = "CASE kind " + " ".join(f"WHEN {s.kind} THEN {WEIGHTS[s.name]}" for s in SOURCES) + " END"
    hits = (
        f"SELECT rowid % 4 AS kind, rowid / 4 AS source, -bm25({INDEX}) AS rank FROM {INDEX} WHERE {INDEX} MATCH :any"
    )
    everywhere = [
        f"SELECT kind, source, {_ticket_of_hit()} AS ticket, rank * {weight} AS score FROM ({hits})",
    ]
    found = f"SELECT * FROM ({everywhere[0]}) AS every"
    for number in range(len(words.words)):
        with_it = f"SELECT rowid % 4 AS kind, rowid / 4 AS source FROM {INDEX} WHERE {INDEX} MATCH :word{number}"
        joined = f"SELECT {_ticket_of_hit()} FROM ({with_it})"
        found += f"{' AND' if number else ' WHERE'} ticket IN ({joined})"
    return found


def _ticket_of_hit() -> str:
    """The ticket of a row of the index; its columns are called kind and source."""
    cases = []
    for source in SOURCES:
        own = f"(SELECT {source.ticket} FROM {source.table} WHERE {source.row} = source)"
        cases.append(f"WHEN {source.kind} THEN {'source' if source.row == source.ticket else own}")
    return f"CASE kind {' '.join(cases)} END"


def _postgres(words: Words) -> str:
    parts = [
        f"SELECT {s.kind} AS kind, {s.row} AS source, {s.ticket} AS ticket, "
        f"ts_rank({_vector(s)}, to_tsquery('simple', :any)) * {WEIGHTS[s.name]} AS score "
        f"FROM {s.table} WHERE {_vector(s)} @@ to_tsquery('simple', :any)"
        for s in SOURCES
    ]
    found = f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS every"
    for number in range(len(words.words)):
        with_it = " UNION ALL ".join(
            f"SELECT {s.ticket} FROM {s.table} WHERE {_vector(s)} @@ to_tsquery('simple', :word{number})"
            for s in SOURCES
        )
        found += f"{' AND' if number else ' WHERE'} ticket IN ({with_it})"
    return found


def _vector(source: Source) -> str:
    return f"to_tsvector('simple', {folded(source.column)})"


def _hit(tx: Tx, row: Any, words: Words) -> Hit:
    source = SOURCES[row.kind]
    cut = f"substr({source.column}, 1, {LONGEST})"
    whole = tx.scalar(text(f"SELECT {cut} FROM {source.table} WHERE {source.row} = :row"), {"row": row.source})
    shown = excerpt(str(whole or ""), words)
    return Hit(row.ticket, Status(row.status).word, row.subject, source.name, shown, round(float(row.score), 4))


def excerpt(whole: str, words: Words) -> str:
    """The surroundings of the first word found, on one line, every word found in them between « and »."""
    places = _places(plain(whole), words)
    first = places[0][0] if places else 0
    start, end = max(0, first - AROUND), min(len(whole), first + 2 * AROUND)
    shown, at = "…" if start else "", start
    for left, right in places:
        if at <= left and right <= end:
            shown += f"{whole[at:left]}«{whole[left:right]}»"
            at = right
    return " ".join(f"{shown}{whole[at:end]}{'…' if end < len(whole) else ''}".split())


def _places(folded_text: str, words: Words) -> list[tuple[int, int]]:
    """Where the parts of the words stand, left to right."""
    exact = {part for n, parts in enumerate(words.words) for part in parts if n not in words.beginnings}
    exact |= {part for n in words.beginnings for part in words.words[n][:-1]}
    beginnings = tuple(words.words[n][-1] for n in words.beginnings)
    return [
        (found.start(), found.end())
        for found in _PART.finditer(folded_text)
        if found[0] in exact or (beginnings and found[0].startswith(beginnings))
    ]
