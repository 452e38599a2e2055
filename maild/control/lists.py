"""Lists that need nothing but tables: a command that finds no daemon loads neither rules nor letters for them.

Nothing here may import what the desk is made of; `tests/maild/test_imports.py` watches over it. Each list
imports its own tables, since a command wants one of them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from maild.control.operation import Operation, Request, Row
from maild.domain.query import parse
from maild.domain.spool import Outcome
from maild.errors import UsageError
from maild.store.tx import Tx

MAIL_STATES = ("waiting", *(outcome.value for outcome in Outcome))


def of_tickets(tx: Tx, request: Request) -> Iterable[Row]:
    from maild.store import ticket_list

    query = parse(request.optional("query") or "")
    return ticket_list.rows(tx, query, request.limit(), request.hidden, before=request.maybe("before"))


def of_mails(tx: Tx, request: Request) -> Iterable[Row]:
    from maild.store import mail_list

    state = request.optional("state")
    if state is not None and state not in MAIL_STATES:
        raise UsageError(f"no mail state {state!r}", f"one of {', '.join(MAIL_STATES)}")
    seen: dict[str, Any] = {"hidden": request.hidden, "addresses": request.addresses}
    return mail_list.rows(tx, state, None, request.limit(), before=request.maybe("before"), **seen)


def of_letters(tx: Tx, request: Request) -> Iterable[Row]:
    from maild.domain.letter import Phase
    from maild.store import letter_list

    phase = request.optional("phase")
    if phase is not None and phase not in set(Phase):
        raise UsageError(f"no phase {phase!r}", f"one of {', '.join(Phase)}")
    return letter_list.rows(tx, phase, None, request.limit(), request.hidden, before=request.maybe("before"))


def of_timers(tx: Tx, request: Request) -> Iterable[Row]:
    from maild.store import timers

    ticket, everything = _of_ticket(request)
    asked: dict[str, Any] = {"limit": request.limit(), "hidden": request.hidden, "after": request.maybe("after")}
    return timers.listing(tx, ticket, all_states=everything, **asked)


def of_tasks(tx: Tx, request: Request) -> Iterable[Row]:
    """Open ones by due time, of one owner or ticket where asked; with ``all`` the done ones too."""
    from maild.store import tasks

    ticket, everything = _of_ticket(request)
    owner = request.optional("owner")
    asked: dict[str, Any] = {"limit": request.limit(), "hidden": request.hidden, "after": request.maybe("after")}
    return tasks.rows(tx, ticket=ticket, owner=owner, all_states=everything, **asked)


def _of_ticket(request: Request) -> tuple[int | None, bool]:
    return request.maybe("ticket"), bool(request.arguments.get("all"))


LISTS: dict[str, Callable[[Tx, Request], Iterable[Row]]] = {
    "ticket.list": of_tickets,
    "mail.list": of_mails,
    "outbox.list": of_letters,
    "timer.list": of_timers,
    "task.list": of_tasks,
}


def _operation(listing: Callable[[Tx, Request], Iterable[Row]]) -> Operation:
    return Operation(lambda tx, _desk, request: listing(tx, request))


OPERATIONS = {name: _operation(listing) for name, listing in LISTS.items()}
