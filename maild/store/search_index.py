"""The words of tickets, kept findable by the database itself: whatever writes a text, the index follows in the same
transaction.

SQLite: one FTS5 table without content of its own, its rows numbered source * 4 + kind, and triggers. PostgreSQL: an
index over the words of each text. Both fold case and accents; the first LONGEST characters of a text are found.
"""

import unicodedata
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, event
from sqlmodel import SQLModel

LONGEST = 65_536  # of one text; what PostgreSQL can hold of one is a megabyte of distinct words
INDEX = "search_words"


@dataclass(frozen=True, slots=True)
class Source:
    """A column whose words are found; ``kind`` counts from 0 and never changes, ``row`` is the id it is known by."""

    kind: int
    name: str
    table: str
    row: str
    column: str
    ticket: str


SOURCES = (
    Source(0, "subject", "ticket", "id", "subject", "id"),
    Source(1, "comment", "comment", "id", "text", "ticket_id"),
    Source(2, "resolution", "resolution", "ticket_id", "text", "ticket_id"),
    Source(3, "order", "ticket_order", "id", "words", "ticket_id"),
)


def ddl(postgres: bool) -> list[str]:
    """The statements that make the index."""
    if postgres:
        return [
            f"CREATE INDEX {s.table}_words ON {s.table} USING gin (to_tsvector('simple', {folded(s.column)}))"
            for s in SOURCES
        ]
    made = [f"CREATE VIRTUAL TABLE {INDEX} USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2')"]
    for source in SOURCES:
        made += _triggers(source)
    return made


def undo(postgres: bool) -> list[str]:
    """The statements that take it away again."""
    if postgres:
        return [f"DROP INDEX {source.table}_words" for source in SOURCES]
    triggers = [f"DROP TRIGGER {s.table}_words_{what}" for s in SOURCES for what in ("put", "changed", "gone")]
    return [*triggers, f"DROP TABLE {INDEX}"]


def _triggers(source: Source) -> list[str]:
    table, column = source.table, source.column
    put = f"INSERT INTO {INDEX} (rowid, text) VALUES ({_number(source, 'new')}, substr(new.{column}, 1, {LONGEST}))"
    gone = (
        f"INSERT INTO {INDEX} ({INDEX}, rowid, text) "
        f"VALUES ('delete', {_number(source, 'old')}, substr(old.{column}, 1, {LONGEST}))"
    )
    changed = f"AFTER UPDATE OF {column} ON {table} WHEN old.{column} IS NOT new.{column}"
    return [
        f"CREATE TRIGGER {table}_words_put AFTER INSERT ON {table} BEGIN {put}; END",
        f"CREATE TRIGGER {table}_words_changed {changed} BEGIN {gone}; {put}; END",
        f"CREATE TRIGGER {table}_words_gone AFTER DELETE ON {table} BEGIN {gone}; END",
    ]


def _number(source: Source, of: str) -> str:
    return f"{of}.{source.row} * 4 + {source.kind}"


def folded(column: str) -> str:
    """The PostgreSQL expression of a text's words without case, accents and signs. Its parser would make numbers,
    paths and hosts of words with signs in them, each by its own rules."""
    return f"translate(lower(left({column}, {LONGEST})), {_FROM}, {_TO})"


def _folding() -> tuple[str, str]:
    """Characters, and what each becomes: signs a space, letters with accents and capitals the plain small letter.

    The percent sign, which drivers take for a parameter, is a space to PostgreSQL's parser anyway.
    """
    table = {chr(code): " " for code in range(33, 127) if not chr(code).isalnum() and chr(code) != "%"}
    for code in range(0xA0, 0x500):
        char = chr(code)
        plain = unicodedata.normalize("NFKD", char)[0].lower()
        if not char.isalnum():
            table[char] = " "
        elif plain != char and len(plain) == 1:
            table[char] = plain
    return "".join(table), "".join(table.values())


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_FROM, _TO = map(_literal, _folding())


@event.listens_for(SQLModel.metadata, "after_create")
def _make(target: MetaData, connection: Connection, **_: object) -> None:
    """Where the tables are made without migrations."""
    for statement in ddl(connection.dialect.name == "postgresql"):
        connection.exec_driver_sql(statement)
