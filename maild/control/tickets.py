"""Tickets: list, show, and every change that an agent may make, all through the desk's one door."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace

from maild.control.at_hand import AtHand, at_hand, said, somebody, ticket_of, unchanged, version_of
from maild.control.context import customer_row, sla_row
from maild.control.operation import Operation, Request, Row, actor
from maild.control.standing import asked, attached, enclosed, standing
from maild.domain import revision
from maild.domain.events import CommentWritten, Event, FieldEdited, MacroApplied, TransitionAsked
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot, Status
from maild.errors import DataError
from maild.store import (
    comments,
    context,
    documents,
    history,
    letter_list,
    mail_list,
    partings,
    ratings,
    resolutions,
    sides,
    tasks,
    tickets,
    timers,
    visibility,
)
from maild.store.ratings import Rating
from maild.store.resolutions import Resolution
from maild.store.tx import Tx
from pipeline import by_hand, enclosing, parting
from pipeline import desk as door
from pipeline.by_hand import Typed
from pipeline.deciding import foreseen
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.blueprint import answers
from rules.departments import status_label
from rules.describe import words
from rules.forms import shown
from rules.matrix import PEOPLE, next_steps, refusal, role_of
from rules.model import Ruleset
from rules.triggers import Outcome
from rules.typing_in import may_use


def show(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    ticket = ticket_of(tx, request)
    beside = context.of_ticket(tx, ticket, request.hidden)
    before = [ticket.follow_up_of] if ticket.follow_up_of is not None else []
    yield _summary(ticket) | {
        "follow_up_of": next(iter(visibility.among(tx, before, request.hidden)), None),
        "orders": [documents.dump(order) for order in ticket.orders],
        "revision": _revision(ticket),
        "comments": [asdict(comment) for comment in comments.of_ticket(tx, ticket.id)],
        "mails": mail_list.rows(tx, None, ticket.id, 100),
        "letters": letter_list.rows(tx, None, ticket.id, 100),
        "timers": timers.listing(tx, ticket.id, all_states=True),
        "tasks": tasks.rows(tx, ticket=ticket.id, all_states=True),
        "asides": sides.rows(tx, ticket=ticket.id, all_states=True),
        "resolution": _dict(resolutions.of_ticket(tx, ticket.id)),
        "rating": _dict(ratings.of_ticket(tx, ticket.id)),
        "customer": customer_row(beside),
        "sla": sla_row(beside.sla, tx.now),
        "progress": asdict(beside.progress),
        "layout": _layout(desk, ticket),
        "status_label": status_label(desk.ruleset, ticket),
        "next_steps": _next_steps(in_force(tx, desk, ticket), ticket, actor(desk, request)),
        "blueprint": standing(tx, desk, ticket, actor(desk, request)),
        "links": [{"ticket": other, "why": why} for other, why in tickets.links(tx, ticket.id, request.hidden)],
        "history": history.of_ticket(tx, ticket.id),
    }


def _dict(found: Resolution | Rating | None) -> Row | None:
    return None if found is None else asdict(found)


def _revision(ticket: Snapshot) -> Row | None:
    """What the order in force changes against the one before it; None where there is one order only."""
    if len(ticket.orders) < 2:
        return None
    found = revision.changes(*ticket.orders[-2:])
    return {"unseen": revision.UNSEEN in ticket.tags, "changes": [asdict(c) | {"text": str(c)} for c in found]}


def _layout(desk: Desk, ticket: Snapshot) -> list[Row]:
    """The fields that the form shows now, in the department's order; without a department all that hold something."""
    fields = desk.ruleset.fields
    asked = [field.name for field in shown(desk.ruleset, ticket)]
    if not ticket.department or not asked:
        asked += [name for name, _ in ticket.fields if name not in asked]
    return [
        {"name": name, "label": fields[name].label if name in fields else name, "value": ticket.value(name)}
        for name in asked
    ]


def _next_steps(rules: Ruleset, ticket: Snapshot, who: Actor) -> Row:
    """The statuses that may follow, for whoever asks and for each role, and why others may not for the first."""
    mine = role_of(rules, who)
    role = mine if mine in PEOPLE else "agent"
    refused = {s.word: refusal(rules, ticket, role, s) for s in Status if s != ticket.status}
    return {
        "as": role,
        "legal": [status.word for status in next_steps(rules, ticket, role)],
        "refused": {word: why for word, why in refused.items() if why},
        "roles": {name: [status.word for status in next_steps(rules, ticket, name)] for name in PEOPLE},
    }


def _summary(ticket: Snapshot) -> Row:
    return {
        "id": ticket.id,
        "version": ticket.version,
        "subject": ticket.subject,
        "status": ticket.status.word,
        "priority": ticket.priority,
        "department": ticket.department,
        "queue": ticket.queue,
        "group": ticket.group,
        "assignee": ticket.assignee,
        "form": ticket.form,
        "requester": {"name": ticket.requester.name, "address": ticket.requester.address},
        "organization": ticket.organization.name if ticket.organization else None,
        "order_address": ticket.order_address,
        "channel": ticket.channel,
        "tags": sorted(ticket.tags),
        "fields": dict(ticket.fields),
        "needs_review": ticket.needs_review,
        "review_reasons": list(ticket.review_reasons),
        "unread": ticket.unread,
        "follow_up_of": ticket.follow_up_of,
        **{f"{name}_at": at for name, at in ticket.stamps},
        **dict(ticket.counters),
    }


