"""The figures of a blueprint over a period, and where its tickets wait.

A period is half open: from ``since`` up to, not including, ``until``; what goes on is looked at as of ``until``. Times
are seconds by a `Length`: of the calendar, or of working time. A visit counts for the department that the ticket was
with when the visit began, a way for that of its present visit.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from maild.domain.ways import Length, Visit, Way, elapsed

SLOWEST = 10
"""One ticket in so many is among the slowest."""


@dataclass(frozen=True, slots=True)
class Period:
    since: datetime
    until: datetime

    def has(self, instant: datetime | None) -> bool:
        return instant is not None and self.since <= instant < self.until


@dataclass(slots=True)
class Times:
    """Visits of a state that ended in the period, and those that go on at its end, in seconds each."""

    ended: list[float] = field(default_factory=list)
    going_on: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Figures:
    """``active``: tickets whose way has not ended. ``over_limit``: those of them whose state's limit has passed.

    ``completed``: the length of the way, from entering, of tickets that came in the period into the final state in
    which they are; ``dropped`` the same of those in which it ends without a sale. ``states``: visits by state, in a
    final one only those that ended. ``transitions``: how often each was taken in the period, as (name, from, to);
    entering and migrations are none. ``broken``: tickets whose limit of the whole way passed in the period before its
    end was reached.
    """

    active: int = 0
    over_limit: int = 0
    completed: list[float] = field(default_factory=list)
    dropped: list[float] = field(default_factory=list)
    states: dict[str, Times] = field(default_factory=dict)
    transitions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    broken: int = 0


def mean(lengths: Sequence[float]) -> float | None:
    return sum(lengths) / len(lengths) if lengths else None


def figures(found: Iterable[Way], period: Period, department: str | None = None, length: Length = elapsed) -> Figures:
    """Of all departments, or of one ("" for tickets that are with none)."""
    result = Figures()
    for way in found:
        for visit in way.visits:
            if department in (None, visit.department):
                _visit(result, visit, period, length)
        if department in (None, way.here.department):
            _way(result, way, period, length)
    return result


def _visit(result: Figures, visit: Visit, period: Period, length: Length) -> None:
    if visit.end is None and not visit.final:
        result.states.setdefault(visit.state, Times()).going_on.append(length(visit.begin, period.until))
    elif visit.end is not None and period.has(visit.end):
        result.states.setdefault(visit.state, Times()).ended.append(length(visit.begin, visit.end))
        if visit.left_by:
            result.transitions[visit.left_by, visit.state, visit.to] += 1


def _way(result: Figures, way: Way, period: Period, length: Length) -> None:
    ended = way.completed
    if way.under_way:
        result.active += 1
        result.over_limit += way.here.due is not None and way.here.due <= period.until
    elif ended is not None and period.has(ended):
        (result.dropped if way.here.dropped else result.completed).append(length(way.entered, ended))
    result.broken += period.has(way.broken())


@dataclass(frozen=True, slots=True)
class Slow:
    """One of the slowest: the length of its way so far, and the state that took most of it."""

    ticket: int
    length: float
    state: str
    ended: bool


@dataclass(frozen=True, slots=True)
class Back:
    """A transition, and how often the very next step led back to where it began: it was ``sent_back``."""

    transition: str
    source: str
    target: str
    taken: int
    sent_back: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """``shares``: seconds of the period that tickets spent in each state that is not final, the longest first.

    ``slowest``: the tenth (at least one) of the tickets under way at the end of the period or completed in it.
    ``back``: transitions taken in the period that were sent back, the most often first.
    """

    shares: tuple[tuple[str, float], ...]
    slowest: tuple[Slow, ...]
    back: tuple[Back, ...]


def waiting(found: Iterable[Way], period: Period, department: str | None = None, length: Length = elapsed) -> Waiting:
    """Where tickets wait, of all departments or of one."""
    spent: defaultdict[str, float] = defaultdict(float)
    slow, taken, back = list[Slow](), Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for way in found:
        for visit, following in _pairs(way.visits):
            if department not in (None, visit.department):
                continue
            begin, end = max(visit.begin, period.since), min(visit.end or period.until, period.until)
            if not visit.final and begin < end:
                spent[visit.state] += length(begin, end)
            if visit.left_by and period.has(visit.end):
                step = (visit.left_by, visit.state, visit.to)
                taken[step] += 1
                back[step] += following is not None and following.to == visit.state and bool(following.left_by)
        if department in (None, way.here.department) and (way.under_way or period.has(way.completed)):
            slow.append(_slow(way, period, length))
    slow.sort(key=lambda one: (-one.length, one.ticket))
    shares = sorted(spent.items(), key=lambda pair: (-pair[1], pair[0]))
    return Waiting(tuple(shares), tuple(slow[: -(-len(slow) // SLOWEST)]), tuple(_sent_back(taken, back)))


def _pairs(visits: Sequence[Visit]) -> Iterator[tuple[Visit, Visit | None]]:
    """Each visit and the one after it."""
    return zip(visits, [*visits[1:], None], strict=True)


def _slow(way: Way, period: Period, length: Length) -> Slow:
    spent: defaultdict[str, float] = defaultdict(float)
    for visit in way.visits:
        if not visit.final:
            spent[visit.state] += length(visit.begin, visit.end or period.until)
    most = max(spent, key=lambda state: (spent[state], state), default="")
    ended = way.completed
    return Slow(way.ticket, length(way.entered, ended or period.until), most, ended is not None)


def _sent_back(taken: Counter[tuple[str, str, str]], back: Counter[tuple[str, str, str]]) -> Iterator[Back]:
    for step, count in sorted(back.items(), key=lambda pair: (-pair[1], pair[0])):
        if count:
            yield Back(*step, taken[step], count)
