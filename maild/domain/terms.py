"""What a condition can look at: the ticket, its order and lines, people, the event and the mail that caused it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from maild.domain import events
from maild.domain.events import Event, MailFacts
from maild.domain.sla import Standing, Target
from maild.domain.stand import STAMPS as STAND_STAMPS
from maild.domain.ticket import Snapshot
from maild.domain.values import PRIORITIES, Kind, Value, day, shown, typed

__all__ = [
    "ACTORS",
    "COUNTERS",
    "EVENTS",
    "MAIL_KINDS",
    "PRIORITIES",
    "ROLES",
    "SLA_NAMES",
    "STAMPS",
    "TERMS",
    "Kind",
    "Scene",
    "Term",
    "Value",
    "day",
    "quiet",
    "read",
    "shown",
    "typed",
]

STAMPS = (
    "created",
    "updated",
    "status_changed",
    "assigned",
    "customer_reply",
    "agent_reply",
    *STAND_STAMPS,
    "sla.due",
    "sla.expected",
)
COUNTERS = ("customer_mails", "agent_mails", "reopens")

SLA_NAMES = ("sla.policy", "sla.breached", "sla.paused", "sla.due", "sla.expected", *(f"sla.{t}" for t in Target))
"""The terms and stamps that read a ticket's service level."""


_OF_EVENTS = frozenset({"event", "mail", "comment", "task", "side", "rating"})


@dataclass(frozen=True, slots=True)
class Term:
    """A named value. ``many`` holds any number of values (order lines); ``was`` reads the ticket before the event.

    ``name`` is canonical: form fields are ``field.<name>``, whatever the rule file wrote. ``options`` are the words
    allowed, empty when any will do. ``reader`` follows from the name.
    """

    name: str
    kind: Kind
    many: bool = False
    was: bool = False
    options: tuple[str, ...] = ()
    reader: "_Reader" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reader", _reader(self.name, self.kind))

    @property
    def of_event(self) -> bool:
        """Whether it has a meaning only while an event is handled."""
        return self.was or self.name.partition(".")[0] in _OF_EVENTS


@dataclass(frozen=True, slots=True)
class Scene:
    """What conditions are asked about: the ticket now, as it was before the event, and the event, if there is one."""

    ticket: Snapshot
    before: Snapshot
    event: Event | None = None


def quiet(ticket: Snapshot) -> Scene:
    """A ticket by itself, without an event, as views and timers see it."""
    return Scene(ticket, ticket)


def read(term: Term, scene: Scene) -> Value:
    """The value now (before, for ``was``); None where empty, a tuple for ``many``."""
    return term.reader(scene.before if term.was else scene.ticket, scene.event)


EVENTS: dict[type, str] = {
    events.TicketCreated: "created",
    events.MailArrived: "mail",
    events.CommentWritten: "comment",
    events.FieldEdited: "edited",
    events.MacroApplied: "macro",
    events.MoveAsked: "move",
    events.TransitionAsked: "transition",
    events.MigrationAsked: "migration",
    events.TimerFired: "timer",
    events.LetterBounced: "bounced",
    events.WorkOffered: "assignment",
    events.TaskAdded: "task_added",
    events.TaskDone: "task_done",
    events.SideOpened: "side_opened",
    events.SideSaid: "side_said",
    events.SideAnswered: "side_answered",
    events.SideClosed: "side_closed",
    events.ResolutionWritten: "resolution",
    events.ArticlePublished: "published",
    events.ArticleWithdrawn: "withdrawn",
    events.TicketRated: "rated",
}
"""The words by which rules call the events."""

ACTORS = ("customer", "agent", "rule", "system")
MAIL_KINDS = ("bounce", "auto_reply", "list", "order", "reply", "other")
ROLES = ("customer", "light", "agent", "lead", "admin")

_Reader = Callable[[Snapshot, Event | None], Value]


def _mail(event: Event | None) -> MailFacts | None:
    return getattr(event, "mail", None)


def _priority(word: str) -> int | None:
    return PRIORITIES.index(word) if word in PRIORITIES else None


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _ask_mail(part: str) -> _Reader:
    return lambda ticket, event: getattr(getattr(event, "mail", None), part, None)


_TASKS = (events.TaskAdded, events.TaskDone)
_SIDES = (events.SideOpened, events.SideSaid, events.SideAnswered, events.SideClosed)


