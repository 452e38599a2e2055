"""What happened to a ticket, in the past tense. ``desk.handle`` is the one door through which they come."""

from dataclasses import dataclass

from maild.domain.loads import Loads
from maild.domain.mail import MailKind
from maild.domain.order import Order
from maild.domain.people import SYSTEM, Actor
from maild.domain.ticket import Status


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What triggers may ask of the mail that caused an event; ``cancels``: it asks to cancel an order."""

    message: int
    kind: MailKind
    subject: str = ""
    text: str = ""
    from_address: str = ""
    order_address: str = ""
    authenticated: bool = False
    automatic: bool = False
    cancels: bool = False


@dataclass(frozen=True, slots=True)
class TicketCreated:
    """A new ticket was opened, by mail or by hand; ``orders`` were read from the mail.

    By hand ``template`` names the ticket template and ``changes`` are as typed, as in a FieldEdited.
    """

    actor: Actor
    mail: MailFacts | None = None
    orders: tuple[Order, ...] = ()
    template: str = ""
    changes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MailArrived:
    """A mail was appended to an existing ticket. ``public`` is False for a private note: strangers, automatic mail."""

    actor: Actor
    mail: MailFacts
    public: bool = True
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentWritten:
    """An agent answered (``public``: mailed to the requester) or left a note."""

    actor: Actor
    text: str
    public: bool


@dataclass(frozen=True, slots=True)
class FieldEdited:
    """Somebody set fields, status, tags or assignment by hand; values are as typed and not yet checked."""

    actor: Actor
    changes: tuple[tuple[str, str], ...]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class MacroApplied:
    actor: Actor
    macro: str


@dataclass(frozen=True, slots=True)
class MoveAsked:
    """Somebody asks for another status."""

    actor: Actor
    to: Status


@dataclass(frozen=True, slots=True)
class TransitionAsked:
    """Somebody takes a transition of the ticket's blueprint, with all that it asks for.

    ``inputs`` are form fields as typed, ``attachment`` is the name of a file that came with it. ``noted`` says that the
    comment stands on the ticket already, as a mail's text does.
    """

    actor: Actor
    transition: str
    inputs: tuple[tuple[str, str], ...] = ()
    comment: str = ""
    attachment: str = ""
    noted: bool = False
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class MigrationAsked:
    """Somebody takes a ticket over to the blueprint's version of today; ``states`` maps states that are gone."""

    actor: Actor
    states: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer came due. ``rule`` names the automation, ``step`` counts from 0, ``due`` is when it should have fired."""

    timer: int
    rule: str
    step: int
    due_iso: str
    actor: Actor = SYSTEM


@dataclass(frozen=True, slots=True)
class LetterBounced:
    """A delivery report came back for one of our letters."""

    letter: int
    recipients: tuple[str, ...]
    permanent: bool
    actor: Actor = SYSTEM


@dataclass(frozen=True, slots=True)
class WorkOffered:
    """The turn of a waiting ticket has come: the assignment ``rule`` looks for somebody by the ``loads`` seen then."""

    rule: str
    loads: Loads
    actor: Actor = SYSTEM


@dataclass(frozen=True, slots=True)
class TaskAdded:
    """Somebody was given something to do, by hand or by a rule; ``owner`` is a user's name, or "group:NAME"."""

    actor: Actor
    task: int
    title: str
    owner: str
    due_iso: str = ""
    priority: str = "normal"
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A task was done; ``left`` counts the ticket's tasks that are open still."""

    actor: Actor
    task: int
    title: str
    owner: str
    blocks: bool = False
    left: int = 0


@dataclass(frozen=True, slots=True)
class SideOpened:
    """A colleague wrote to an ``outsider`` about the ticket."""

    actor: Actor
    side: int
    outsider: str
    subject: str


@dataclass(frozen=True, slots=True)
class SideSaid:
    """A colleague wrote to the outsider once more."""

    actor: Actor
    side: int
    outsider: str
    subject: str


@dataclass(frozen=True, slots=True)
class SideAnswered:
    """The outsider answered, who is no customer of the ticket: the actor's kind is system."""

    actor: Actor
    side: int
    outsider: str
    subject: str


@dataclass(frozen=True, slots=True)
class SideClosed:
    """A side conversation needs nobody any more."""

    actor: Actor
    side: int
    outsider: str
    subject: str


@dataclass(frozen=True, slots=True)
class ResolutionWritten:
    """Somebody wrote how the ticket was resolved, in place of what was said before."""

    actor: Actor
    text: str


@dataclass(frozen=True, slots=True)
class ArticlePublished:
    """The resolution became an article for everybody, or its next edition."""

    actor: Actor
    title: str


@dataclass(frozen=True, slots=True)
class ArticleWithdrawn:
    """Nobody sees the article any more."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class TicketRated:
    """The customer said how content they were: ``score`` from 1 to 5, ``again`` in place of an earlier one."""

    actor: Actor
    score: int
    words: str = ""
    again: bool = False


Event = (
    TicketCreated
    | MailArrived
    | CommentWritten
    | FieldEdited
    | MacroApplied
    | MoveAsked
    | TransitionAsked
    | MigrationAsked
    | TimerFired
    | LetterBounced
    | WorkOffered
    | TaskAdded
    | TaskDone
    | SideOpened
    | SideSaid
    | SideAnswered
    | SideClosed
    | ResolutionWritten
    | ArticlePublished
    | ArticleWithdrawn
    | TicketRated
)

Beside = (
    TaskAdded
    | TaskDone
    | SideOpened
    | SideSaid
    | SideAnswered
    | SideClosed
    | ResolutionWritten
    | ArticlePublished
    | ArticleWithdrawn
    | TicketRated
)
"""What happened beside the ticket: it is done already when it is told, and rules may act on it, not refuse it."""
