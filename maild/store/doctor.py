"""Every invariant of the database in one place, run by ``maild db check`` and at the end of every store test."""

from collections.abc import Callable, Iterator

from sqlalchemy import Select, Text, and_, cast, func, not_, or_, select, text

from maild.domain.letter import Phase
from maild.domain.spool import Outcome, SpoolState
from maild.domain.ticket import Status
from maild.store import mailboxes
from maild.store.tables import (
    BLUEPRINT_MOVE,
    DELIVERY,
    HISTORY,
    LETTER,
    LETTER_ATTEMPT,
    LETTER_RECIPIENT,
    MESSAGE,
    MESSAGE_CHUNK,
    SLA_CLOCK,
    TASK,
    TICKET,
    TICKET_ORDER,
    TICKET_TAG,
    TIMER,
    WAITS,
)
from maild.store.tx import Tx

SHOWN = 20  # violations of one kind that are listed


def check(tx: Tx, *, drained: bool = False) -> list[str]:
    """One sentence per violation, none when all is well. ``drained`` also demands that no work is left over."""
    findings = [f"{what}: {row}" for what, query in INVARIANTS for row in _rows(tx, query(tx))]
    if drained:
        findings += [f"{what}: {row}" for what, query in DRAINED for row in _rows(tx, query(tx))]
    return findings + mailboxes.violations(tx) + (list(_sqlite(tx)) if not tx.postgres else [])


def _rows(tx: Tx, query: Select[tuple[int]]) -> Iterator[str]:
    for row in tx.execute(query.limit(SHOWN)):
        yield ", ".join(f"{name} {value}" for name, value in row._mapping.items())


def _sqlite(tx: Tx) -> Iterator[str]:
    for row in tx.execute(text("PRAGMA integrity_check")):
        if row.integrity_check != "ok":
            yield f"the file is damaged: {row.integrity_check}"
    for row in tx.execute(text("PRAGMA foreign_key_check")):
        yield f"a row points nowhere: {row.table} {row.rowid} -> {row.parent}"


def _undelivered(_: Tx) -> Select[tuple[int]]:
    return select(MESSAGE.c.id).where(~select(DELIVERY.c.id).where(DELIVERY.c.message_id == MESSAGE.c.id).exists())


def _wrong_bytes(_: Tx) -> Select[tuple[int]]:
    of_mail = MESSAGE_CHUNK.c.message_id == MESSAGE.c.id
    stored = select(func.coalesce(func.sum(func.length(MESSAGE_CHUNK.c.data)), 0)).where(of_mail).scalar_subquery()
    chunks = select(func.count()).where(of_mail).scalar_subquery()
    last = select(func.coalesce(func.max(MESSAGE_CHUNK.c.seq), -1)).where(of_mail).scalar_subquery()
    whole = and_(stored == MESSAGE.c.size, chunks == last + 1)
    taken = and_(MESSAGE.c.erased_at.is_not(None), chunks == 0)
    return select(MESSAGE.c.id, MESSAGE.c.size, stored.label("stored")).where(not_(or_(whole, taken)))


def _erased_unfinished(_: Tx) -> Select[tuple[int]]:
    return select(MESSAGE.c.id, MESSAGE.c.state).where(MESSAGE.c.erased_at.is_not(None), MESSAGE.c.state != "done")


def _erased_letter(_: Tx) -> Select[tuple[int]]:
    ended = LETTER.c.phase.in_([Phase.SENT, Phase.DROPPED])
    return select(LETTER.c.id, LETTER.c.phase).where(LETTER.c.erased_at.is_not(None), not_(ended))


def _standing_clock(_: Tx) -> Select[tuple[int]]:
    running = and_(SLA_CLOCK.c.ended_at.is_(None), TICKET.c.status >= int(Status.SOLVED))
    clocks = select(SLA_CLOCK.c.id, SLA_CLOCK.c.ticket_id).join(TICKET, TICKET.c.id == SLA_CLOCK.c.ticket_id)
    return clocks.where(running)


def _no_outcome(_: Tx) -> Select[tuple[int]]:
    settled = MESSAGE.c.state == SpoolState.DONE
    return select(MESSAGE.c.id, MESSAGE.c.state).where(
        or_(and_(settled, MESSAGE.c.outcome.is_(None)), and_(not_(settled), MESSAGE.c.outcome.is_not(None)))
    )


def _no_ticket(_: Tx) -> Select[tuple[int]]:
    seen = MESSAGE.c.outcome.in_([Outcome.TICKET, Outcome.COMMENT, Outcome.DUPLICATE])
    return select(MESSAGE.c.id, MESSAGE.c.outcome).where(seen, MESSAGE.c.ticket_id.is_(None))


