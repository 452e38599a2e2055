"""A database that was brought back from a copy, and what must not happen in it twice.

What was done between the copy and its return is not in it, but it was done: letters left, timers fired. So whatever the
copy still has to send is held, and so is every automatic letter whose cause (a mail, a timer) is older than the return.
What the log tells of letters that left is remembered: the same letter made anew counts as sent, and one that is only
like it (a mail that was read again has other numbers, and so has its letter) is held for a person to compare.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, column, func, select, table, update

from maild.domain.letter import Phase
from maild.store import partings, sending
from maild.store.prepared import Prepared
from maild.store.tables import (
    DELIVERY,
    HISTORY,
    LETTER,
    LETTER_RECIPIENT,
    MESSAGE,
    META,
    SIDE_CONVERSATION,
    TICKET,
    TIMER,
    TO_SEND,
)
from maild.store.tx import Tx, insert_into

CODE = "restored"
WHY = "it may have been sent between the backup and its return"
SENT_CODE = "restored.sent"
SENT_WHY = "the log says that the relay took it after the backup"
LIKELY_CODE = "restored.likely"
SKIPPED = 10_000  # numbers left out after a return: those given since the copy are in letters that people have
_BACKUP, _RETURN = "backup.at", "restored.at"
_NUMBERED = (MESSAGE, TICKET, LETTER, TIMER, SIDE_CONVERSATION)
_FACT = Prepared(select(META.c.value).where(META.c.name == bindparam("fact")))  # asked for every letter, so built once
_OF_MESSAGE = Prepared(select(LETTER.c.id).where(LETTER.c.message_id == bindparam("message")))
_SEQUENCE = table("sqlite_sequence", column("name"), column("seq"))


@dataclass(frozen=True, slots=True)
class Logged:
    """A letter that the log says was sent; template and address where the log has the line of its making too."""

    message_id: str
    letter: int | None = None
    template: str = ""
    to: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """What a return found: the copy's instant, letters held back, letters known to be sent, mails and timers open."""

    taken_at: datetime | None
    held: int
    sent: int
    mails: int
    timers: int


def note_backup(tx: Tx) -> None:
    """Write down that the database was copied at this instant."""
    _note(tx, _BACKUP, tx.now)


def last_backup(tx: Tx) -> datetime | None:
    """The instant that a copy shows; of a copy made by other means the newest instant in it."""
    noted = _noted(tx, _BACKUP)
    newest = [tx.scalar(select(func.max(of))) for of in (DELIVERY.c.received_at, HISTORY.c.at)]
    return max((at for at in (noted, *newest) if at is not None), default=None)


def at(tx: Tx) -> datetime | None:
    """When the database was last brought back, None if it never was."""
    return _noted(tx, _RETURN)


def withholds(tx: Tx, cause_at: datetime | None) -> bool:
    """Whether a letter caused at ``cause_at`` may have been sent before the database was brought back."""
    if cause_at is None:
        return False
    returned = at(tx)
    return returned is not None and cause_at <= returned


def bring_back(tx: Tx, sent: Iterable[Logged] = ()) -> Return:
    """Make a copy safe to work on: nothing leaves that may have left before, and no number is given a second time.

    ``sent`` are letters that the log knows to have been sent since.
    """
    taken_at = last_backup(tx)
    sending.recover(tx)
    known = _mark_sent(tx, sent)
    held = tx.execute(update(LETTER).where(TO_SEND).values(phase=Phase.HELD, code=CODE, why=WHY)).rowcount
    partings.refuse_all(tx, WHY)
    _skip_numbers(tx)
    _note(tx, _RETURN, max(tx.now, taken_at or tx.now))  # a clock that is behind holds back too much, not too little
    open_mails = select(func.count()).where(MESSAGE.c.state != "done")
    overdue = select(func.count()).where(TIMER.c.state == "pending", TIMER.c.due_at <= tx.now)
    return Return(taken_at, held, known, int(tx.scalar(open_mails)), int(tx.scalar(overdue)))


def _mark_sent(tx: Tx, sent: Iterable[Logged]) -> int:
    count = 0
    for logged in sent:
        found = tx.execute(_OF_MESSAGE, {"message": logged.message_id}).first()
        if found is None:
            _remember(tx, logged)
        elif tx.scalar(select(LETTER.c.id).where(TO_SEND, LETTER.c.id == found.id)) is not None:
            settle(tx, int(found.id))
            count += 1
    return count


def settle(tx: Tx, letter: int) -> None:
    """Count a letter as sent that the log calls sent."""
    served = update(LETTER_RECIPIENT).where(LETTER_RECIPIENT.c.state == "waiting")
    tx.execute(served.where(LETTER_RECIPIENT.c.letter_id == letter).values(state="sent", reply=SENT_WHY))
    values: dict[str, Any] = {"phase": Phase.SENT, "code": SENT_CODE, "why": SENT_WHY, "settled_at": tx.now}
    tx.execute(update(LETTER).where(LETTER.c.id == letter).values(**values))


def _remember(tx: Tx, logged: Logged) -> None:
    _state(tx, _sent_fact(logged.message_id), logged.at)
    if logged.template and logged.to:
        said = f"letter {logged.letter} to {logged.to} by the same template was sent{logged.at and f' at {logged.at}'}"
        _state(tx, _like_fact(logged.template, logged.to), said)


def was_sent(tx: Tx, message_id: str) -> bool:
    """Whether the log that was given at the return calls this letter sent, which the copy did not know."""
    return tx.scalar(_FACT, {"fact": _sent_fact(message_id)}) is not None


def likely_sent(tx: Tx, template: str, to: str) -> str | None:
    """Why a letter that is withheld may be one that the log calls sent; None where the log has none like it."""
    said = tx.scalar(_FACT, {"fact": _like_fact(template, to)})
    return (
        f"the log says that {said}, for a mail or timer that the copy lost: compare before you release"
        if said
        else None
    )


def _sent_fact(message_id: str) -> str:
    return f"sent:{_digest(message_id)}"


def _like_fact(template: str, to: str) -> str:
    return f"like:{_digest(template, to.lower())}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]


def _skip_numbers(tx: Tx) -> None:
    for numbered in _NUMBERED:
        first = int(tx.scalar(select(func.coalesce(func.max(numbered.c.id), 0)))) + SKIPPED
        if tx.postgres:
            tx.scalar(select(func.setval(func.pg_get_serial_sequence(numbered.name, "id"), first)))
            continue
        ours = _SEQUENCE.c.name == numbered.name
        if not tx.execute(update(_SEQUENCE).where(ours).values(seq=first)).rowcount:
            tx.execute(_SEQUENCE.insert().values(name=numbered.name, seq=first))


def _note(tx: Tx, name: str, instant: datetime) -> None:
    _state(tx, name, instant.isoformat())


def _state(tx: Tx, name: str, value: str) -> None:
    values = {"name": name, "value": value}
    row = insert_into(META, tx.postgres).values(**values)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": values["value"]}))


def _noted(tx: Tx, name: str) -> datetime | None:
    found = tx.scalar(_FACT, {"fact": name})
    return datetime.fromisoformat(found) if found else None
