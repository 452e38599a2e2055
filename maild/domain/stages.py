"""How long tickets stay in a status or under a tag, read off what their histories say was done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import NamedTuple

Length = Callable[[datetime, datetime], float]


class Happened(NamedTuple):
    """One event of a ticket: when, and its effects in words ("status open", "+vip -late", "tags vip")."""

    ticket: int
    at: datetime
    effects: tuple[str, ...]


@dataclass(slots=True)
class Stage:
    """Stays that have ended, in seconds (of the calendar unless told otherwise), and the number of those that go on.

    A ticket that comes back stays anew: visits are counted, not tickets.
    """

    name: str
    ended: list[float] = field(default_factory=list)
    going_on: int = 0

    @property
    def average(self) -> float | None:
        return sum(self.ended) / len(self.ended) if self.ended else None

    @property
    def middle(self) -> float | None:
        return median(self.ended) if self.ended else None


def _elapsed(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


def stages(events: Iterable[Happened], length: Length = _elapsed) -> list[Stage]:
    """``events`` ticket by ticket in their order. Statuses first, in the order in which they were met, then tags.

    ``length`` gives the seconds of a stay, as of working time.
    """
    found: dict[str, Stage] = {}
    ticket, inside = None, dict[str, datetime]()
    for event in events:
        if event.ticket != ticket:
            _leave_open(found, inside)
            ticket, inside = event.ticket, {"status new": event.at}
            found.setdefault("status new", Stage("status new"))
        for effect in event.effects:
            _follow(found, inside, effect, event.at, length)
    _leave_open(found, inside)
    return sorted(found.values(), key=lambda stage: not stage.name.startswith("status "))


def _follow(found: dict[str, Stage], inside: dict[str, datetime], effect: str, at: datetime, length: Length) -> None:
    word, _, rest = effect.partition(" ")
    if word == "status" and rest:
        held = {name for name in inside if name.startswith("status ")}
        _move(found, inside, held, {f"status {rest}"}, at, length)
    elif word == "tags":
        held = {name for name in inside if name.startswith("tag ")}
        _move(found, inside, held, {f"tag {tag}" for tag in rest.split() if rest != "none"}, at, length)
    elif effect[:1] in ("+", "-"):
        words = effect.split()
        gone = {f"tag {tag[1:]}" for tag in words if tag[0] == "-"}
        _move(found, inside, gone, {f"tag {tag[1:]}" for tag in words if tag[0] == "+"}, at, length)


def _move(
    found: dict[str, Stage],
    inside: dict[str, datetime],
    gone: set[str],
    come: set[str],
    at: datetime,
    length: Length,
) -> None:
    for name in gone - come:
        since = inside.pop(name, None)
        if since is not None:
            found[name].ended.append(length(since, at))
    for name in sorted(come):
        found.setdefault(name, Stage(name))
        inside.setdefault(name, at)


def _leave_open(found: dict[str, Stage], inside: dict[str, datetime]) -> None:
    for name in inside:
        found[name].going_on += 1
