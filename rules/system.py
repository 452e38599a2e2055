"""What an event means by itself, before all other rules. These cannot be switched off, and are traced alike."""

from collections.abc import Mapping

from maild.domain.effects import (
    AddComment,
    AddTags,
    CreateTask,
    Effect,
    MarkForReview,
    MarkRead,
    SendLetter,
    SetDepartment,
    SetField,
    SetStatus,
)
from maild.domain.events import CommentWritten, Event, LetterBounced, MailArrived, TicketCreated
from maild.domain.order import Order
from maild.domain.people import Actor
from maild.domain.revision import CANCELLATION, UNSEEN
from maild.domain.ticket import Snapshot, Status
from rules.actions import draw_transition
from rules.blueprint import by_reply, outside
from rules.departments import at_address
from rules.fields import read_from
from rules.matrix import role_of
from rules.mentions import mentioned
from rules.model import Field
from rules.pathways import named
from rules.plan import Plan
from rules.typing_in import typed

REOPENED_BY_A_REPLY = (Status.PENDING, Status.HOLD, Status.SOLVED)


def from_customer(event: Event) -> bool:
    """Whether a person on the customer's side has spoken: no auto-reply, no bounce, no stranger's private note."""
    if isinstance(event, MailArrived):
        return event.actor.kind == "customer" and event.public and not event.mail.automatic
    return isinstance(event, CommentWritten) and event.actor.kind == "customer" and event.public


def created(plan: Plan, event: TicketCreated) -> None:
    """It begins in the department of its address, with what a person typed; the form is filled from the purchase order
    that was read; a ticket born with an assignee opens."""
    department = at_address(plan.ruleset, plan.ticket.order_address)
    if department and not plan.ticket.department:
        plan.carry_out("system.department", "system", [SetDepartment(department)])
    if event.template or event.changes:
        typed(plan, event)
    if event.orders:
        _fill(plan, event.orders[-1], None, revised=False)
    if plan.ticket.assignee and plan.ticket.status is Status.NEW and plan.ticket.blueprint is None:
        plan.carry_out("system.open", "system", [SetStatus(Status.OPEN)])


def mail(plan: Plan, event: MailArrived) -> None:
    """A customer's mail is unread and reopens what waited for it; a new reading of the order updates the form."""
    if from_customer(event):
        if not plan.ticket.unread:
            plan.carry_out("system.unread", "system", [MarkRead(False)])
    elif event.mail.automatic and plan.ticket.status in REOPENED_BY_A_REPLY:
        plan.suppress("system.reopen", f"automatic mail ({event.mail.kind.value}) reopens nothing")
    _reopen(plan, event)
    if event.orders and event.public:
        before = _order_before(plan.ticket, event.orders)
        if before is not None and UNSEEN not in plan.ticket.tags:
            plan.carry_out("system.revision", "system", [AddTags(frozenset({UNSEEN}))])
        _fill(plan, event.orders[-1], before, revised=True)
    if event.mail.cancels and from_customer(event) and CANCELLATION not in plan.ticket.tags:
        title = "Decide about the customer's wish to cancel the order"
        plan.carry_out("system.cancellation", "system", [AddTags(frozenset({CANCELLATION})), *told(title)])


def told(title: str) -> list[Effect]:
    """A task without a date: noted on the ticket, and mailed to the assignee, as nothing reminds of it later."""
    note = AddComment(f"Task for assignee: {title}", public=False)
    return [note, CreateTask(title, "assignee"), SendLetter("notify_agent", "assignee", text=title)]


