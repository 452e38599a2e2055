"""Every table under one roof. Rows stay inside maild.store; frozen dataclasses leave it.

Times are aware UTC, decimals and JSON are portable between SQLite and PostgreSQL, identifiers are 64-bit integers.

A table is made when its name is first asked for: making all of them takes a third of what `import sqlmodel` does, and a
command that lists tickets needs a few. METADATA is the whole, for whoever makes the schema, EVERY_TABLE for whoever
reads.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from maild.store.columns import words
from maild.store.row import Row

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table, TextClause

    METADATA: MetaData
    EVERY_TABLE: tuple[Table, ...]
    MESSAGE: Table
    MESSAGE_CHUNK: Table
    DELIVERY: Table
    THREAD_REF: Table
    ORGANIZATION: Table
    ORGANIZATION_DOMAIN: Table
    PERSON: Table
    FORGETTING: Table
    TICKET: Table
    TICKET_TAG: Table
    TICKET_LINK: Table
    TICKET_ORDER: Table
    COMMENT: Table
    HISTORY: Table
    TIMER: Table
    LETTER: Table
    LETTER_RECIPIENT: Table
    LETTER_ATTEMPT: Table
    MAILBOX_FOLDER: Table
    MAILBOX_UID: Table
    TASK: Table
    ORGANIZATION_SITE: Table
    WEBHOOK: Table
    RULE_FILE: Table
    SLA_CLOCK: Table
    FACT: Table
    HABIT: Table
    PRICE: Table
    SIDE_CONVERSATION: Table
    SIDE_MESSAGE: Table
    PARTING_REPLY: Table
    RESOLUTION: Table
    ARTICLE: Table
    RATING: Table
    PROCESS: Table
    COMMIT_MARK: Table
    BLUEPRINT_VERSION: Table
    BLUEPRINT_MOVE: Table
    BLUEPRINT_SHARE: Table
    BLUEPRINT_DROP: Table
    AGENT_PRESENCE: Table
    ASSIGNMENT_TURN: Table
    USER_PASSWORD: Table
    WEB_SESSION: Table
    DEED: Table
    SIGN_IN_FAILURE: Table
    API_TOKEN: Table
    API_ANSWER: Table
    LINK_EDITION: Table

    # Conditions in the very words of the partial indexes, without parameters, so that every planner sees they serve.
    OPEN_MAIL: TextClause
    PENDING: TextClause
    NEWEST: TextClause
    UNSOLVED: TextClause
    OF_UNSOLVED: TextClause
    WALKING: TextClause
    WAITS: TextClause
    TO_REMIND: TextClause
    TO_SEND: TextClause
    NOT_TO_SEND: TextClause
    TO_SUM_UP: TextClause
    PARTS: TextClause


class MetaRow(Row):
    """Facts about the database itself."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True, max_length=64)
    value: str = words()


META = SQLModel.metadata.tables["meta"]

_TABLES = {
    "mail_tables": (
        "MESSAGE",
        "MESSAGE_CHUNK",
        "DELIVERY",
        "THREAD_REF",
    ),
    "people_tables": (
        "ORGANIZATION",
        "ORGANIZATION_DOMAIN",
        "PERSON",
        "FORGETTING",
    ),
    "ticket_tables": (
        "TICKET",
        "TICKET_TAG",
    ),
    "ticket_record_tables": (
        "TICKET_LINK",
        "TICKET_ORDER",
        "COMMENT",
        "HISTORY",
        "TIMER",
    ),
    "letter_tables": (
        "LETTER",
        "LETTER_RECIPIENT",
        "LETTER_ATTEMPT",
    ),
    "context_tables": (
        "SLA_CLOCK",
        "FACT",
    ),
    "mailbox_tables": (
        "MAILBOX_FOLDER",
        "MAILBOX_UID",
    ),
    "desk_tables": (
        "TASK",
        "ORGANIZATION_SITE",
        "WEBHOOK",
        "RULE_FILE",
    ),
    "knowledge_tables": (
        "HABIT",
        "PRICE",
    ),
    "collaboration_tables": (
        "SIDE_CONVERSATION",
        "SIDE_MESSAGE",
        "PARTING_REPLY",
        "RESOLUTION",
        "ARTICLE",
        "RATING",
    ),
    "process_tables": ("PROCESS", "COMMIT_MARK"),
    "blueprint_tables": ("BLUEPRINT_VERSION", "BLUEPRINT_MOVE", "BLUEPRINT_SHARE", "BLUEPRINT_DROP"),
    "assignment_tables": (
        "AGENT_PRESENCE",
        "ASSIGNMENT_TURN",
    ),
    "web_tables": (
        "USER_PASSWORD",
        "WEB_SESSION",
        "DEED",
        "SIGN_IN_FAILURE",
        "API_TOKEN",
        "API_ANSWER",
        "LINK_EDITION",
    ),
}
_CONDITIONS = {
    "mail_tables": ("OPEN_MAIL",),
    "ticket_record_tables": ("PENDING",),
    "ticket_tables": (
        "UNSOLVED",
        "OF_UNSOLVED",
        "WALKING",
        "WAITS",
    ),
    "desk_tables": ("TO_REMIND",),
    "collaboration_tables": ("PARTS",),
    "context_tables": ("NEWEST",),
    "letter_tables": (
        "TO_SEND",
        "NOT_TO_SEND",
        "TO_SUM_UP",
    ),
}
_HOMES = {name: module for homes in (_TABLES, _CONDITIONS) for module, names in homes.items() for name in names}


if not TYPE_CHECKING:  # so that a name which is no table's is still found out by type

    def __getattr__(name: str) -> Any:
        if name == "METADATA":
            found = _schema()
        elif name == "EVERY_TABLE":
            found = tuple(_whole().sorted_tables)
        elif name in _HOMES:
            found = _made(name, import_module(f"maild.store.{_HOMES[name]}"))
        else:
            raise AttributeError(f"no table {name!r}")
        return globals().setdefault(name, found)


def _whole() -> "MetaData":
    for module in (*_TABLES, "search_index"):
        import_module(f"maild.store.{module}")
    return SQLModel.metadata


def _schema() -> "MetaData":
    """With the conditions of indexes for PostgreSQL: to name them earlier would import that dialect for everybody."""
    for index in (index for table in _whole().tables.values() for index in table.indexes):
        where = index.dialect_options["sqlite"]["where"]
        if where is not None:
            index.dialect_options["postgresql"]["where"] = where
    return SQLModel.metadata


def _made(name: str, module: Any) -> "Table | TextClause":
    conditions = _CONDITIONS.get(_HOMES[name], ())
    return text(getattr(module, name)) if name in conditions else SQLModel.metadata.tables[name.lower()]
