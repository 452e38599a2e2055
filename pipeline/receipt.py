"""What accepting a mail comes to: a receipt, a refusal for good, or our own trouble."""

from dataclasses import dataclass
from typing import Literal

TroubleCode = Literal["4.3.0", "4.3.1", "4.3.2"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The mail is stored durably. ``duplicate`` says that these very bytes were stored before, under this id."""

    queue_id: str
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The mail can never be taken. ``code`` is an enhanced status of class 5 (RFC 3463), ``text`` is for the sender."""

    code: str
    text: str


class TemporaryTrouble(Exception):
    """Our own trouble: the sender shall try again. ``text`` is for the sender.

    ``code`` is "4.3.0" (something of ours fails, SMTP 451), "4.3.1" (no room, 452) or "4.3.2" (shutting down, 421).
    """

    def __init__(self, code: TroubleCode, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text
