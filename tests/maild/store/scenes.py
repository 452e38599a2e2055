"""Random tickets and conditions that meet each other often: few values, many of them awkward."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from maild.domain.calendars import Duration, Schedule, Unit, always
from maild.domain.conditions import (
    ORDERED,
    And,
    Compare,
    Condition,
    Conditions,
    Contains,
    Empty,
    Node,
    Not,
    OneOf,
    Or,
    Replied,
    Since,
    Tagged,
    Truth,
)
from maild.domain.order import Order, OrderLine, OrderType
from maild.domain.people import Role
from maild.domain.sla import Ending, Target
from maild.domain.terms import PRIORITIES, STAMPS, TERMS, Kind, Term, Value
from maild.domain.ticket import Status
from maild.store import documents
from maild.store.tables import ORGANIZATION, PERSON, SLA_CLOCK, TICKET, TICKET_ORDER, TICKET_TAG
from maild.store.tx import Tx

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WORDS = [
    "Orders",
    "orders",
    "100%",
    "a_b",
    "O'Brien\"; --",
    "Größe",
    "GRÖSSE",
    "İzmir",
    "ΟΔΟΣ",
    "\\",
    "-",
    "ﬁn",
    "x\ny",
]
NUMBERS = ["0", "-0.0", "10", "10.0", "010", "9.99", "-3", "-3.5", "99999999999999999.1", "99999999999999999.2", "0.1"]
NO_NUMBERS = ["", "ten", "1e5", "1,5", "10 ", "٣", "10\n", "." * 60, "9" * 40]
DATES = ["2026-11-23", "2026-11-24", "2024-02-29", "2026-03-29", "0001-01-01", "9999-12-31", "1999-12-31"]
NO_DATES = [
    "",
    "2026-02-30",
    "2025-02-29",
    "1900-02-29",
    "0000-01-01",
    "2026-11-24T00:00",
    "24.11.2026",
    "2026-11-24\n",
]
TAGS = ["open_order", "vip", "a_b", "a%b", "größe", "O'Brien", "x" * 100]
LISTS = ["", "vip", "vip,a_b", " vip , größe ", ",", "vip,,vip", "a%b", "\u00a0vip", "v ip"]
FIELDS = {
    "note": Kind.TEXT,
    "method": Kind.OPTION,
    "total_cost": Kind.NUMBER,
    "ship_date": Kind.DATE,
    "rush": Kind.FLAG,
    "extras": Kind.TAGS,
}
_OFTEN = {
    "status",
    "tags",
    "priority",
    "group",
    "field.total_cost",
    "field.ship_date",
    "field.extras",
    "lines.quantity",
}
ASKED = [
    *(term for term in TERMS.values() if not term.of_event),
    *(Term(f"field.{name}", kind) for name, kind in FIELDS.items()),
    Term("requester.field.language", Kind.TEXT),
    Term("organization.field.net_terms", Kind.TEXT),
]
_WEEK = (((8 * 60, 17 * 60),),) * 4 + (((8 * 60, 12 * 60), (13 * 60, 15 * 60)), ((22 * 60, 24 * 60),), ())
SCHEDULES = [
    always("UTC"),
    always("America/Sao_Paulo"),
    Schedule("office", "Europe/Berlin", _WEEK, frozenset({date(2026, 11, 20)})),
    Schedule("far", "Pacific/Apia", _WEEK),
    Schedule("never", "America/New_York", ((),) * 7),
]
_TICK = timedelta(microseconds=1)
SPANS = [timedelta(hours=24), timedelta(days=1, microseconds=1), timedelta(hours=24) - _TICK, timedelta(0), -_TICK]
SPANS += [timedelta(minutes=m) for m in (1, 59, 60, 90, 600, 1440, 2880, 4000, 9000, 50_000)]
SINCE = st.builds(
    Since,
    st.sampled_from([*STAMPS, "ship_date"]),
    st.sampled_from([">=", "<"]),
    st.one_of(
        st.builds(
            Duration,
            st.sampled_from([0.0, 0.5, 1.0, 24.0, 48.0, 999_999.0]),
            st.sampled_from([Unit.HOURS, Unit.BUSINESS_HOURS]),
        ),
        st.builds(
            Duration,
            st.sampled_from([0.0, 1.0, 2.0, 28.0, 999_999.0]),
            st.sampled_from([Unit.DAYS, Unit.BUSINESS_DAYS, Unit.MONTHS]),
        ),
        st.builds(Duration, st.sampled_from([-1.0, -24.0, -999_999.0]), st.just(Unit.HOURS)),  # hours_until
    ),
    st.sampled_from(SCHEDULES),
    st.booleans(),
)


def _value(kind: Kind) -> st.SearchStrategy[Value]:
    match kind:
        case Kind.STATUS:
            return st.sampled_from([int(status) for status in Status])
        case Kind.PRIORITY:
            return st.integers(0, len(PRIORITIES) - 1)
        case Kind.NUMBER:
            return st.sampled_from([*map(Decimal, NUMBERS), Decimal(1), Decimal(2), Decimal("0.5"), Decimal("9" * 40)])
        case Kind.DATE:
            return st.sampled_from([date.fromisoformat(day) for day in DATES])
        case Kind.FLAG:
            return st.booleans()
    return st.sampled_from([*WORDS, "customer", "new", "x\0", "\ud800", "y" * 2000])


_OPERATORS = {True: st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), False: st.sampled_from(["==", "!="])}
_NEEDLES = st.sampled_from(["o", "orders", "%", "_", "größe", "ß", "i̇", "ος", "'", "\\", "fi", "\n", "@", ".example"])
_SOUGHT = st.frozensets(st.sampled_from([*TAGS, "none of these", "x\0"]), min_size=1, max_size=3)


def _asking(term: Term) -> list[st.SearchStrategy[Node]]:
    """Every test that the term may have; made once, for making a strategy costs more than drawing from it."""
    this = st.just(term)
    if term.kind is Kind.TAGS:
        return [st.builds(Tagged, this, st.sampled_from(["any", "all", "none"]), _SOUGHT), _empty(term)]
    value = _value(term.kind)
    found = [
        st.builds(Compare, this, _OPERATORS[term.kind in ORDERED], value),
        st.builds(OneOf, this, st.frozensets(value, min_size=1, max_size=3), st.booleans()),
        _empty(term),
    ]
    if term.kind in (Kind.TEXT, Kind.OPTION):
        found.append(st.builds(Contains, this, _NEEDLES, st.booleans()))
    if term.kind is Kind.FLAG:
        found.append(st.builds(Truth, this))
    return found


def _empty(term: Term) -> st.SearchStrategy[Node]:
    return st.builds(Empty, st.just(term), st.booleans())


_LEAF = st.one_of([test for term in ASKED + [t for t in ASKED if t.name in _OFTEN] * 3 for test in _asking(term)])
NODES: st.SearchStrategy[Node] = st.recursive(
    st.one_of(_LEAF, _LEAF, SINCE, st.builds(Replied, st.sampled_from(STAMPS))),
    lambda part: st.one_of(
        st.builds(Not, part),
        st.builds(And, st.lists(part, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(part, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
LINES = st.lists(NODES.map(lambda node: Condition("", node)), max_size=3).map(tuple)
CONDITIONS = st.builds(Conditions, LINES, LINES)


def _maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


_INSTANTS = st.sampled_from([NOW - span for span in SPANS])
_FIELDS = {
    "note": st.sampled_from([*WORDS, ""]),
    "method": st.sampled_from(["ground", "2-day"]),
    "total_cost": st.sampled_from(NUMBERS + NO_NUMBERS),
    "ship_date": st.sampled_from(DATES + NO_DATES),
    "rush": st.sampled_from(["true", "false", "TRUE", ""]),
    "extras": st.sampled_from(LISTS),
}
_LINE = st.builds(
    OrderLine,
    sku=_maybe("AX-1", *WORDS),
    description=_maybe(*WORDS, ""),
    quantity=_maybe(*NUMBERS, *NO_NUMBERS),
    requested_date=_maybe(*DATES, *NO_DATES),
)
_ORDER = st.builds(
    Order,
    type=st.sampled_from(list(OrderType)),
    po_number=_maybe(*WORDS, ""),
    requested_date=_maybe(*DATES, *NO_DATES),
    total=_maybe(*NUMBERS, *NO_NUMBERS),
    notes=_maybe(*WORDS),
    confidence=st.sampled_from(["0", "0.95", "1"]),
    needs_review=st.booleans(),
    lines=st.lists(_LINE, max_size=3).map(tuple),
)
_SOME_TAGS = st.lists(st.sampled_from(TAGS), max_size=3, unique=True)
PEOPLE = st.fixed_dictionaries(
    {
        "name": st.sampled_from([*WORDS, ""]),
        "address": st.sampled_from(["mia@harbor.example", "Ö@x", "nobody", "a@b@c.example"]),
        "role": st.sampled_from([role.value for role in Role]),
        "tags": _SOME_TAGS,
        "fields": st.sampled_from([{}, {"language": "de"}, {"language": ""}, {"language": "Größe"}]),
        "bounced_at": _maybe(NOW),
    }
)
COMPANIES = st.none() | st.fixed_dictionaries(
    {
        "name": st.sampled_from(WORDS),
        "tags": _SOME_TAGS,
        "fields": st.sampled_from([{}, {"net_terms": "100%"}, {"net_terms": ""}]),
        "trust_unauthenticated": st.just(False),
    }
)
_CLOCK = st.fixed_dictionaries(
    {
        "target": st.sampled_from([target.value for target in Target]),
        "since": st.none() | _INSTANTS,
        "due_at": st.none() | _INSTANTS,
        "breached_at": st.none() | _INSTANTS,
        "ending": st.sampled_from([None, None, *(ending.value for ending in Ending)]),
    }
)
TICKETS = st.fixed_dictionaries(
    {
        "subject": st.sampled_from([*WORDS, ""]),
        "status": st.sampled_from([int(status) for status in Status]),
        "priority": st.sampled_from([*PRIORITIES, "odd"]),
        "group_name": _maybe("Orders", "orders"),
        "assignee": _maybe("O'Brien\"; --", "Größe"),
        "form": _maybe("order"),
        "order_address": st.sampled_from(["orders@shop.example", "Orders"]),
        "channel": st.sampled_from(["smtp", "imap"]),
        "fields": st.fixed_dictionaries({}, optional=_FIELDS),
        "needs_review": st.booleans(),
        "unread": st.booleans(),
        "created_at": _INSTANTS,
        "updated_at": _INSTANTS,
        "status_changed_at": _INSTANTS,
        "assigned_at": st.none() | _INSTANTS,
        "customer_reply_at": st.none() | _INSTANTS,
        "agent_reply_at": st.none() | _INSTANTS,
        "blueprint": _maybe("orders"),
        "state": st.sampled_from(["received", "Größe"]),
        "blueprint_entered_at": st.none() | _INSTANTS,
        "blueprint_completed_at": st.none() | _INSTANTS,
        "state_entered_at": st.none() | _INSTANTS,
        "state_due_at": st.none() | _INSTANTS,
        "customer_mails": st.integers(0, 11),
        "agent_mails": st.integers(0, 2),
        "reopens": st.integers(0, 1),
        "sla_policy": st.sampled_from([None, "", "Größe", "Orders"]),
        "clocks": st.lists(_CLOCK, max_size=3, unique_by=lambda clock: clock["target"]),
    }
)
SCENES = st.tuples(TICKETS, PEOPLE, COMPANIES, _SOME_TAGS, st.lists(_ORDER, max_size=2))


def put(tx: Tx, scene: Any, number: int) -> int:
    """The scene as rows; the ticket's number. Addresses and names of companies are unique, so they are numbered."""
    ticket, person, company, tags, orders = scene
    clocks = ticket["clocks"]
    ticket = {name: value for name, value in ticket.items() if name != "clocks"}
    organization = None
    if company is not None:
        name = company["name"] if number == 0 else f"{company['name']} {number}"
        organization = tx.insert(ORGANIZATION, **{**company, "name": name})
    address = person["address"] if number == 0 else f"{number}{person['address']}"
    requester = tx.insert(PERSON, **{**person, "address": address}, created_at=NOW)
    walks = ticket["blueprint"] is not None
    stand = {"state": ticket["state"] if walks else None, "blueprint_version": "v1" if walks else None}
    made = tx.insert(TICKET, **{**ticket, **stand}, requester_id=requester, organization_id=organization)
    for clock in clocks if ticket["sla_policy"] is not None else ():
        _put_clock(tx, made, clock)
    unsolved = ticket["status"] < Status.SOLVED
    tx.insert_all(TICKET_TAG, [{"ticket_id": made, "tag": tag, "unsolved": unsolved} for tag in tags])
    for order in orders:
        tx.insert(TICKET_ORDER, ticket_id=made, content="", data=documents.dump(order), created_at=NOW)
    return made


def _put_clock(tx: Tx, ticket: int, clock: dict[str, Any]) -> None:
    """Its newest run, and one before that which nobody is to look at."""
    ended = clock["ending"] is not None
    given = {**clock, "since": None if ended else clock["since"], "ended_at": NOW if ended else None}
    plain = {"ticket_id": ticket, "policy": "x", "zone": "UTC", "started_at": NOW, "allowed": 1, "consumed": 0}
    tx.insert(SLA_CLOCK, **plain, **given, run=1, newest=True, schedule="")
    older = {**given, "since": None, "breached_at": NOW, "due_at": NOW, "ended_at": NOW, "ending": "met"}
    tx.insert(SLA_CLOCK, **plain, **older, run=0, newest=False, schedule="")
