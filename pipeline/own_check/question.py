"""What is asked about one mail, and what the answer looks like; between the daemon and its child as JSON."""

from dataclasses import dataclass
from datetime import datetime

from notifications.authentication import Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """``domain`` is that of the one From address, in A-labels; the rest is the SMTP session's."""

    domain: str
    peer: str
    helo: str
    sender: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """``verdict`` is None where the question stays open; ``said`` are the single results, as for RFC 8601."""

    verdict: Verdict | None
    said: str

    def __str__(self) -> str:
        """For the record that is kept beside the mail; "" where nothing was checked."""
        if self.verdict:
            return f"{self.verdict.outcome.value}: {self.verdict.why}; {self.said}"
        return f"open; {self.said}" if self.said else ""


UNCHECKED = Checked(None, "")
