"""Where a ticket stands in a blueprint, and one line of the log of its steps."""

from dataclasses import dataclass
from datetime import datetime

STAMPS = ("blueprint_entered", "blueprint_due", "blueprint_completed", "state_entered", "state_due")
"""When it came in, the limit of the whole way, since when it is in a final state; when it came into its state, and the
limit of that."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A blueprint's name, the digest of the version that the ticket entered and keeps, and its state there."""

    blueprint: str
    version: str
    state: str


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a ticket along a blueprint; ``transition`` and ``source`` are "" where it entered.

    Without a transition but with a source it went on by another version, or without a ``target`` too it left. ``due``
    is the limit of the state that begins, ``whole_due`` that of the whole way; ``final``: the way ends in ``target``.
    ``dropped``: it ends there without a sale. ``actor`` is as "agent:ann" or "rule:NAME".
    """

    ticket: int
    at: datetime
    blueprint: str
    transition: str
    source: str
    target: str
    department: str = ""
    due: datetime | None = None
    whole_due: datetime | None = None
    final: bool = False
    actor: str = ""
    dropped: bool = False
