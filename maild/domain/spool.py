"""What can become of an accepted mail. The diagram in the docs is drawn from MOVES."""

from enum import StrEnum


class SpoolState(StrEnum):
    READY = "ready"
    LEASED = "leased"
    DONE = "done"


MOVES: dict[SpoolState, frozenset[SpoolState]] = {
    SpoolState.READY: frozenset({SpoolState.LEASED}),
    SpoolState.LEASED: frozenset({SpoolState.DONE, SpoolState.READY, SpoolState.LEASED}),
    SpoolState.DONE: frozenset({SpoolState.READY}),  # only by hand: maild mail retry
}


class Outcome(StrEnum):
    """The one final state of a mail; ``code`` and ``why`` stand beside it."""

    TICKET = "ticket"  # opened a new ticket
    COMMENT = "comment"  # went onto a ticket
    DUPLICATE = "duplicate"  # said nothing new; noted on its ticket
    IGNORED = "ignored"  # nobody needs to see it
    QUARANTINED = "quarantined"  # could not be read, or killed its reader; listed for a person
