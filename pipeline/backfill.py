"""Another rule file meets the tickets that are there: their timers are set and taken back as the new rules want.

It is done ticket by ticket, oldest first, each in a transaction of its own, and again as often as one likes: a ticket
that fits is left alone. What has fired during a ticket's present stay does not fire again.
"""

import secrets
from functools import partial
from typing import NamedTuple

import structlog

from maild.domain.effects import ArmTimer, CancelTimer
from maild.domain.people import SYSTEM
from maild.domain.recorded import RulesChanged
from maild.store import history, rule_files, tickets, timers
from maild.store.db import Database
from maild.store.tx import Tx
from pipeline import apply, desk
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.automations import refit
from rules.describe import words
from rules.plan import Outcome

BATCH = 200
log = structlog.get_logger("maild.rules")


class Misfit(NamedTuple):
    """A ticket that does not fit the rules, and what it needs, in words."""

    ticket: int
    effects: tuple[str, ...]


def misfits(tx: Tx, desk_: Desk, after: int, count: int = BATCH) -> tuple[list[Misfit], int | None]:
    """Among the next ``count`` open tickets behind number ``after``; and the last one looked at, None at the end."""
    numbers = tickets.unclosed(tx, after, count)
    found = []
    for number in numbers:
        ticket = tickets.snapshot(tx, number)
        effects = refit(in_force(tx, desk_, ticket), ticket).effects
        if effects:
            found.append(Misfit(number, tuple(words(planned.effect) for planned in effects)))
    return found, numbers[-1] if len(numbers) == count else None


def fit(tx: Tx, desk_: Desk, ticket_id: int) -> bool:
    """Make one ticket fit; False when it does already."""
    if not tickets.lock(tx, ticket_id):
        return False
    ticket = tickets.snapshot(tx, ticket_id)
    outcome = refit(in_force(tx, desk_, ticket), ticket)
    if not outcome.effects:
        return False
    key = f"rules:{ticket_id}:{secrets.token_hex(8)}"
    kind, who, rules = RulesChanged.__name__, str(SYSTEM), desk_.ruleset.digest
    if history.write_entry(tx, ticket_id, key, kind, who, {}, outcome.steps, rules) is None:
        return False
    desk.remember_rules(tx, desk_)
    _write(tx, ticket_id, outcome)
    for planned in outcome.effects:
        if not isinstance(planned.effect, ArmTimer | CancelTimer):
            apply.apply_one(tx, tickets.snapshot(tx, ticket_id), planned.effect)
            tx.wake("assignment")
    tx.tell(partial(log.info, "ticket.refitted", ticket=ticket_id, timers=len(outcome.effects)))
    return True


def _write(tx: Tx, ticket_id: int, outcome: Outcome) -> None:
    for planned in outcome.effects:
        match planned.effect:
            case ArmTimer(rule, due, step):
                timers.arm(tx, ticket_id, rule, step, due)
            case CancelTimer(rule, why, step):
                timers.cancel(tx, ticket_id, rule, step, why)
            case _:
                pass


def is_due(tx: Tx, desk_: Desk) -> bool:
    """Whether open tickets may still fit an older rule file."""
    return rule_files.filled_at(tx, desk_.ruleset.digest) is None


def finish(tx: Tx, desk_: Desk) -> None:
    """All tickets fit now."""
    desk.remember_rules(tx, desk_)
    rule_files.mark_filled(tx, desk_.ruleset.digest)


async def after_reload(db: Database, desk_: Desk) -> None:
    """Fit all open tickets, once for each rule file that comes into force.

    Over ``rules.max_backfill`` of them it is left to ``maild rules backfill``; until then a ticket's timers are set
    anew when something happens to it, and ``maild status`` and each start of the daemon say that some are not.
    """
    if not await db.read(lambda tx: is_due(tx, desk_)):
        return
    most = desk_.config.rules.max_backfill
    open_tickets = await db.read(lambda tx: tickets.count_unclosed(tx, most + 1))
    if open_tickets > most:
        log.warning("backfill.asked_for", open_tickets=f"more than {most}", hint="maild rules backfill")
        return
    refitted, after = 0, 0
    while True:
        found, last = await db.read(partial(misfits, desk_=desk_, after=after))
        for misfit in found:
            refitted += await db.write(partial(fit, desk_=desk_, ticket_id=misfit.ticket))
        if last is None:
            break
        after = last
    await db.write(partial(finish, desk_=desk_))
    log.info("backfill.finished", tickets=refitted, rules=desk_.ruleset.digest[:12])
