"""What a customer may do along the blueprint of their order: its transitions for them, each behind a button."""

import asyncio
import secrets
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from maild.domain.events import TransitionAsked
from maild.domain.people import Actor
from maild.domain.ticket import Snapshot, Status
from maild.store import history, tickets
from maild.store.tx import Tx
from maild.web.customer.answers import answer
from maild.web.customer.language import refused
from maild.web.customer.language import say as say_in
from maild.web.house import house_of
from maild.web.routes import text
from notifications.links import Link
from pipeline import desk as door
from pipeline import enclosing
from pipeline.enclosing import Enclosed
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules import triggers
from rules.blueprint import legal_steps
from rules.model import Field

LONGEST = 10_000
MISSING = "fill this in, it is needed"


@dataclass(frozen=True, slots=True)
class Step:
    """A transition for customers, what the order is called afterwards ("" where only its ``status`` tells), and what it
    asks for."""

    name: str
    label: str
    leads_to: str
    status: Status
    fields: tuple[Field, ...]
    comment: bool
    file: bool


def steps_of(tx: Tx, desk: Desk, ticket: Snapshot) -> tuple[Step, ...]:
    """Those that the customer may take from where the ticket stands; none of a closed one."""
    if ticket.status is Status.CLOSED:
        return ()
    rules = in_force(tx, desk, ticket)
    theirs = (one for one in legal_steps(rules, ticket, _customer(ticket)) if one.transition.who.requester)
    return tuple(
        Step(
            one.transition.name,
            one.transition.label,
            one.to.customer,
            one.to.status,
            tuple(rules.fields[name] for name in one.fields if name in rules.fields),
            bool(one.transition.comment),
            one.transition.attachment,
        )
        for one in theirs
        if one.allowed
    )


def _customer(ticket: Snapshot) -> Actor:
    return Actor("customer", ticket.requester.address)


def mistakes(step: Step, filled: FormData, language: str) -> dict[str, str]:
    """What is wrong with what the form holds, or missing from it, by the names of its fields."""
    answers = [answer(field, filled, language) for field in step.fields]
    found = {f"field.{one.field.name}": one.mistake or say_in(language, MISSING) for one in answers if not one.value}
    if step.comment and not text(filled, "comment", LONGEST):
        found["comment"] = say_in(language, MISSING)
    sent = filled.get("file")
    if step.file and not (isinstance(sent, UploadFile) and sent.filename):
        found["file"] = say_in(language, "choose a file")
    return found


async def take(request: Request, link: Link, ticket: Snapshot, language: str) -> None:
    """As the form says, through the one door, once for each form; raises Refused with nothing done."""
    house, filled = house_of(request), request.state.form
    key = f"page:{link.ticket}:{link.person}:{text(filled, 'once', 64) or secrets.token_hex(8)}"
    file = await _file(request, ticket)

    def run(tx: Tx) -> bool:
        tickets.lock(tx, link.ticket)
        return history.known(tx, key) or _taken(tx, house.desk(), tickets.snapshot(tx, link.ticket), asked, key)

    asked = _Asked(filled, link.person, language, file)
    try:
        if not await house.db.write(run):
            raise refused(request, 422, "this cannot be done now", "look at your order, and fill in all it asks for")
    finally:
        if file is not None:
            file.raw.close()


@dataclass(frozen=True, slots=True)
class _Asked:
    filled: FormData
    person: int
    language: str
    file: Enclosed | None


def _taken(tx: Tx, desk: Desk, ticket: Snapshot, asked: _Asked, key: str) -> bool:
    """False, and nothing has happened, where it may not be taken, or something that it asks for is missing."""
    wanted, who = text(asked.filled, "transition"), _customer(ticket)
    step = next((one for one in steps_of(tx, desk, ticket) if one.name == wanted), None)
    if step is None or ticket.requester.id != asked.person:
        return False
    inputs = tuple((field.name, answer(field, asked.filled, asked.language).value) for field in step.fields)
    comment = text(asked.filled, "comment", LONGEST) if step.comment else ""
    file = asked.file if step.file else None
    event = TransitionAsked(who, step.name, inputs, comment, file.name if file else "")
    if triggers.run(in_force(tx, desk, ticket), ticket, event).asked:
        return False
    if file is not None:
        enclosing.keep(tx, ticket, who, file)
    door.handle(tx, desk, ticket.id, event, key)
    return True


async def _file(request: Request, ticket: Snapshot) -> Enclosed | None:
    """The file of the form, as a mail of the customer; None where none was chosen."""
    sent, house = request.state.form.get("file"), house_of(request)
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    if (sent.size or 0) * 1.4 > house.desk().config.smtp.max_size:  # as base64
        raise refused(request, 413, "that is too much for one mail", "send fewer files, or smaller ones")
    author, domain = ticket.requester.address, house.site.domain
    return await asyncio.to_thread(enclosing.enclosed, sent.filename, sent.file, author, domain, house.clock.now())
