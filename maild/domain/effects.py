"""What shall happen, in the imperative.

``rules.project`` plans each effect, ``pipeline.apply`` does it; a test keeps both equal.
"""

from dataclasses import dataclass
from datetime import datetime

from maild.domain.sla import Sla
from maild.domain.ticket import Status


@dataclass(frozen=True, slots=True)
class SetStatus:
    to: Status


@dataclass(frozen=True, slots=True)
class SetField:
    """Set a form field (checked against its kind already) or, with "" as value, clear it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SetPriority:
    to: str


@dataclass(frozen=True, slots=True)
class SetSubject:
    to: str


@dataclass(frozen=True, slots=True)
class SetForm:
    to: str


@dataclass(frozen=True, slots=True)
class AddTags:
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class RemoveTags:
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class SetTags:
    """Replace all tags."""

    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Assign:
    """None leaves that half as it is, "" clears it."""

    group: str | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class SetDepartment:
    to: str


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Let the ticket wait for the assignment ``rule`` to find somebody; "" takes it out. ``told``: the lead knows."""

    rule: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class TakeTurn:
    """The assignment ``rule`` has chosen ``agent``: whose turn is next follows from it, by ``credits`` if weighted."""

    rule: str
    agent: str
    credits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class MarkRead:
    read: bool


@dataclass(frozen=True, slots=True)
class MarkForReview:
    """Raise (with a reason) or, with on=False, lower the needs_review mark."""

    on: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AddComment:
    """Write a comment in the rule's or the actor's name; a public one is also mailed by an own SendLetter."""

    text: str
    public: bool


@dataclass(frozen=True, slots=True)
class SendLetter:
    """Render ``template`` and put it into the outbox.

    ``to`` is "requester", "assignee", "group", "lead", a user's name prefixed "user:", or a plain address.
    ``automatic`` letters pass the gate; a person's own reply does not. ``text`` carries an agent's words for the
    template "reply". An ``urgent`` one is not kept back because its reader got enough letters already. ``due`` is until
    when the task that it tells of has to be done.
    """

    template: str
    to: str
    automatic: bool = True
    text: str = ""
    urgent: bool = False
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Give somebody something to do. ``to`` is as for SendLetter; ``remind`` is when an open one is brought to mind.

    Nobody solves the ticket while one that ``blocks`` is open.
    """

    title: str
    to: str
    due: datetime | None = None
    remind: datetime | None = None
    priority: str = "normal"
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class CallWebhook:
    """Tell another program about the ticket: ``name`` is a webhook of the configuration, ``text`` what to say."""

    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class SetSla:
    """Another policy, or what became of its clocks; ``why`` says in words what changed."""

    to: Sla
    why: str = ""


@dataclass(frozen=True, slots=True)
class ArmTimer:
    """Keep a promise for later: exactly one pending timer per (ticket, rule, step)."""

    rule: str
    due: datetime
    step: int = 0


@dataclass(frozen=True, slots=True)
class EnterBlueprint:
    """Begin a blueprint's way in ``state``; ``due`` is the limit of the whole way, ``state_due`` that of the state."""

    name: str
    version: str
    state: str
    due: datetime | None = None
    state_due: datetime | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class MoveState:
    """Take a transition of the blueprint that the ticket is in; its status follows by a SetStatus of its own."""

    transition: str
    to: str
    state_due: datetime | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class AdoptVersion:
    """Go on by another version of the same blueprint; in the same state the stay there goes on too."""

    version: str
    state: str
    due: datetime | None = None
    state_due: datetime | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class LeaveBlueprint:
    """The way of the blueprint ``name`` ends for this ticket, wherever it stands; its status stays."""

    name: str


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Take the pending timer of a rule back; all its steps when ``step`` is None."""

    rule: str
    why: str
    step: int | None = None


Effect = (
    SetStatus
    | SetField
    | SetPriority
    | SetSubject
    | SetForm
    | AddTags
    | RemoveTags
    | SetTags
    | Assign
    | SetDepartment
    | Enqueue
    | TakeTurn
    | MarkRead
    | MarkForReview
    | AddComment
    | SendLetter
    | CreateTask
    | CallWebhook
    | EnterBlueprint
    | MoveState
    | AdoptVersion
    | LeaveBlueprint
    | SetSla
    | ArmTimer
    | CancelTimer
)
