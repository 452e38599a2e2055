"""Our letters to a customer, as the page of their order shows them again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from maild.domain.ticket import Snapshot
from maild.store import letter_list
from maild.store.tx import Tx
from notifications.compose import plain_part
from notifications.tokens import MARKER

ASKED = ("need_more_info", "problem_notice")
ON_ITS_WAY = ("queued", "sending", "at_dot", "deferred", "unknown", "sent")
AS_COMMENT = "reply"
"""What a colleague answers is said on the ticket already."""
MOST = 20


@dataclass(frozen=True, slots=True)
class Letter:
    """``asks`` where it waits for an answer of theirs."""

    subject: str
    at: datetime
    text: str
    asks: bool


def letters_to(tx: Tx, ticket: Snapshot) -> Iterator[Letter]:
    """The newest that went to whoever ordered, and to nobody else."""
    for row in letter_list.of_reader(tx, ticket.id, ticket.requester.address, MOST):
        if row["phase"] in ON_ITS_WAY and row["template"] != AS_COMMENT:
            yield Letter(row["subject"], row["created_at"], text_of(row["raw"]), row["template"] in ASKED)


def text_of(raw: bytes) -> str:
    """What a letter of ours says, without the line that asks to reply above it; "" where it is kept no more."""
    return "\n".join(line for line in plain_part(raw).splitlines() if not line.startswith(MARKER)).strip()
