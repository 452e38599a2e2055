"""Terms of conditions as SQL over a ticket's row: the values that `maild.domain.terms` reads, NULL where empty.

Every expression stands by itself: what is not in the ticket's own row is a correlated subquery, so that it may be used
wherever the ticket table is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Select,
    String,
    TableValuedAlias,
    and_,
    bindparam,
    case,
    cast,
    collate,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
)

from maild.domain.sla import Target
from maild.domain.stand import STAMPS as STAND_STAMPS
from maild.domain.terms import COUNTERS, Kind, Term, Value
from maild.store import sla_sql as clocks
from maild.store.columns import storable
from maild.store.sqlite_functions import decimal_key
from maild.store.tables import OF_UNSOLVED, ORGANIZATION, PERSON, TICKET, TICKET_ORDER, TICKET_TAG

Sql = ColumnElement[Any]
Truth = ColumnElement[bool]

STAMPS = {
    "created": TICKET.c.created_at,
    "updated": TICKET.c.updated_at,
    "status_changed": TICKET.c.status_changed_at,
    "assigned": TICKET.c.assigned_at,
    "customer_reply": TICKET.c.customer_reply_at,
    "agent_reply": TICKET.c.agent_reply_at,
    "sla.due": clocks.due(),
    "sla.expected": clocks.due(Target.RESOLUTION),
    **{name: TICKET.c[f"{name}_at"] for name in STAND_STAMPS},
}
_NUMBER = r"^[+-]?[0-9]{1,30}(\.[0-9]{1,20})?$"
_DAY = (
    "^[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))$"
)
_LEAP_DAY = "^([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29$"
_BLANKS = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0"


@dataclass(frozen=True, slots=True)
class TermSql:
    """Expressions for one of the two databases; ``unsolved`` where only tickets with work left are asked for."""

    postgres: bool
    unsolved: bool = False

    def value(self, term: Term) -> Sql:
        """A term with one value, as something that compares like its kind; priorities are their words."""
        return self.as_kind(term.kind, self._stored(term))

    def line(self, term: Term, lines: TableValuedAlias) -> Sql:
        """The same of one order line, for terms with many values."""
        part = term.name.partition(".")[2]
        found: Sql = lines.c.value.op("->>")(part) if self.postgres else func.json_extract(lines.c.value, f"$.{part}")
        return self.as_kind(term.kind, type_coerce(found, String()))

    def lines(self, where: Callable[[TableValuedAlias], Truth | None]) -> Select[Any]:
        """The lines of the order in force that ``where`` takes (all of them when it gives None)."""
        data = TICKET_ORDER.c.data
        listed: Any = (
            func.jsonb_array_elements(data["lines"]) if self.postgres else func.json_each(data, "$.lines")
        ).table_valued("value", name="line")
        taken = where(listed)
        found: Select[Any] = select(literal_column("1")).select_from(TICKET_ORDER).join(listed, literal_column("1 = 1"))
        found = found.where(TICKET_ORDER.c.id == _newest_order(), *([] if taken is None else [taken]))
        return found.correlate(TICKET)

    def as_kind(self, kind: Kind, stored: Sql) -> Sql:
        match kind:
            case Kind.NUMBER:
                return self.number(stored)
            case Kind.DATE:
                return self.day(stored)
            case Kind.TEXT | Kind.OPTION:
                return stored
            case _:
                return stored

    def bound(self, kind: Kind, value: Value) -> Sql:
        """A literal to compare with; NULL, which is equal to nothing, for what no database can hold."""
        match value:
            case Decimal():
                return bindparam(None, value, type_=Numeric()) if self.postgres else text(decimal_key(value))
            case date():
                return text(value.isoformat())
            case str() if storable(value) != value:
                return literal_column("NULL")
            case str():
                return text(value)
        return bindparam(None, value)

    def number(self, stored: Sql) -> Sql:
        if not self.postgres:
            return func.maild_number(stored)
        words = cast(stored, String)
        return case((words.bool_op("~")(_NUMBER), cast(words, Numeric)))

    def total(self, stored: Sql) -> Sql:
        """The exact sum of decimals, as a text; an aggregate."""
        return cast(func.sum(self.number(stored)), String) if self.postgres else func.maild_total(stored)

    def day(self, stored: Sql) -> Sql:
        if not self.postgres:
            return func.maild_day(stored)
        known = or_(and_(stored.bool_op("~")(_DAY), not_(stored.bool_op("~")("^0000"))), stored.bool_op("~")(_LEAP_DAY))
        return self._exactly(case((known, stored)))

    def lower(self, stored: Sql) -> Sql:
        return func.lower(collate(stored, "und-x-icu")) if self.postgres else func.maild_lower(stored)

    def contains(self, stored: Sql, needle: str) -> Truth:
        """``needle`` is in lower case."""
        if storable(needle) != needle:
            return false()
        find = func.strpos if self.postgres else func.instr
        return find(self.lower(stored), text(needle)) > 0

    def _exactly(self, words: Sql) -> Sql:
        """Compared character by character, whatever the database's language is."""
        return collate(words, "C") if self.postgres else words

    def ordered(self, stored: Sql) -> Sql:
        """Texts in an order that people expect and that both databases agree on."""
        return self._exactly(self.lower(stored))

    def tagged(self, term: Term, tag: str) -> Truth:
        if storable(tag) != tag:
            return false()
        match term.name:
            case "tags" if self.unsolved:
                return self._tagged_unsolved(tag)
            case "tags":
                held = select(TICKET_TAG.c.tag).where(TICKET_TAG.c.ticket_id == TICKET.c.id)
                return held.where(TICKET_TAG.c.tag == text(tag)).correlate(TICKET).exists()
            case "requester.tags":
                return self.in_array(of_requester(PERSON.c.tags), tag)
            case "organization.tags":
                return self.in_array(of_organization(ORGANIZATION.c.tags), tag)
        return self._in_words(self._stored(term), tag)

    def _tagged_unsolved(self, tag: str) -> Truth:
        """SQLite lists those tickets once. PostgreSQL would join that list by an estimate in which years of solved
        tickets drown the few open ones, so there each ticket is asked: a scalar subquery is never made a join.
        """
        ids = select(TICKET_TAG.c.ticket_id).where(TICKET_TAG.c.tag == text(tag), OF_UNSOLVED)
        if not self.postgres:
            return TICKET.c.id.in_(ids)
        return ids.where(TICKET_TAG.c.ticket_id == TICKET.c.id).correlate(TICKET).scalar_subquery().is_not(None)

    def untagged(self, term: Term) -> Truth:
        """Without any tag."""
        match term.name:
            case "tags":
                held = select(TICKET_TAG.c.tag).where(TICKET_TAG.c.ticket_id == TICKET.c.id)
                return not_(held.correlate(TICKET).exists())
            case "requester.tags":
                return self._array_length(of_requester(PERSON.c.tags)) == 0
            case "organization.tags":
                return func.coalesce(self._array_length(of_organization(ORGANIZATION.c.tags)), 0) == 0
        parts = self._parts(self._stored(term))
        return not_(select(parts.c.value).where(func.trim(parts.c.value, text(_BLANKS)) != "").exists())

    def in_array(self, array: Sql, tag: str) -> Truth:
        if self.postgres:
            from sqlalchemy.dialects.postgresql import JSONB  # only who has such a server imports its dialect

            return func.coalesce(type_coerce(array, JSONB()).contains([tag]), false())
        parts = func.json_each(array).table_valued("value")
        return select(parts.c.value).where(parts.c.value == text(tag)).exists()

    def _in_words(self, words: Sql, tag: str) -> Truth:
        parts = self._parts(words)
        return select(parts.c.value).where(func.trim(parts.c.value, text(_BLANKS)) == text(tag)).exists()

    def _parts(self, words: Sql) -> Any:
        if self.postgres:
            return func.unnest(func.string_to_array(words, ",")).table_valued("value", name="parts").render_derived()
        return func.json_each(func.maild_words(words)).table_valued("value")

    def _array_length(self, array: Sql) -> Sql:
        return func.jsonb_array_length(array) if self.postgres else func.json_array_length(array)

    def _stored(self, term: Term) -> Sql:
        if term.name in _NATIVE:
            return _NATIVE[term.name]
        if term.name in COUNTERS:
            return TICKET.c[term.name]
        room, _, part = term.name.partition(".")
        match room:
            case "order":
                return self._of_order(part)
            case "field":
                return self._field(term.kind, part)
            case "requester":
                return self._of_people(part, PERSON, of_requester)
            case "organization":
                return self._of_people(part, ORGANIZATION, of_organization)
        raise ValueError(f"{term.name} is about an event; no view can ask for it")

    def _field(self, kind: Kind, name: str) -> Sql:
        stored = func.nullif(TICKET.c.fields[name].as_string(), "", type_=String())
        return stored == "true" if kind is Kind.FLAG else stored

    def _of_order(self, part: str) -> Sql:
        data = TICKET_ORDER.c.data
        match part:
            case "lines":
                length = self._array_length(data["lines"] if self.postgres else func.json_extract(data, "$.lines"))
                return _of_newest_order(length)
            case "needs_review":
                return _of_newest_order(data[part].as_boolean())
        return _of_newest_order(func.nullif(data[part].as_string(), "", type_=String()))

    def _of_people(self, part: str, table: Any, of: Callable[[Sql], Sql]) -> Sql:
        if part == "domain":
            address = table.c.address
            return of(func.substring(address, "[^@]*$") if self.postgres else func.maild_domain(address))
        if part == "bounced":
            return of(table.c.bounced_at).is_not(None)
        if part.startswith("field."):
            free = table.c.fields[part.removeprefix("field.")].as_string()
            return of(func.nullif(free, "", type_=String()))
        return of(table.c[part])


