"""The form of ours that a mail was filled in with, on the web, and what was filled in."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable, Iterator

from maild.domain.envelope import Channel
from maild.domain.events import FieldEdited
from maild.domain.people import SYSTEM, Actor
from maild.store import tickets
from maild.store.tx import Tx
from pipeline import desk
from pipeline.arrival import Arrival
from pipeline.furniture import Desk
from rules import fields

HEADER, ANSWER = "X-Maild-Form", "X-Maild-Answer"
PIECE, LINE = 2400, 60
"""Characters of base64 in one header field, whose reader takes 4096, and between two blanks, for it to be folded."""
FILLED_IN = Actor("system", "the customer's form")


def form_of(desk_: Desk, arrival: Arrival) -> str | None:
    """Its name; None for any other mail. What reached us by another channel may say so, and is not believed."""
    if arrival.envelope.channel is not Channel.WEB:
        return None
    form = desk_.ruleset.forms.get(next(iter(arrival.mail.header(HEADER.lower())), ""))
    return form.name if form is not None and form.public else None


def written(name: str, value: str) -> Iterator[str]:
    """The values of the header fields that carry what a field of the form was filled in with."""
    code = base64.b64encode(value.encode()).decode("ascii")
    for at in range(0, len(code), PIECE):
        piece = code[at : at + PIECE]
        yield " ".join([name, *(piece[i : i + LINE] for i in range(0, len(piece), LINE))])


def read(headers: Iterable[str]) -> dict[str, str]:
    """What `written` made header fields of; a value that nothing can be made of is left out."""
    pieces, found = defaultdict[str, list[str]](list), dict[str, str]()
    for header in filter(str.strip, headers):
        name, *code = header.split()
        pieces[name] += code
    for name, code in pieces.items():
        try:
            found[name] = base64.b64decode("".join(code), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def keep(tx: Tx, desk_: Desk, ticket: int, arrival: Arrival, key: str) -> None:
    """Its ticket asks for what the form asks for, unless its department has other forms, and has the answers.

    Only fields that the form lists are set, and only to what they take: the form is for strangers.
    """
    form = form_of(desk_, arrival)
    if form is None:
        return
    if tickets.snapshot(tx, ticket).form != form:
        desk.handle(tx, desk_, ticket, FieldEdited(SYSTEM, (("form", form),)), f"{key}:form", arrival.cause)
    held = tickets.snapshot(tx, ticket)
    answers = tuple((name, value) for name, value in _answers(desk_, form, arrival) if held.value(name) != value)
    if answers:
        desk.handle(tx, desk_, ticket, FieldEdited(FILLED_IN, answers), f"{key}:answers", arrival.cause)


def _answers(desk_: Desk, form: str, arrival: Arrival) -> Iterator[tuple[str, str]]:
    given, known = read(arrival.mail.header(ANSWER.lower())), desk_.ruleset.fields
    for place in desk_.ruleset.forms[form].fields:
        value = fields.checked(known[place.name], given.get(place.name, "")) if place.name in known else ""
        if isinstance(value, str) and value:
            yield place.name, value
