"""Conditions as a WHERE over the ticket table; it holds for a row exactly where the predicate holds for its snapshot.

Inside a condition a comparison with NULL counts as false, as the predicate has it: negations are pushed down to the
tests, and a negated test makes its NULL false first. So nothing above a test ever sees NULL turned round.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import TableValuedAlias, and_, false, func, not_, or_, true

from maild.domain.calendars import Schedule, midnight
from maild.domain.conditions import (
    And,
    Changed,
    Compare,
    Conditions,
    Contains,
    Empty,
    Leaf,
    Matches,
    Node,
    Not,
    OneOf,
    Or,
    Replied,
    Since,
    Tagged,
)
from maild.domain.conditions import Truth as IsSet
from maild.domain.terms import PRIORITIES, STAMPS, Kind, Term, Value
from maild.domain.ticket import Status
from maild.store.tables import TICKET, UNSOLVED
from maild.store.term_sql import STAMPS as STAMP_COLUMNS
from maild.store.term_sql import Sql, TermSql, Truth, text

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NEVER = datetime.min.replace(tzinfo=UTC)


def where(conditions: Conditions, now: datetime, *, postgres: bool) -> Truth:
    """Every one of ``all`` and one of ``any``. Raises ValueError for a test that has no SQL (``matches``, events)."""
    unsolved = unsolved_only(conditions)
    ask = _Asked(TermSql(postgres, unsolved), now)
    parts = [ask.truth(condition.node, True) for condition in conditions.all]
    if conditions.any:
        parts.append(or_(*(ask.truth(condition.node, True) for condition in conditions.any)))
    return and_(true(), *parts, *([UNSOLVED] if unsolved else []))


def unsolved_only(conditions: Conditions) -> bool:
    """Whether only tickets below Solved can meet them: then the index over those serves."""
    left = set(Status)
    for leaf in _certain(condition.node for condition in conditions.all):
        match leaf:
            case Compare(Term("status"), op, rank):
                left = {status for status in left if _COMPARE[op](int(status), rank)}
            case OneOf(Term("status"), ranks, negated):
                left = {status for status in left if (int(status) in ranks) != negated}
    return all(status < Status.SOLVED for status in left)


def _certain(nodes: Iterable[Node]) -> Iterable[Leaf]:
    """The tests that must hold each by itself."""
    for node in nodes:
        match node:
            case And(parts):
                yield from _certain(parts)
            case Or() | Not():
                pass
            case _:
                yield node


@dataclass(frozen=True, slots=True)
class _Asked:
    """Conditions at an instant."""

    sql: TermSql
    now: datetime

    def truth(self, node: Node, wanted: bool) -> Truth:
        """True for rows on which the node's answer is ``wanted``; else false or NULL."""
        match node:
            case Not(part):
                return self.truth(part, not wanted)
            case And(parts) | Or(parts):
                asked = [self.truth(part, wanted) for part in parts]
                return and_(*asked) if isinstance(node, And) == wanted else or_(*asked)
            case Compare(op="!="):
                return self._test(Compare(node.term, "==", node.value), not wanted)
            case OneOf(negated=True) | Contains(negated=True) | Empty(negated=True):
                return self._test(node, not wanted)
            case Tagged(how="none"):
                return self._test(Tagged(node.term, "any", node.tags), not wanted)
            case _:
                return self._test(node, wanted)

    def _test(self, leaf: Leaf, wanted: bool) -> Truth:
        hit = self._hit(leaf)
        return hit if wanted else not_(func.coalesce(hit, false()))

    def _hit(self, leaf: Leaf) -> Truth:
        """The test without its negation; NULL counts as no."""
        match leaf:
            case Compare(term, op, value):
                return self._each(term, lambda seen: self._compared(term.kind, seen, op, value))
            case OneOf(term, values):
                return self._each(term, lambda seen: self._one_of(term.kind, seen, values))
            case Contains(term, needle):
                return self._each(term, lambda seen: self.sql.contains(seen, needle))
            case Tagged(term, how, tags):
                held = [self.sql.tagged(term, tag) for tag in sorted(tags)]
                return and_(true(), *held) if how == "all" else or_(false(), *held)
            case Empty(term):
                return self._empty(term)
            case IsSet(term):
                return self.sql.value(term)
            case Replied(stamp):
                return STAMP_COLUMNS["customer_reply"] > STAMP_COLUMNS[stamp]
            case Since():
                return self._since(leaf)
            case Changed() | Matches():
                raise ValueError(f"{leaf.term.name}: a view cannot ask this")

    def _each(self, term: Term, test: Callable[[Sql], Truth]) -> Truth:
        """The test of the value, or of any of the values."""
        if not term.many:
            return test(self.sql.value(term))

        def of_line(lines: TableValuedAlias) -> Truth:
            return test(self.sql.line(term, lines))

        return self.sql.lines(of_line).exists()

    def _compared(self, kind: Kind, seen: Sql, op: str, value: Value) -> Truth:
        if kind is Kind.PRIORITY:
            words = [word for rank, word in enumerate(PRIORITIES) if _COMPARE[op](rank, value)]
            return seen.in_([text(word) for word in words])
        if kind is Kind.FLAG:
            return seen if value else not_(seen)
        return _COMPARE[op](seen, self.sql.bound(kind, value))  # type: ignore[no-any-return]

    def _one_of(self, kind: Kind, seen: Sql, values: frozenset[Value]) -> Truth:
        return or_(false(), *(self._compared(kind, seen, "==", value) for value in sorted(values, key=str)))

    def _empty(self, term: Term) -> Truth:
        if term.many:
            return not_(self.sql.lines(lambda _: None).exists())
        if term.kind is Kind.TAGS:
            return self.sql.untagged(term)
        if term.kind is Kind.PRIORITY:
            return not_(TICKET.c.priority.in_(PRIORITIES))
        seen = self.sql.value(term)
        return or_(seen.is_(None), seen == "") if term.kind in (Kind.TEXT, Kind.OPTION) else seen.is_(None)

    def _since(self, leaf: Since) -> Truth:
        try:
            limit = leaf.limit(self.now)
        except OverflowError:
            limit = _NEVER
        if leaf.stamp in STAMPS:
            return _old_enough(STAMP_COLUMNS[leaf.stamp], leaf.op, None if limit == _NEVER else limit)
        day = self.sql.value(Term(f"field.{leaf.stamp}", Kind.DATE))
        first, last = _days(leaf.schedule)
        latest = _latest_day(leaf.schedule, limit)
        within = day.between(self._day(first), self._day(last))
        return and_(within, _old_enough(day, leaf.op, None if latest is None else self._day(latest)))

    def _day(self, day: date) -> Sql:
        return self.sql.bound(Kind.DATE, day)


def _old_enough(start: Sql, op: str, limit: Any) -> Truth:
    """``limit`` is the latest start that is old enough; None when none is."""
    if limit is None:
        return false() if op == ">=" else start.is_not(None)
    return start <= limit if op == ">=" else start > limit  # type: ignore[no-any-return]


def _days(schedule: Schedule) -> tuple[date, date]:
    """The first and the last date that begin at an instant a computer can name."""
    first, last = date.min, date.max
    return (first if _begins(schedule, first) else first + _DAY), (last if _begins(schedule, last) else last - _DAY)


def _begins(schedule: Schedule, day: date) -> datetime | None:
    try:
        return midnight(schedule, day)
    except OverflowError:
        return None


def _latest_day(schedule: Schedule, limit: datetime) -> date | None:
    """The last date that begins at ``limit`` or before; None when none does."""
    try:
        near = limit.astimezone(ZoneInfo(schedule.zone)).date()
        for day in (near + _DAY, near, near - _DAY):
            begins = _begins(schedule, day)
            if begins is not None and begins <= limit:
                return day
    except OverflowError:
        pass
    return None


_DAY = timedelta(days=1)
