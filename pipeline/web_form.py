"""The form of ours that a mail was filled in with, on the web."""

from maild.domain.envelope import Channel
from maild.domain.events import FieldEdited
from maild.domain.people import SYSTEM
from maild.store import tickets
from maild.store.tx import Tx
from pipeline import desk
from pipeline.arrival import Arrival
from pipeline.furniture import Desk

HEADER = "X-Maild-Form"


def form_of(desk_: Desk, arrival: Arrival) -> str | None:
    """Its name; None for any other mail. What reached us by another channel may say so, and is not believed."""
    if arrival.envelope.channel is not Channel.WEB:
        return None
    form = desk_.ruleset.forms.get(next(iter(arrival.mail.header(HEADER.lower())), ""))
    return form.name if form is not None and form.public else None


def keep(tx: Tx, desk_: Desk, ticket: int, arrival: Arrival, key: str) -> None:
    """Its ticket asks for what the form asks for, unless the ticket's department has other forms."""
    form = form_of(desk_, arrival)
    if form is not None and tickets.snapshot(tx, ticket).form != form:
        desk.handle(tx, desk_, ticket, FieldEdited(SYSTEM, (("form", form),)), f"{key}:form", arrival.cause)