def text(value: str) -> Sql:
    """A bound text, as it is: a column's own type would cut it to the column's length."""
    return bindparam(None, value, type_=String())


def of_requester(what: Sql) -> Sql:
    return select(what).where(PERSON.c.id == TICKET.c.requester_id).correlate(TICKET).scalar_subquery()


def of_organization(what: Sql) -> Sql:
    return select(what).where(ORGANIZATION.c.id == TICKET.c.organization_id).correlate(TICKET).scalar_subquery()


def _newest_order() -> Sql:
    own = TICKET_ORDER.alias("own")
    return select(func.max(own.c.id)).where(own.c.ticket_id == TICKET.c.id).correlate(TICKET).scalar_subquery()


def _of_newest_order(what: Sql) -> Sql:
    return select(what).where(TICKET_ORDER.c.id == _newest_order()).correlate(TICKET).scalar_subquery()


def _count_orders() -> Sql:
    own = select(func.count()).select_from(TICKET_ORDER).where(TICKET_ORDER.c.ticket_id == TICKET.c.id)
    return own.correlate(TICKET).scalar_subquery()


_NATIVE: dict[str, Sql] = {
    "sla.policy": func.nullif(TICKET.c.sla_policy, "", type_=String()),
    "sla.breached": clocks.breached(),
    "sla.paused": clocks.paused(),
    **{f"sla.{target}": clocks.standing(target) for target in Target},
    "status": TICKET.c.status,
    "priority": TICKET.c.priority,
    "department": TICKET.c.department,
    "queue": TICKET.c.queue,
    "blueprint": TICKET.c.blueprint,
    "state": TICKET.c.state,
    "group": TICKET.c.group_name,
    "assignee": TICKET.c.assignee,
    "form": TICKET.c.form,
    "subject": TICKET.c.subject,
    "order_address": TICKET.c.order_address,
    "channel": TICKET.c.channel,
    "needs_review": TICKET.c.needs_review,
    "unread": TICKET.c.unread,
    "follow_up": TICKET.c.follow_up_of.is_not(None),
    "orders": _count_orders(),
}