def _ask(part: str, *kinds: type) -> _Reader:
    return lambda ticket, event: getattr(event, part) if isinstance(event, kinds) else None


def _count(part: str, kind: type) -> _Reader:
    return lambda ticket, event: Decimal(getattr(event, part)) if isinstance(event, kind) else None


def _ask_clock(target: Target) -> _Reader:
    return lambda ticket, event: _standing(ticket, target)


def _standing(ticket: Snapshot, target: Target) -> str | None:
    clock = ticket.sla.clock(target) if ticket.sla else None
    return clock.standing.value if clock else None


_READERS: dict[str, tuple[Kind, _Reader]] = {
    "status": (Kind.STATUS, lambda t, e: int(t.status)),
    "priority": (Kind.PRIORITY, lambda t, e: _priority(t.priority)),
    "department": (Kind.TEXT, lambda t, e: t.department),
    "queue": (Kind.TEXT, lambda t, e: t.queue),
    "blueprint": (Kind.TEXT, lambda t, e: t.blueprint.blueprint if t.blueprint else None),
    "state": (Kind.TEXT, lambda t, e: t.blueprint.state if t.blueprint else None),
    "group": (Kind.TEXT, lambda t, e: t.group),
    "assignee": (Kind.TEXT, lambda t, e: t.assignee),
    "form": (Kind.TEXT, lambda t, e: t.form),
    "subject": (Kind.TEXT, lambda t, e: t.subject),
    "order_address": (Kind.TEXT, lambda t, e: t.order_address),
    "channel": (Kind.TEXT, lambda t, e: t.channel),
    "tags": (Kind.TAGS, lambda t, e: t.tags),
    "sla.policy": (Kind.TEXT, lambda t, e: (t.sla.policy or None) if t.sla else None),
    "sla.breached": (Kind.FLAG, lambda t, e: t.sla is not None and t.sla.breached),
    "sla.paused": (Kind.FLAG, lambda t, e: t.sla is not None and t.sla.paused),
    **{f"sla.{target}": (Kind.OPTION, _ask_clock(target)) for target in Target},
    "needs_review": (Kind.FLAG, lambda t, e: t.needs_review),
    "unread": (Kind.FLAG, lambda t, e: t.unread),
    "follow_up": (Kind.FLAG, lambda t, e: t.follow_up_of is not None),
    "orders": (Kind.NUMBER, lambda t, e: Decimal(len(t.orders))),
    "order.needs_review": (Kind.FLAG, lambda t, e: t.order.needs_review if t.order else None),
    "order.type": (Kind.OPTION, lambda t, e: t.order.type.value if t.order else None),
    "order.lines": (Kind.NUMBER, lambda t, e: Decimal(len(t.order.lines)) if t.order else None),
    "requester.name": (Kind.TEXT, lambda t, e: t.requester.name),
    "requester.address": (Kind.TEXT, lambda t, e: t.requester.address),
    "requester.domain": (Kind.TEXT, lambda t, e: _domain(t.requester.address)),
    "requester.role": (Kind.OPTION, lambda t, e: t.requester.role.value),
    "requester.tags": (Kind.TAGS, lambda t, e: t.requester.tags),
    "requester.bounced": (Kind.FLAG, lambda t, e: t.requester.bounced),
    "organization.name": (Kind.TEXT, lambda t, e: t.organization.name if t.organization else None),
    "organization.tags": (Kind.TAGS, lambda t, e: t.organization.tags if t.organization else frozenset()),
    "mail.kind": (Kind.OPTION, _ask_mail("kind")),
    "mail.subject": (Kind.TEXT, _ask_mail("subject")),
    "mail.text": (Kind.TEXT, _ask_mail("text")),
    "mail.from": (Kind.TEXT, _ask_mail("from_address")),
    "mail.order_address": (Kind.TEXT, _ask_mail("order_address")),
    "mail.authenticated": (Kind.FLAG, _ask_mail("authenticated")),
    "mail.automatic": (Kind.FLAG, _ask_mail("automatic")),
    "mail.public": (Kind.FLAG, lambda t, e: e.public if isinstance(e, events.MailArrived) else _mail(e) is not None),
    "mail.orders": (Kind.NUMBER, lambda t, e: Decimal(len(getattr(e, "orders", ())))),
    "comment.text": (Kind.TEXT, lambda t, e: e.text if isinstance(e, events.CommentWritten) else None),
    "comment.public": (Kind.FLAG, lambda t, e: e.public if isinstance(e, events.CommentWritten) else None),
    "event": (Kind.OPTION, lambda t, e: EVENTS[type(e)] if e else None),
    "event.actor": (Kind.OPTION, lambda t, e: e.actor.kind if e else None),
    "event.by": (Kind.TEXT, lambda t, e: e.actor.name if e else None),
    "event.transition": (Kind.TEXT, lambda t, e: e.transition if isinstance(e, events.TransitionAsked) else None),
    "task.title": (Kind.TEXT, _ask("title", *_TASKS)),
    "task.owner": (Kind.TEXT, _ask("owner", *_TASKS)),
    "task.blocks": (Kind.FLAG, _ask("blocks", *_TASKS)),
    "task.left": (Kind.NUMBER, _count("left", events.TaskDone)),
    "side.with": (Kind.TEXT, _ask("outsider", *_SIDES)),
    "side.subject": (Kind.TEXT, _ask("subject", *_SIDES)),
    "rating.score": (Kind.NUMBER, _count("score", events.TicketRated)),
    "rating.words": (Kind.TEXT, _ask("words", events.TicketRated)),
    "event.macro": (Kind.TEXT, lambda t, e: e.macro if isinstance(e, events.MacroApplied) else None),
}
_ORDER = {
    "po_number": Kind.TEXT,
    "revision": Kind.TEXT,
    "order_date": Kind.DATE,
    "requested_date": Kind.DATE,
    "currency": Kind.TEXT,
    "total": Kind.NUMBER,
    "subtotal": Kind.NUMBER,
    "tax": Kind.NUMBER,
    "buyer": Kind.TEXT,
    "end_user": Kind.TEXT,
    "ship_method": Kind.TEXT,
    "freight_terms": Kind.TEXT,
    "freight_account": Kind.TEXT,
    "payment_terms": Kind.TEXT,
    "contact": Kind.TEXT,
    "notes": Kind.TEXT,
    "format": Kind.TEXT,
    "confidence": Kind.NUMBER,
    "prices": Kind.TEXT,
}
_LINE = {
    "sku": Kind.TEXT,
    "customer_sku": Kind.TEXT,
    "gtin": Kind.TEXT,
    "description": Kind.TEXT,
    "quantity": Kind.NUMBER,
    "unit": Kind.TEXT,
    "unit_price": Kind.NUMBER,
    "amount": Kind.NUMBER,
    "requested_date": Kind.DATE,
}
_OPTIONS = {
    **{f"sla.{target}": tuple(Standing) for target in Target},
    "order.type": ("new", "replace", "change", "cancel"),
    "requester.role": ROLES,
    "mail.kind": MAIL_KINDS,
    "event": tuple(EVENTS.values()),
    "event.actor": ACTORS,
}


