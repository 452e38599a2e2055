"""Which daemons are at work, and taking over what a dead one had in work.

On PostgreSQL each daemon holds an advisory lock on its name for as long as it is connected, and the server lets it go
when the connection ends, however that ends. So whoever gets the lock of another's name knows that it is dead, and no
second one buries it at the same time. On SQLite there is one daemon, which holds the file's lock: all others are dead.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text

from maild.domain.letter import Phase
from maild.domain.spool import SpoolState
from maild.store import sending, spool
from maild.store.tables import LETTER, MESSAGE, NOT_TO_SEND, OPEN_MAIL, PROCESS
from maild.store.tx import Tx

TOPICS = ("spool", "outbox", "calls", "timers", "tasks", "summaries", "settled")


@dataclass(frozen=True, slots=True)
class Process:
    """A daemon; ``name`` is its own for ever, ``socket`` the path where it answers commands on its host."""

    name: str
    host: str
    pid: int
    roles: tuple[str, ...]
    version: str
    started_at: datetime
    socket: str = ""

    def ended_here(self, host: str) -> bool:
        """Whether it ran on this host and no process has its number now."""
        if self.host != host:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            pass
        return False


@dataclass(frozen=True, slots=True)
class Takeover:
    """What a dead daemon had in work and somebody else will do now."""

    mails: int = 0
    letters_cut: int = 0
    letters_at_dot: int = 0

    def __bool__(self) -> bool:
        return bool(self.mails or self.letters_cut or self.letters_at_dot)

    def __add__(self, other: "Takeover") -> "Takeover":
        return Takeover(
            self.mails + other.mails,
            self.letters_cut + other.letters_cut,
            self.letters_at_dot + other.letters_at_dot,
        )


def enter(tx: Tx, process: Process) -> None:
    """Be known as at work."""
    tx.insert_new(
        PROCESS,
        name=process.name,
        host=process.host,
        pid=process.pid,
        roles=",".join(process.roles),
        version=process.version,
        started_at=process.started_at,
        socket=process.socket,
    )


def leave(tx: Tx, name: str) -> None:
    """Be at work no longer; what is left in work is taken over by others."""
    tx.execute(PROCESS.delete().where(PROCESS.c.name == name))


def others(tx: Tx, name: str) -> list[Process]:
    """Everybody else who is known, or has something in work."""
    known = {row.name: _process(row) for row in tx.execute(select(PROCESS).where(PROCESS.c.name != name))}
    mails = select(MESSAGE.c.leased_by).where(OPEN_MAIL, MESSAGE.c.state == SpoolState.LEASED)
    letters = select(LETTER.c.leased_by).where(NOT_TO_SEND, LETTER.c.phase.in_((Phase.SENDING, Phase.AT_DOT)))
    for leases in (mails, letters):
        for worker in tx.execute(leases.distinct()).scalars():
            if worker != name and worker not in known:
                known[worker] = Process(worker, "", 0, (), "", tx.now)
    return list(known.values())


def living(tx: Tx) -> frozenset[str]:
    """Those of ``process`` whose lock is held now, as the server lists it; asking takes no lock and disturbs nobody."""
    held = text(
        "SELECT name FROM process WHERE EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32 | objid::bigint) = hashtextextended(name, 0) AND objsubid = 1)"
    )
    return frozenset(tx.execute(held).scalars())


def bury(tx: Tx, name: str) -> Takeover | None:
    """Take back what a dead daemon had in work; None when it lives, or somebody else is at it."""
    if tx.postgres and not tx.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))):
        return None
    mails = spool.release_leases(tx, name)
    cut = sending.recover(tx, name)
    leave(tx, name)
    for topic in TOPICS:  # it may have died before it could say what it had written
        tx.wake(topic)
    return Takeover(mails, cut["sending"], cut["at_dot"])


def rows(tx: Tx) -> list[dict[str, Any]]:
    """The daemons, for people."""
    return tx.rows(select(PROCESS).order_by(PROCESS.c.started_at, PROCESS.c.name))


def _process(row: Any) -> Process:
    return Process(row.name, row.host, row.pid, tuple(row.roles.split(",")), row.version, row.started_at, row.socket)
