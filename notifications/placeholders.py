"""The placeholders a letter may use, filled from one ticket: only cleaned data, no object of ours.

``ticket.*``, ``requester.*``, ``organization.*``, ``current_user.*``, ``order.*`` with ``order.lines``, ``letter.*``
and ``site.*``. An empty value is ""; a name that does not exist is an error when the letter is checked and when it is
written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from maild.domain.address import one_line
from maild.domain.order import Order, OrderLine, Party
from maild.domain.people import Organization, Person
from maild.domain.revision import changes
from maild.domain.ticket import Snapshot
from notifications.clean import clean, clean_lines, printable, printable_lines
from notifications.values import Values

MOST_ORDER_LINES = 100
MOST_COMMENTS = 10
_NAME = 40  # characters of a person's name in a salutation

_FIELD_NAMES = """
    po_number so_number ship_date ship_to order_details total_cost currency carrier tracking_number
    payment_state shipment_state ship_method freight_charge_to
"""
SHIPPED_FIELDS = tuple(_FIELD_NAMES.split())


class Site(Protocol):
    """What letters need to know of the site; ``config.site`` fits."""

    @property
    def name(self) -> str: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Labels:
    """How the order form's fields are shown: ``names`` by field, ``options`` by field and option id, ``prefixes`` by
    field.
    """

    names: Mapping[str, str] = field(default_factory=lambda: {name: name.replace("_", " ") for name in SHIPPED_FIELDS})
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    multiline: frozenset[str] = frozenset({"order_details"})
    needed: tuple[str, ...] = ("po_number", "ship_to", "order_details")


@dataclass(frozen=True, slots=True)
class Comment:
    """A public comment for ``ticket.comments``; ``author`` is a person's name."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a person or a rule adds to one letter: ``text`` in their own words, the ``reason`` of an alert, the
    ``occasion`` that brought it about, the day promised, until when a task is ``due``.
    """

    text: str = ""
    reason: str = ""
    occasion: str = ""
    expected_by: str = ""
    due: datetime | None = None


_LINE = (*(f.name for f in fields(OrderLine)), "item", "doubts")
_LINE_FIELDS = frozenset(f.name for f in fields(OrderLine))
_ORDER_FIELDS = tuple(f.name for f in fields(Order))
NO_WORDS = Words()
NO_LABELS = Labels()


def context(
    snapshot: Snapshot,
    site: Site,
    current_user: Person | None = None,
    labels: Labels = NO_LABELS,
    link: str | None = None,
    *,
    comments: Sequence[Comment] = (),
    words: Words = NO_WORDS,
    automatic: bool = True,
    rating_link: str = "",
    heard: bool = True,
    seen: bool = True,
) -> dict[str, object]:
    """Everything a template may name. ``link`` is None, and ``rating_link`` "", unless the web is on.

    ``automatic`` letters repeat free text only in short. ``heard`` says whether the customer gets what the reader
    answers, ``seen`` whether the reader sees the ticket at all.
    """
    zone = ZoneInfo(site.timezone)
    order = snapshot.order
    ours = printable(site.name) or snapshot.order_address.rpartition("@")[2]
    return {
        "ticket": _ticket(snapshot, labels, (link or "", rating_link), comments[-MOST_COMMENTS:], zone, automatic),
        "requester": _person(snapshot.requester),
        "organization": _organization(snapshot.organization),
        "current_user": _colleague(current_user, ours),
        "order": None if order is None else _order(order, snapshot.orders[-2:-1]),
        "letter": Values(
            {
                "text": printable_lines(words.text),
                "reason": clean(words.reason, 200),
                "occasion": clean(words.occasion, 200),
                "expected_by": clean(words.expected_by),
                "due": f"{words.due.astimezone(zone):%Y-%m-%d %H:%M} ({site.timezone})" if words.due else "",
                "automatic": automatic,
                "heard": heard,
                "seen": seen,
            }
        ),
        "site": Values({"name": ours, "timezone": site.timezone}),
    }


def _ticket(
    snapshot: Snapshot,
    labels: Labels,
    links: tuple[str, str],
    comments: Sequence[Comment],
    zone: ZoneInfo,
    automatic: bool,
) -> Values:
    created = snapshot.stamp("created") or snapshot.now
    return Values(
        {
            "id": snapshot.id,
            "subject": clean(snapshot.subject),
            "status": snapshot.status.word,
            "priority": clean(snapshot.priority),
            "department": clean(snapshot.department or ""),
            "group": clean(snapshot.group or ""),
            "assignee": clean(snapshot.assignee or ""),
            "tags": sorted(clean(tag) for tag in snapshot.tags),
            "link": links[0],
            "rating_link": links[1],
            "order_address": snapshot.order_address,
            "created": created.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            "needs_review": snapshot.needs_review,
            "expected": snapshot.expected,
            "expected_at": snapshot.expected_at,
            "fields": _form(snapshot, labels, automatic),
            "missing": [printable(labels.names.get(name, name)) for name in labels.needed if not snapshot.value(name)],
            "comments": [_comment(comment, zone, automatic) for comment in comments],
        }
    )


def _form(snapshot: Snapshot, labels: Labels, automatic: bool) -> Values:
    values = dict(snapshot.fields)
    names = tuple(dict.fromkeys((*labels.names, *values)))
    return Values(
        {}, names=names, made=lambda name: _shown(name, values[name], labels, automatic) if name in values else ""
    )


def _shown(name: str, value: str, labels: Labels, automatic: bool) -> str:
    """A form value as people read it: the option's label, the number with its prefix, details line by line."""
    if label := labels.options.get(name, {}).get(value):
        return printable(label)
    if name in labels.multiline:
        return clean_lines(value) if automatic else printable_lines(value)
    text = clean(value, 80 if automatic else 200)
    prefix = labels.prefixes.get(name, "")
    return f"{prefix}{text}" if text and prefix and not text.upper().startswith(prefix.upper()) else text


