"""A letter on its way out: phases and the moves between them. The diagram in the docs is drawn from this table."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """By which road a letter leaves: ours to a person by mail, or a call to another program by HTTP."""

    MAIL = "mail"
    WEBHOOK = "webhook"


AMONG_US = frozenset({"mentioned"})
"""Letters to colleagues whose answers stay among colleagues, where answers to other letters go to the customer."""

OVER_BUDGET = "budget.spent"
SUMMED_UP = "budget.summed_up"
"""Codes of letters that a customer's budget had no room for: held, and afterwards told of in one letter."""


class Phase(StrEnum):
    HELD = "held"  # waits for a person; the reason stands beside it
    QUEUED = "queued"
    SENDING = "sending"  # attempt and next try are committed before the relay is dialled
    AT_DOT = "at_dot"  # everything but the final dot was sent; from here on the relay may have the letter
    SENT = "sent"
    DEFERRED = "deferred"  # outside trouble; tried again at next_at
    UNKNOWN = "unknown"  # cut between the dot and its 250; sent again with the same Message-ID, and counted
    FAILED = "failed"
    DROPPED = "dropped"  # never leaves; the reason stands beside it


MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.HELD: frozenset({Phase.QUEUED, Phase.DROPPED, Phase.HELD}),
    Phase.QUEUED: frozenset({Phase.SENDING, Phase.HELD, Phase.FAILED, Phase.DROPPED}),
    Phase.SENDING: frozenset({Phase.AT_DOT, Phase.DEFERRED, Phase.FAILED}),
    Phase.AT_DOT: frozenset({Phase.SENT, Phase.DEFERRED, Phase.FAILED, Phase.UNKNOWN}),
    Phase.DEFERRED: frozenset({Phase.SENDING, Phase.HELD, Phase.QUEUED, Phase.FAILED, Phase.DROPPED}),
    Phase.UNKNOWN: frozenset({Phase.SENDING, Phase.HELD, Phase.QUEUED, Phase.FAILED, Phase.DROPPED}),
    Phase.FAILED: frozenset({Phase.QUEUED, Phase.DROPPED}),
    Phase.SENT: frozenset(),
    Phase.DROPPED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as the courier carries it.

    ``raw`` are the complete bytes with CRLF line ends, rendered once; ``message_id`` never changes; ``recipients`` are
    plain addr-specs still to be served. ``attempt`` counts from 1 for the try under way.
    """

    id: int
    message_id: str
    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes
    attempt: int
    created_at: datetime
    automatic: bool = True
    template: str = ""
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The relay took it for at least one recipient. ``refused`` pairs addresses with the reply that refused them."""

    reply: str
    refused: tuple[tuple[str, str], ...] = ()
    later: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Later:
    """Try again. ``ambiguous`` when the relay may already have it (cut after the final dot)."""

    code: str
    why: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Never:
    """It will not work without a person."""

    code: str
    why: str
    refused: tuple[tuple[str, str], ...] = ()


Result = Sent | Later | Never
