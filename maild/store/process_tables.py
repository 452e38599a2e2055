"""The daemons that work on the database, and what their connections have committed."""

from datetime import datetime

from sqlmodel import Field

from maild.store.columns import BIG, words
from maild.store.row import Row


class ProcessRow(Row):
    """A daemon that works on this database, or did when it was killed; ``name`` marks what it has in work.

    ``socket`` is where it answers commands, on its own host.
    """

    __tablename__ = "process"

    name: str = Field(primary_key=True, max_length=64)
    host: str = words(255)
    pid: int
    roles: str = words(100)
    version: str = words(32)
    started_at: datetime
    socket: str = words(300)


class CommitMarkRow(Row):
    """How many transactions a connection to PostgreSQL has committed, by which one in doubt is known (``at`` in s)."""

    __tablename__ = "commit_mark"

    name: str = Field(primary_key=True, max_length=32)
    count: int = Field(sa_type=BIG)
    at: int = Field(sa_type=BIG)
