"""Tickets that a person types in: an order by telephone, a request at the counter."""

import secrets
from dataclasses import dataclass
from functools import partial

import structlog

from maild.domain.events import TicketCreated
from maild.domain.people import Actor
from maild.errors import DataError
from maild.store import comments, people, tickets
from maild.store.tickets import NewTicket
from maild.store.tx import Tx
from pipeline import desk
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical
from rules.desk_model import TicketTemplate
from rules.triggers import Outcome

CHANNEL = "hand"

log = structlog.get_logger("maild.desk")


@dataclass(frozen=True, slots=True)
class Typed:
    """``text`` is the order in the caller's words; ``changes`` are fields and the like as typed; ``template`` may be
    "" for none."""

    requester: str
    name: str = ""
    subject: str = ""
    text: str = ""
    template: str = ""
    changes: tuple[tuple[str, str], ...] = ()


def open_ticket(tx: Tx, desk_: Desk, actor: Actor, typed: Typed) -> Outcome:
    """Open a ticket in somebody's name; raises DataError, with every reason, where it cannot be as typed."""
    address = canonical(typed.requester)
    if address is None:
        raise DataError(f"{typed.requester!r} is no mail address")
    template = desk_.ruleset.ticket_template(typed.template) if typed.template else None
    requester = people.meet(tx, address, typed.name)
    new = NewTicket(
        subject=typed.subject or next((text for name, text in _values(template) if name == "subject"), "(by hand)"),
        order_address=_address(desk_, template, typed),
        channel=CHANNEL,
        requester=requester.id,
        organization=requester.organization_id,
        verified=True,  # a colleague knows them
        customer_mails=0,
    )
    ticket = tickets.create(tx, new)
    if typed.text:
        comments.add(tx, ticket, str(actor), typed.text, public=False)
    tx.tell(partial(log.info, "ticket.created", ticket=ticket, kind=CHANNEL, po_number=None, why=f"typed by {actor}"))
    event = TicketCreated(actor, template=typed.template, changes=_changes(desk_, template, typed))
    outcome = desk.handle(tx, desk_, ticket, event, f"hand:{secrets.token_hex(8)}")
    assert outcome is not None  # the key is fresh
    rule = f"template.{template.name}" if template else "edit"
    refused = [step.why for step in outcome.steps if step.what == "refused" and step.rule == rule]
    if refused:
        raise DataError("; ".join(refused))
    return outcome


def _values(template: TicketTemplate | None) -> tuple[tuple[str, str], ...]:
    return template.values if template else ()


def _address(desk_: Desk, template: TicketTemplate | None, typed: Typed) -> str:
    """The template's own, else its department's, else the desk's first."""
    wanted = dict(_values(template)) | dict(typed.changes)
    department = desk_.ruleset.departments.get(wanted.get("department", ""))
    if template and template.address:
        return template.address
    return next(iter((*(department.addresses if department else ()), *desk_.intake.addresses)), "")


def _changes(desk_: Desk, template: TicketTemplate | None, typed: Typed) -> tuple[tuple[str, str], ...]:
    """What was typed; the text fills the field that an order's lines would fill."""
    taken = {name for name, _ in (*_values(template), *typed.changes)}
    subject = (("subject", typed.subject),) if typed.subject else ()
    fields = desk_.ruleset.fields.values()
    lines = next((field.name for field in fields if "order.lines" in field.source), None)
    text = ((lines, typed.text),) if typed.text and lines and lines not in taken else ()
    return (*subject, *typed.changes, *text)
