"""What comes back from a reading child: a mail as understood, or why it could not be read. Imports no reader."""

from dataclasses import dataclass

from maild.domain.mail import Mail
from maild.domain.order import Reading


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail without the content of its attachments, and what was ordered in it."""

    mail: Mail
    reading: Reading


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail that could not be read.

    ``code`` is parser.crashed, parser.timeout, parser.memory, parser.error, parser.output or parser.unavailable.
    """

    code: str
    why: str
