"""The context of a ticket as JSON-ready rows."""

from dataclasses import asdict
from datetime import datetime

from maild.control.operation import Row
from maild.domain.context import Context, Fact
from maild.domain.sla import Clock, Sla


def customer_row(context: Context) -> Row:
    """Who ordered, for whom, and what else is there of them."""
    return {
        "name": context.name,
        "address": context.address,
        "tags": list(context.tags),
        "fields": dict(context.fields),
        "organization": context.organization,
        "organization_tags": list(context.organization_tags),
        "organization_fields": dict(context.organization_fields),
        "sites": [asdict(site) for site in context.sites],
        "open": [asdict(ticket) for ticket in context.open],
        "earlier": [asdict(ticket) for ticket in context.earlier],
        "tickets": context.tickets,
        "bought": dict(context.bought),
        "ratings": [asdict(rating) for rating in context.ratings],
        "facts": [fact_row(fact) for fact in context.facts],
    }


def fact_row(fact: Fact) -> Row:
    found = asdict(fact)
    day = found.pop("day")
    return found | {"date": day.isoformat() if day else None}


def sla_row(sla: Sla | None, now: datetime) -> Row | None:
    """The policy, and each target with what it has used and has left of its time, in seconds."""
    if sla is None:
        return None
    return {
        "policy": sla.policy or None,
        "breached": sla.breached,
        "due_at": sla.due,
        "expected_at": sla.expected,
        "targets": [_clock(clock, now) for clock in sla.clocks],
    }


def _clock(clock: Clock, now: datetime) -> Row:
    left = None if clock.due is None or not clock.is_open else (clock.due - now).total_seconds()
    return {
        "target": clock.target.value,
        "state": clock.standing.value,
        "policy": clock.policy,
        "schedule": clock.schedule or None,
        "started_at": clock.started,
        "due_at": clock.due,
        "left_s": left,
        "breached_at": clock.breached,
        "ended_at": clock.ended,
        "allowed_s": clock.allowed.total_seconds(),
        "consumed_s": clock.consumed.total_seconds(),
        "running_since": clock.since,
    }
