"""Whoever asks sees what their departments have; every operation passes here before it is carried out."""

from dataclasses import replace

from maild.control.operation import Request, actor
from maild.errors import Hidden, Missing
from maild.store import visibility
from maild.store.tx import Tx
from pipeline.furniture import Desk
from rules.departments import addresses_seen, at_address, hidden_from, label

_OF_TICKETS = ("ticket", "rules", "article", "side.begin")
"""Nouns and operations whose ``id`` is a ticket's number; of others what hangs on a ticket is looked up."""
_CALLED = {"task": "task", "outbox": "letter", "mail": "mail", "side": "side conversation"}
_LISTED = {"side": "aside"}


def admitted(tx: Tx, desk: Desk, request: Request) -> Request:
    """The request with the departments that are hidden from whoever asks; raises Hidden for a ticket there."""
    hidden = hidden_from(desk.ruleset, actor(desk, request)) if desk.ruleset.departments else frozenset()
    if not hidden:
        return request
    addresses = addresses_seen(desk.ruleset, hidden)
    number, instead = _ticket(tx, request)
    if number is None:
        _admit_loose(tx, desk, request, addresses, instead)
    hidden |= visibility.shared_with(tx).difference(desk.ruleset.departments)  # of before: nobody belongs to them
    department = visibility.department_of(tx, number) if number is not None else None
    if number is not None and department in hidden and not visibility.is_shared(tx, number, hidden):
        label = desk.ruleset.departments[department].label
        raise Hidden(f"ticket {number} is with {label}", f"{request.actor} does not belong there", instead)
    return replace(request, hidden=hidden, addresses=addresses)


def _admit_loose(tx: Tx, desk: Desk, request: Request, addresses: frozenset[str], instead: Missing) -> None:
    """A mail without a ticket is seen by those who would see the ticket that begins at its order address. Where no
    department has that address, rules alone would have told whose it becomes: only who sees all departments sees it."""
    if not request.operation.startswith("mail.") or request.arguments.get("id") is None:
        return
    mail = request.number("id")
    address = visibility.order_address(tx, mail)
    if address is None or address.lower() in addresses:
        return
    whose = label(desk.ruleset, at_address(desk.ruleset, address))
    raise Hidden(f"mail {mail} is with {whose}", f"{request.actor} does not belong there", instead)


def no_ticket(number: int | None) -> Missing:
    return Missing(f"no ticket {number}", "see 'maild ticket list'")


def no_such(noun: str, number: int) -> Missing:
    """There is no task, letter (outbox), mail or side conversation of this number."""
    return Missing(f"no {_CALLED.get(noun, noun)} {number}", f"see 'maild {_LISTED.get(noun, noun)} list'")


def _ticket(tx: Tx, request: Request) -> tuple[int | None, Missing]:
    """The number of the ticket that the request is about, and what whoever may not see it is told."""
    noun = request.operation.partition(".")[0]
    given = request.arguments.get("ticket")
    if given is None:
        given = request.arguments.get("id")
        if given is not None and not {noun, request.operation}.intersection(_OF_TICKETS):
            return visibility.ticket_behind(tx, noun, int(given)), no_such(noun, int(given))
    number = None if given is None else int(given)
    return number, no_ticket(number)