def _no_reason(_: Tx) -> Select[tuple[int]]:
    silent = and_(MESSAGE.c.outcome.in_([Outcome.IGNORED, Outcome.QUARANTINED]), MESSAGE.c.code.is_(None))
    return select(MESSAGE.c.id, MESSAGE.c.outcome).where(silent)


def _no_history(_: Tx) -> Select[tuple[int]]:
    return select(TICKET.c.id).where(~select(HISTORY.c.id).where(HISTORY.c.ticket_id == TICKET.c.id).exists())


def _two_tickets(_: Tx) -> Select[tuple[int]]:
    tickets = func.count(TICKET_ORDER.c.ticket_id.distinct())
    return (
        select(TICKET_ORDER.c.po_key, tickets.label("tickets"))
        .join(TICKET, TICKET.c.id == TICKET_ORDER.c.ticket_id)
        .where(TICKET_ORDER.c.po_key.is_not(None), TICKET.c.follow_up_of.is_(None))
        .group_by(TICKET_ORDER.c.po_key, TICKET_ORDER.c.content)
        .having(tickets > 1)
    )


def _unsettled_letter(_: Tx) -> Select[tuple[int]]:
    ended = LETTER.c.phase.in_([Phase.SENT, Phase.FAILED, Phase.DROPPED])
    return select(LETTER.c.id, LETTER.c.phase).where(ended, LETTER.c.settled_at.is_(None))


def _unserved_recipient(_: Tx) -> Select[tuple[int]]:
    served = and_(LETTER.c.phase == Phase.SENT, LETTER_RECIPIENT.c.state == "waiting")
    return (
        select(LETTER.c.id, LETTER_RECIPIENT.c.address)
        .join(LETTER_RECIPIENT, LETTER_RECIPIENT.c.letter_id == LETTER.c.id)
        .where(served)
    )


def _uncounted_attempt(_: Tx) -> Select[tuple[int]]:
    tries = select(func.count()).where(LETTER_ATTEMPT.c.letter_id == LETTER.c.id).scalar_subquery()
    return select(LETTER.c.id, LETTER.c.attempt, tries.label("tries")).where(tries != LETTER.c.attempt)


def _silent_letter(_: Tx) -> Select[tuple[int]]:
    withheld = LETTER.c.phase.in_([Phase.HELD, Phase.FAILED, Phase.DROPPED])
    return select(LETTER.c.id, LETTER.c.phase).where(withheld, LETTER.c.why.is_(None))


def _early_timer(_: Tx) -> Select[tuple[int]]:
    return select(TIMER.c.id, TIMER.c.due_at).where(TIMER.c.state == "fired", TIMER.c.settled_at < TIMER.c.due_at)


def _timer_of_closed(_: Tx) -> Select[tuple[int]]:
    closed = and_(TIMER.c.state == "pending", TICKET.c.status == int(Status.CLOSED))
    return select(TIMER.c.id, TIMER.c.ticket_id).join(TICKET, TICKET.c.id == TIMER.c.ticket_id).where(closed)


def _waiting_for_nothing(_: Tx) -> Select[tuple[int]]:
    return select(TICKET.c.id, TICKET.c.queue).where(WAITS, TICKET.c.status >= int(Status.SOLVED))


def _mistaken_tag(_: Tx) -> Select[tuple[int]]:
    solved = TICKET.c.status >= int(Status.SOLVED)
    tags = select(TICKET_TAG.c.ticket_id, TICKET_TAG.c.tag).join(TICKET, TICKET.c.id == TICKET_TAG.c.ticket_id)
    return tags.where(TICKET_TAG.c.unsolved == solved)


def _unleased_mail(_: Tx) -> Select[tuple[int]]:
    return select(MESSAGE.c.id).where(MESSAGE.c.state == SpoolState.LEASED, MESSAGE.c.lease_until.is_(None))


def _unleased_letter(_: Tx) -> Select[tuple[int]]:
    under_way = LETTER.c.phase.in_([Phase.SENDING, Phase.AT_DOT])
    return select(LETTER.c.id, LETTER.c.phase).where(
        under_way, or_(LETTER.c.lease_until.is_(None), LETTER.c.leased_by.is_(None))
    )


def _addressless_letter(_: Tx) -> Select[tuple[int]]:
    readers = select(LETTER_RECIPIENT.c.address).where(LETTER_RECIPIENT.c.letter_id == LETTER.c.id)
    return select(LETTER.c.id).where(~readers.exists())


def _unmarked_reasons(_: Tx) -> Select[tuple[int]]:
    doubted = cast(TICKET.c.review_reasons, Text) != "[]"
    return select(TICKET.c.id).where(doubted, ~TICKET.c.needs_review)


