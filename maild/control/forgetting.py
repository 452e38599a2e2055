"""Erasing a person at their wish: all of it in one transaction, or nothing, with a report."""

from collections.abc import Iterable
from functools import partial

import structlog

from maild.control.operation import Operation, Request, Row, actor
from maild.domain.people import NOBODY, Role
from maild.errors import DataError, NotPermitted, TryAgain
from maild.store import forget
from maild.store.tx import Tx
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical
from rules.erasing import kept_fields

BACKUPS = "backups and copies of the database made before are not covered: they hold what they held"
_SHOWN = 10

log = structlog.get_logger("maild.privacy")


def person(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """How much of what was erased (``dry_run``: would be), and what is not covered.

    Raises DataError where work is left that is theirs, TryAgain while something of theirs is under way.
    """
    _lead(desk, request)
    address = canonical(request.text("address"))
    if address is None or address == NOBODY:
        raise DataError(f"{request.text('address')!r} is no mail address of a person")
    _not_ours(desk, address)
    _finished(forget.unfinished(tx, address))
    rehearsal = bool(request.arguments.get("dry_run"))
    keep = kept_fields(desk.ruleset.fields)
    if rehearsal:
        found = forget.rehearsed(tx, address, keep)
    else:
        found = forget.person(tx, address, keep)
        counts = {name: count for name, count in found.items() if count}
        tx.tell(partial(log.info, "person.forgotten", by=str(actor(desk, request)), **counts))
    return [{"dry_run": rehearsal, **found, "not_covered": [BACKUPS, *_named(desk, address)]}]


def _lead(desk: Desk, request: Request) -> None:
    """An operator at the machine may, and of the desk's own people leads and admins."""
    colleague = desk.ruleset.colleague(request.actor) if request.actor else None
    if colleague is not None and colleague.role not in (Role.LEAD, Role.ADMIN):
        raise NotPermitted(f"{colleague.name} is no lead, and only they erase people")


def _not_ours(desk: Desk, address: str) -> None:
    if desk.ruleset.colleague(address) is not None:
        raise DataError(f"{address} is one of our own people", "take the [[user]] out of the configuration first")
    if desk.config.is_intake(address):
        raise DataError(f"{address} is an order address")


def _finished(left: forget.Unfinished) -> None:
    if left.tickets:
        numbers = ", ".join(map(str, left.tickets[:_SHOWN])) + (" and more" if len(left.tickets) > _SHOWN else "")
        raise DataError(f"work is left on their tickets: {numbers}", "solve or close them first")
    if left.mails or left.letters:
        which = [*(f"mail {number}" for number in left.mails), *(f"letter {number}" for number in left.letters)]
        raise TryAgain(f"still under way: {', '.join(which[:_SHOWN])}", "try again when that is done")


def _named(desk: Desk, address: str) -> list[str]:
    """Where the configuration names the address: only people change that file."""
    config = desk.config
    lists = {"organization": [a for o in config.organizations for a in o.domains], "intake": config.machine_senders}
    named = [name for name, held in lists.items() if address in {word.lower() for word in held}]
    return [f"the configuration names the address under {name}: take it out there" for name in named]


OPERATIONS = {"forget": Operation(person, writes=True)}
