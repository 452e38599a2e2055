"""What surrounds a document: the mail it came with, and how its numbers and dates are written."""

from dataclasses import dataclass
from datetime import date

from pipeline.orders import dates
from pipeline.orders.numbers import Style


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a document: the mail's subject, who wrote it, when.

    ``mail`` is True for a mail's own text, ``answer`` where its subject is that of an earlier mail; ``depth`` counts
    the mails and archives around it; ``style`` and ``day_order`` are set where the source tells them,
    ``usual_style`` and ``usual_days`` where the customer is known: these decide only what nothing else does.
    """

    subject: str = ""
    author: str = ""
    day: date | None = None
    mail: bool = False
    answer: bool = False
    depth: int = 0
    style: Style | None = None
    day_order: dates.DayOrder | None = None
    usual_style: Style | None = None
    usual_days: dates.DayOrder | None = None