def comment(plan: Plan, event: CommentWritten) -> None:
    """An agent's answer is noted and, when public, mailed; a customer's is a reply."""
    if event.public and role_of(plan.ruleset, event.actor) == "light":
        plan.refuse("system.comment", f"{event.actor.called} may comment privately only")
        return
    why = outside(plan.ruleset, plan.ticket, event.actor, "customers are written to") if event.public else None
    why = why or (no_reader(plan.ticket) if event.public and event.actor.kind != "customer" else None)
    if why:
        plan.refuse("system.comment", why)
        return
    effects: list[Effect] = [AddComment(event.text, event.public)]
    if event.actor.kind == "customer":
        effects.append(MarkRead(False))
    elif role_of(plan.ruleset, event.actor) != "light":  # who may not answer has not dealt with it
        effects.append(MarkRead(True))
        if event.public:
            effects.append(SendLetter("reply", "requester", automatic=False, text=event.text))
    plan.carry_out("system.comment", event.actor.kind, effects)
    if not event.public and event.actor.kind != "customer":
        _mention(plan, event)
    _reopen(plan, event)


def no_reader(ticket: Snapshot) -> str | None:
    """Why nobody would read what is written to the ticket's customer."""
    if not ticket.requester.is_nobody:
        return None
    instead = "leave a note, or open a ticket for somebody with 'maild ticket new --requester ADDRESS'"
    return f"ticket {ticket.id} has no customer who could be written to: {instead}"


def _mention(plan: Plan, event: CommentWritten) -> None:
    """Whoever is named in a note is told; their answer to that letter is a note too."""
    found = mentioned(plan.ruleset, plan.ticket, event.text, event.actor.name)
    said = f"{event.actor.name} wrote:\n\n{event.text}"
    letters: list[Effect] = [SendLetter("mentioned", f"user:{c.name}", text=said) for c in found.called]
    if letters:
        plan.carry_out("system.mention", "system", letters)
    for why in found.wrong:
        plan.refuse("system.mention", why)


def bounced(plan: Plan, event: LetterBounced) -> None:
    """A letter that cannot be delivered is for a person to look at."""
    if event.permanent:
        reason = f"letter {event.letter} came back from {', '.join(event.recipients) or 'an unnamed address'}"
        plan.carry_out("system.bounce", "system", [MarkForReview(True, reason), MarkRead(False)])


def _reopen(plan: Plan, event: Event) -> None:
    if from_customer(event) and plan.ticket.blueprint is not None:
        _by_reply(plan, event.actor)
    elif from_customer(event) and plan.ticket.status in REOPENED_BY_A_REPLY:
        plan.carry_out("system.reopen", "system", [SetStatus(Status.OPEN)])


def _by_reply(plan: Plan, actor: Actor) -> None:
    """In a blueprint a customer's answer is a transition that is declared for it, or a note."""
    transition, blueprint = by_reply(plan.ruleset, plan.ticket), plan.ruleset.blueprint_of(plan.ticket)
    if transition is None or blueprint is None:
        if plan.ticket.status in REOPENED_BY_A_REPLY:
            why = f"in blueprint {plan.ticket.blueprint.blueprint if plan.ticket.blueprint else ''}"
            plan.suppress("system.reopen", f"{why} no transition follows a customer's answer here: it is a note")
        return
    drawn = draw_transition(plan.ruleset, plan.ticket, transition.name, actor)
    rule = named(blueprint, transition)
    for why in drawn.refusals:
        plan.refuse(rule, why)
    if not drawn.refusals:
        plan.carry_out(rule, "rule", drawn.effects)


def _order_before(ticket: Snapshot, fresh: tuple[Order, ...]) -> Order | None:
    """The order that was in force before ``fresh`` came; these may or may not be on the ticket yet."""
    older = ticket.orders[: -len(fresh)] if ticket.orders[-len(fresh) :] == fresh else ticket.orders
    return older[-1] if older else None


def _fill(plan: Plan, order: Order, before: Order | None, *, revised: bool) -> None:
    """Fields that are empty, or still as the order before had them, follow the new one; what a person typed stays."""
    fields: Mapping[str, Field] = plan.ruleset.fields
    old = read_from(before, fields) if before else {}
    effects: list[Effect] = []
    for name, value in read_from(order, fields).items():
        held = plan.ticket.value(name)
        if held is None or held == old.get(name):
            effects.append(SetField(name, value))
        elif revised and held != value and value != old.get(name):
            effects.append(MarkForReview(True, f"the revised order has another {fields[name].label or name}"))
    if effects:
        plan.carry_out("system.order", "system", effects)
