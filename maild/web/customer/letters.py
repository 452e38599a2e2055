"""Our letters to a customer, as the page of their order shows them again."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from maild.domain.ticket import Snapshot
from maild.store import letter_list
from maild.store.tx import Tx
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
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    content = str(body.get_content()) if body is not None else ""
    return "\n".join(line for line in content.splitlines() if not line.startswith(MARKER)).strip()