def _comment(comment: Comment, zone: ZoneInfo, automatic: bool) -> Values:
    text = clean_lines(comment.text, lines=12) if automatic else printable_lines(comment.text)
    at = comment.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return Values({"author": clean(comment.author, _NAME), "at": at, "text": text})


def _person(person: Person) -> Values:
    return Values(
        {
            "name": "an unknown sender" if person.is_nobody else clean(person.name, _NAME),
            "first_name": clean(person.first_name, _NAME),
            "address": "" if person.is_nobody else printable(person.address),
            "tags": sorted(clean(tag) for tag in person.tags),
            "fields": _free(person.fields),
        }
    )


def _organization(organization: Organization | None) -> Values:
    if organization is None:
        return Values({"name": "", "tags": [], "fields": _free(())})
    tags = sorted(clean(tag) for tag in organization.tags)
    return Values({"name": clean(organization.name), "tags": tags, "fields": _free(organization.fields)})


def _colleague(user: Person | None, ours: str) -> Values:
    if user is None:
        return Values({"name": ours, "first_name": "", "address": ""})
    return Values(
        {"name": clean(user.name), "first_name": clean(user.first_name, _NAME), "address": printable(user.address)}
    )


def _free(pairs: Sequence[tuple[str, str]]) -> Values:
    return Values({name: clean(value) for name, value in pairs}, lenient=True)


def _order(order: Order, before: Sequence[Order] = ()) -> Values:
    doubts = _doubts(order)
    held = {name: getattr(order, name) for name in _ORDER_FIELDS}
    shown: dict[str, object] = {name: clean(value) for name, value in held.items() if isinstance(value, str)}
    shown.update({name: "" for name, value in held.items() if value is None})
    shown["type"] = order.type.value
    shown["ship_to"], shown["bill_to"], shown["end_user"] = (
        _party(order.ship_to),
        _party(order.bill_to),
        clean(order.end_user or ""),
    )
    shown["lines"] = [_line(line, index, doubts) for index, line in enumerate(order.lines[:MOST_ORDER_LINES])]
    shown["more_lines"] = max(0, len(order.lines) - MOST_ORDER_LINES)
    shown["needs_review"] = order.needs_review
    shown["doubts"] = frozenset(path.split(".")[0] for path in doubts if not path.startswith("lines["))
    shown["doubtful"] = bool(doubts)
    found = [str(change) for old in before for change in changes(old, order)]
    shown["changes"] = [clean(text, 160) for text in found[:MOST_ORDER_LINES]]
    for name in ("problems", "provenance"):
        shown.pop(name, None)
    return Values(shown)


def _line(line: OrderLine, index: int, doubts: frozenset[str]) -> Values:
    return Values({"doubts": _doubted(index, doubts)}, names=_LINE, made=partial(_of_line, line, index))


def _of_line(line: OrderLine, index: int, name: str) -> str:
    """Made when it is asked for: most letters show half of what a line may hold."""
    match name:
        case "item":
            named = (line.sku, line.customer_sku, line.gtin)
            return next((shown for value in named if value and (shown := clean(value))), "")
        case "line":
            return clean(line.line or "") or str(index + 1)
        case _:
            value = getattr(line, name)
            return clean(value) if value else ""


def _doubted(index: int, doubts: frozenset[str]) -> frozenset[str]:
    """The fields of a line that somebody has to look at."""
    start = f"lines[{index}]"
    names = {path[len(start) + 1 :] for path in doubts if path == start or path.startswith(f"{start}.")}
    return _LINE_FIELDS if "" in names else frozenset(names)


def _doubts(order: Order) -> frozenset[str]:
    """The paths of values somebody has to look at; only doubts that made the order need review count."""
    return frozenset(p.field for p in order.problems if p.field) if order.needs_review else frozenset()


def _party(party: Party | None) -> str:
    if party is None:
        return ""
    return clean(one_line(asdict(party)), 160)
