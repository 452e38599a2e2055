"""Tasks that must be done before a ticket may be solved or closed. It binds every door, and no rule stands outside."""

from maild.domain.ticket import Snapshot, Status


def blocked(ticket: Snapshot, to: Status) -> str | None:
    """Why the ticket may not take this status while a blocking task is open; None when it may."""
    if to < Status.SOLVED or to is ticket.status or not ticket.blockers:
        return None
    first, *others = ticket.blockers
    number = f" {first.task}" if first.task else ""
    more = f", and {len(others)} more" if others else ""
    return f"{to.word} waits for task{number} ({first.title}){more}"