def _open_mail(_: Tx) -> Select[tuple[int]]:
    return select(MESSAGE.c.id, MESSAGE.c.state).where(MESSAGE.c.state != SpoolState.DONE)


def _overdue_timer(tx: Tx) -> Select[tuple[int]]:
    return select(TIMER.c.id, TIMER.c.due_at).where(TIMER.c.state == "pending", TIMER.c.due_at < tx.now)


def _open_letter(tx: Tx) -> Select[tuple[int]]:
    under_way = LETTER.c.phase.in_([Phase.SENDING, Phase.AT_DOT])
    due = and_(LETTER.c.phase.in_([Phase.QUEUED, Phase.DEFERRED, Phase.UNKNOWN]), LETTER.c.next_at < tx.now)
    return select(LETTER.c.id, LETTER.c.phase).where(or_(under_way, due))


def _miscounted_blockers(_: Tx) -> Select[tuple[int]]:
    mine = select(func.count()).where(TASK.c.ticket_id == TICKET.c.id, TASK.c.blocks, TASK.c.state == "open")
    open_tasks = mine.scalar_subquery()
    counted = select(TICKET.c.id, TICKET.c.blocking, open_tasks.label("tasks"))
    some = or_(TICKET.c.blocking != 0, TICKET.c.id.in_(select(TASK.c.ticket_id).where(TASK.c.blocks)))
    return counted.where(some, TICKET.c.blocking != open_tasks)


def _half_in_a_blueprint(_: Tx) -> Select[tuple[int]]:
    walks = TICKET.c.blueprint.is_not(None)
    halves = (TICKET.c.state, TICKET.c.blueprint_version, TICKET.c.state_entered_at, TICKET.c.blueprint_entered_at)
    return select(TICKET.c.id, TICKET.c.blueprint).where(or_(*(half.is_not(None) != walks for half in halves)))


def _not_where_the_log_ends(_: Tx) -> Select[tuple[int]]:
    newest = select(func.max(BLUEPRINT_MOVE.c.id).label("id")).group_by(BLUEPRINT_MOVE.c.ticket_id).subquery()
    there = select(BLUEPRINT_MOVE.c.id).where(
        BLUEPRINT_MOVE.c.id.in_(select(newest.c.id)),
        BLUEPRINT_MOVE.c.ticket_id == TICKET.c.id,
        BLUEPRINT_MOVE.c.target == TICKET.c.state,
        BLUEPRINT_MOVE.c.version == TICKET.c.blueprint_version,
    )
    return select(TICKET.c.id, TICKET.c.state).where(TICKET.c.blueprint.is_not(None), ~there.exists())


INVARIANTS: tuple[tuple[str, Callable[[Tx], Select[tuple[int]]]], ...] = (
    ("a mail without a delivery", _undelivered),
    ("a mail whose stored bytes are not its size", _wrong_bytes),
    ("a mail whose bytes were taken away before it was done", _erased_unfinished),
    ("a letter whose bytes were taken away before it had left", _erased_letter),
    ("a clock of a service level that runs on a solved ticket", _standing_clock),
    ("a mail whose state and outcome disagree", _no_outcome),
    ("a settled mail without its ticket", _no_ticket),
    ("a mail put aside without a reason", _no_reason),
    ("a ticket without history", _no_history),
    ("one purchase order on several tickets", _two_tickets),
    ("a tag that does not know whether its ticket is solved", _mistaken_tag),
    ("a mail in work without a lease", _unleased_mail),
    ("a ticket with doubts but without the mark", _unmarked_reasons),
    ("a letter under way without a lease", _unleased_letter),
    ("a letter to nobody", _addressless_letter),
    ("a letter that ended without an instant", _unsettled_letter),
    ("a sent letter with a recipient left over", _unserved_recipient),
    ("a letter whose tries were not all written down", _uncounted_attempt),
    ("a letter withheld without a reason", _silent_letter),
    ("a ticket that miscounts the tasks which block it", _miscounted_blockers),
    ("a timer fired before it was due", _early_timer),
    ("a solved ticket that waits for somebody", _waiting_for_nothing),
    ("a closed ticket with a pending timer", _timer_of_closed),
    ("a ticket half in a blueprint", _half_in_a_blueprint),
    ("a ticket that is not in the state that its last step led to", _not_where_the_log_ends),
)

DRAINED: tuple[tuple[str, Callable[[Tx], Select[tuple[int]]]], ...] = (
    ("a mail without a final state", _open_mail),
    ("a timer past its due time", _overdue_timer),
    ("a letter that should have been tried", _open_letter),
)
