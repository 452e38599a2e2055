"""What is remembered of a mailbox that we read: how far, and the mails that are not done with."""

from dataclasses import dataclass
from enum import StrEnum


class UidState(StrEnum):
    """Where one mail of a folder stands. The diagram in the docs is drawn from MOVES."""

    FAILING = "failing"  # the server did not hand it over; tried again
    STORED = "stored"  # ours, still to be moved to the folder for processed mail
    REFUSED = "refused"  # listed as quarantined, still to be moved to the folder for failed mail
    FILED = "filed"  # done with; remembered only until the high-water mark has passed it


MOVES: dict[UidState, frozenset[UidState]] = {
    UidState.FAILING: frozenset({UidState.FAILING, UidState.STORED, UidState.REFUSED, UidState.FILED}),
    UidState.STORED: frozenset({UidState.FILED}),
    UidState.REFUSED: frozenset({UidState.FILED}),
    UidState.FILED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class FolderOf:
    """A folder of a configured mailbox, by its decoded name."""

    mailbox: str
    folder: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder was read: every UID up to ``last_uid`` is stored.

    UIDs up to ``again_to`` were perhaps read before, under other UIDs (RFC 9051, 2.3.1.1: UIDVALIDITY changed).
    ``reset`` says why the reading began anew just now, "" when it goes on where it was; ``fresh`` that this folder was
    never read before.
    """

    last_uid: int
    again_to: int = 0
    reset: str = ""
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class UidMark:
    """One mail that is not done with."""

    state: UidState
    tries: int
