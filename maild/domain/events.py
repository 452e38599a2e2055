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
)
