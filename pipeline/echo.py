"""Programs that answer our letters and do not say that they are programs: another desk's receipt for our receipt.

Without a mark and without threading headers such an answer looks like a new mail. Two desks would confirm each other's
confirmations for ever, so the second round is where ours stays silent until a person has looked.
"""

import re
from datetime import timedelta

from maild.domain.mail import Mail
from maild.store import outbox
from maild.store.tx import Tx

WITHIN = timedelta(hours=1)
MOST_ALIKE = 2  # letters for mails with one and the same subject, but for its numbers
SHORTEST = 8  # letters of a subject of ours; a shorter one stands in others by chance

_NUMBERS = re.compile(r"\d+")


def suspected(tx: Tx, mail: Mail, author: str) -> str:
    """Why a mail without an order looks like a program's answer to a letter of ours, "" where it does not."""
    subject = _bare(mail.subject)
    sent = outbox.sent_since(tx, author, tx.now - WITHIN)
    for letter in sent:
        if len(_bare(letter.subject)) >= SHORTEST and _bare(letter.subject) in subject:
            return f"its subject repeats that of our letter {letter.id}, and it has no other sign of an answer"
    alike = sum(_NUMBERS.sub("0", _bare(letter.ticket_subject)) == _NUMBERS.sub("0", subject) for letter in sent)
    return f"{alike} mails like it got a letter within an hour" if alike >= MOST_ALIKE else ""


def _bare(subject: str) -> str:
    return " ".join(subject[:998].casefold().split())