@lru_cache(maxsize=1024)
def _reader(name: str, kind: Kind) -> _Reader:
    if name in _READERS:
        return _READERS[name][1]
    if name in COUNTERS:
        return lambda t, e: Decimal(t.counter(name))
    room, _, part = name.partition(".")
    if room == "order":
        return lambda t, e: typed(kind, getattr(t.order, part)) if t.order else None
    if room == "lines":
        return lambda t, e: tuple(typed(kind, getattr(line, part)) for line in t.order.lines) if t.order else ()
    if room == "field":
        return lambda t, e: typed(kind, t.value(part))
    free = part.removeprefix("field.")
    if room == "requester":
        return lambda t, e: dict(t.requester.fields).get(free) or None
    return lambda t, e: (dict(t.organization.fields).get(free) or None) if t.organization else None


TERMS: dict[str, Term] = {
    **{name: Term(name, kind, options=_OPTIONS.get(name, ())) for name, (kind, _) in _READERS.items()},
    **{name: Term(name, Kind.NUMBER) for name in COUNTERS},
    **{f"order.{part}": Term(f"order.{part}", kind) for part, kind in _ORDER.items()},
    **{f"lines.{part}": Term(f"lines.{part}", kind, many=True) for part, kind in _LINE.items()},
}
"""Every term but the configured form fields and the free fields of people (``requester.field.x``)."""
