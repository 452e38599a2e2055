"""The ways of tickets through a blueprint, read off the log of their steps: visits of states, and the whole."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from maild.domain.stand import Move

Length = Callable[[datetime, datetime], float]
"""Seconds between two instants: of the calendar, or of working time."""


def elapsed(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


@dataclass(slots=True)
class Visit:
    """One stay in a state, from ``begin`` to ``end`` (None while it goes on). Coming back is another visit.

    ``dropped``: the way ends there without a sale. ``due`` is the state's time limit; ``left_by`` the transition that
    ended it, ``to`` where that led.
    """

    state: str
    begin: datetime
    department: str
    due: datetime | None = None
    final: bool = False
    end: datetime | None = None
    left_by: str = ""
    to: str = ""
    dropped: bool = False


@dataclass(slots=True)
class Way:
    """One ticket's way up to an instant: its visits in order, and the limit of the whole.

    ``left`` is when it left the blueprint before the end of it, or from there; coming back is another way.
    """

    ticket: int
    blueprint: str
    visits: list[Visit] = field(default_factory=list)
    due: datetime | None = None
    left: datetime | None = None

    @property
    def entered(self) -> datetime:
        return self.visits[0].begin

    @property
    def here(self) -> Visit:
        """The visit that goes on, or that it left from."""
        return self.visits[-1]

    @property
    def completed(self) -> datetime | None:
        """When it came into the final state it is in; None while it is under way, also again."""
        return self.here.begin if self.here.final else None

    @property
    def under_way(self) -> bool:
        return self.completed is None and self.left is None

    def broken(self) -> datetime | None:
        """When the limit of the whole way passed without an end of it; None where it did not."""
        ended = self.completed or self.left
        return self.due if self.due is not None and (ended is None or ended > self.due) else None


def ways(moves: Iterable[Move]) -> Iterator[Way]:
    """``moves`` ticket by ticket in their order, as they were up to some instant."""
    for _, steps in groupby(moves, key=lambda move: (move.ticket, move.blueprint)):
        way: Way | None = None
        for move in steps:
            if way is not None and way.left is not None:  # it has come back
                yield way
                way = None
            way = way or Way(move.ticket, move.blueprint)
            _follow(way, move)
        if way is not None:
            yield way


def _follow(way: Way, move: Move) -> None:
    if not move.target:
        way.here.end = way.left = move.at
        return
    way.due = move.whole_due
    if way.visits and not move.transition and move.target == way.here.state:  # it goes on by another version
        way.here.due, way.here.final, way.here.dropped = move.due, move.final, move.dropped
        return
    if way.visits:
        way.here.end, way.here.left_by, way.here.to = move.at, move.transition, move.target
    way.visits.append(Visit(move.target, move.at, move.department, move.due, move.final, dropped=move.dropped))
