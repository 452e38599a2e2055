"""A reply before it leaves: the letters that it would make, word for word, and what else it would set off."""

from collections.abc import Iterable

from maild.control import tickets
from maild.control.operation import Operation, Request, Row
from maild.store import letter_list
from maild.store.trial import trial
from maild.store.tx import Tx
from notifications.compose import plain_part
from pipeline.furniture import Desk

MOST = 20
_SHOWN = ("public comment ", "letter ")  # effects that the letters themselves tell of


def draft(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """What ``ticket.reply`` would do with this text, with the ``letters`` it would write; nothing is kept."""
    number = request.number("id")
    with trial(tx):
        before = max((row["id"] for row in letter_list.rows(tx, None, number, 1)), default=0)
        [told] = tickets.reply(tx, desk, request)
        new = [row for row in letter_list.rows(tx, None, number, MOST) if row["id"] > before]
        letters = [_letter(letter_list.row(tx, row["id"]) or row) for row in reversed(new)]
    besides = [effect for effect in told["effects"] if not effect.startswith(_SHOWN)]
    return [told | {"effects": besides, "letters": letters}]


def _letter(row: Row) -> Row:
    """As its reader gets it; ``why`` says what keeps it from leaving at once."""
    return {
        "to": row["to_address"],
        "subject": row["subject"],
        "text": plain_part(row["raw"].encode()),
        "phase": row["phase"],
        "why": row["why"],
    }


OPERATIONS = {"ticket.draft": Operation(draft, writes=True)}