def edit(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    changes = tuple((str(name), str(value)) for name, value in request.arguments["changes"])
    return _act(tx, desk, request, FieldEdited(actor(desk, request), changes, version_of(request)))


def new(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """A ticket typed by hand, with what its template presets."""
    who = somebody(desk, request)
    typed = Typed(
        requester=request.text("requester"),
        name=request.optional("name") or "",
        subject=" ".join((request.optional("subject") or "").split()),
        text=(request.optional("text") or "").strip(),
        template=request.optional("template") or "",
        changes=tuple((str(name), str(value)) for name, value in request.arguments.get("changes") or ()),
    )
    outcome = by_hand.open_ticket(tx, desk, who, typed)
    return [_told(outcome, tickets.snapshot(tx, outcome.after.id))]


def templates(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The ticket templates of whoever asks."""
    who = actor(desk, request)
    for template in desk.ruleset.templates.values():
        if may_use(desk.ruleset, template, who):
            yield {
                "name": template.name,
                "label": template.label,
                "address": template.address,
                "set": dict(template.values),
            }


def seen(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Somebody has looked at the revised order, as far as ``version`` of the ticket; until then nothing is approved."""
    ticket = ticket_of(tx, request)
    if revision.UNSEEN not in ticket.tags:
        raise DataError(f"ticket {ticket.id} has no revision that nobody has seen")
    event = FieldEdited(actor(desk, request), (("tags", f"-{revision.UNSEEN}"),), version_of(request))
    return [row | {"revision": _revision(ticket_of(tx, request))} for row in _act(tx, desk, request, event)]


def note(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return _act(tx, desk, request, CommentWritten(actor(desk, request), said(request), public=False))


def reply(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    event = CommentWritten(actor(desk, request), said(request), public=True)
    return _act(tx, desk, request, event, lambda ticket: tickets.count_mail(tx, ticket, customer=False))


def macro(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return _act(tx, desk, request, MacroApplied(actor(desk, request), request.text("macro")))


def preview(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """What a macro would do, with everything it would set off; nothing is changed."""
    ticket = ticket_of(tx, request)
    event = MacroApplied(actor(desk, request), request.text("macro"))
    outcome = foreseen(tx, desk, in_force(tx, desk, ticket), ticket, event)
    parting.demand(ticket, outcome, event)
    return [_told(outcome, outcome.after)]


def move(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """To another status, or in a blueprint along one of its transitions with what that asks for."""
    ticket = ticket_of(tx, request)
    event, given = asked(ticket, request, actor(desk, request)), attached(tx, desk, request)
    file = given or enclosed(request)
    if not isinstance(event, TransitionAsked):
        return _act(tx, desk, request, event)

    def before(number: int) -> None:
        if file is not None:
            enclosing.keep(tx, ticket, event.actor, file)
        if answers(in_force(tx, desk, ticket), ticket, event):
            tickets.count_mail(tx, number, customer=False)

    try:  # Counting is a change itself; the version is held before.
        return _act(tx, desk, request, replace(event, expected_version=None), before)
    finally:
        if given is not None:
            given.raw.close()


def rehearse(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """What a move would do, with everything it would set off; nothing is changed."""
    ticket = ticket_of(tx, request)
    event = asked(ticket, request, actor(desk, request))
    outcome = foreseen(tx, desk, in_force(tx, desk, ticket), ticket, event)
    parting.demand(ticket, outcome, event)
    return [_told(outcome, outcome.after)]


def _act(
    tx: Tx, desk: Desk, request: Request, event: Event, before: Callable[[int], None] = lambda _: None
) -> list[Row]:
    """Let it happen; a refusal by the rules is an answer that says why, and nothing was changed.

    With ``once`` (a word that whoever asks made up for this one deed) it happens once, however often it is asked for;
    with ``version`` only if the ticket is still at that one.
    """
    held, once = at_hand(tx, desk, request, request.number("id")), request.optional("once")
    ticket = held.ticket
    key = f"hand:{ticket.id}:{type(event).__name__}:{once[:64]}" if once else f"hand:{secrets.token_hex(8)}"
    if once and (history.known(tx, key) or partings.is_known(tx, key)):
        return [_told(None, ticket)]
    if not (isinstance(event, CommentWritten) and not event.public):  # the customer reads no note
        parting.first(tx, desk, ticket.id, held.who)
        ticket = tickets.snapshot(tx, ticket.id)
    unchanged(tx, request, AtHand(ticket, held.who))
    if isinstance(event, FieldEdited) and event.expected_version is not None:
        event = replace(event, expected_version=ticket.version)
    before(ticket.id)
    outcome = door.handle(tx, desk, ticket.id, event, key)
    assert outcome is not None  # the key is fresh
    parting.demand(ticket, outcome, event)
    return [_told(outcome, tickets.snapshot(tx, ticket.id))]


def _told(outcome: Outcome | None, after: Snapshot) -> Row:
    """What came of it; without an outcome it had happened before."""
    gone = [planned for planned, _ in outcome.unwritten] if outcome else []
    return {
        "id": after.id,
        "version": after.version,
        "status": after.status.word,
        "refused": [*outcome.asked, *(why for _, why in outcome.unwritten)] if outcome else [],
        "effects": [words(one.effect) for one in outcome.effects if all(one is not g for g in gone)] if outcome else [],
        **({} if outcome else {"repeated": True}),
    }


OPERATIONS = {
    "ticket.show": Operation(show),
    "ticket.set": Operation(edit, writes=True),
    "ticket.new": Operation(new, writes=True),
    "ticket.templates": Operation(templates),
    "ticket.seen": Operation(seen, writes=True),
    "ticket.note": Operation(note, writes=True, light=True),
    "ticket.reply": Operation(reply, writes=True),
    "ticket.macro": Operation(macro, writes=True),
    "ticket.preview": Operation(preview),
    "ticket.move": Operation(move, writes=True),
    "ticket.rehearse": Operation(rehearse),
}
