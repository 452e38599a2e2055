"""A ticket's life on paper: events and the timers they arm, on a virtual clock, touching nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from maild.domain.effects import ArmTimer, CancelTimer, SendLetter
from maild.domain.events import CommentWritten, Event, MailArrived, TimerFired, TransitionAsked
from maild.domain.ticket import Snapshot
from maild.domain.timer import ArmedTimer
from rules.blueprint import answers
from rules.model import Ruleset
from rules.system import from_customer
from rules.triggers import Outcome, run

MOST_EVENTS = 10_000
"""Events after which a simulation stops: an automation without ``max`` could go on for ever."""


class Happening(NamedTuple):
    """An event from outside and its instant."""

    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Chapter:
    """One event, from outside or of a timer, and what it set in motion."""

    at: datetime
    event: Event
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Life:
    """All chapters in order; ``ticket`` is the ticket at the end; ``cut`` says that it was stopped at MOST_EVENTS."""

    ticket: Snapshot
    chapters: tuple[Chapter, ...]
    cut: bool = False

    @property
    def letters(self) -> tuple[tuple[str, str, str], ...]:
        """(template, recipient, rule) of every letter, in order."""
        return tuple(
            (planned.effect.template, planned.effect.to, planned.rule)
            for chapter in self.chapters
            for planned in chapter.outcome.effects
            if isinstance(planned.effect, SendLetter)
        )


def simulate(ruleset: Ruleset, ticket: Snapshot, happenings: Iterable[Happening], until: datetime) -> Life:
    """Let everything happen in order of time up to ``until``: outside events first where instants are equal.

    ``ticket`` stands as before the first of them. The counters and stamps a mail brings are kept as the store does.
    """
    waiting = sorted(happenings, key=lambda happening: happening.at)[::-1]
    chapters: list[Chapter] = []
    while len(chapters) < MOST_EVENTS:
        timer = _next_timer(ticket)
        outside = waiting[-1] if waiting else None
        if outside is not None and (timer is None or outside.at <= timer.due):
            waiting.pop()
            at, event = outside.at, outside.event
        elif timer is not None:
            at, event = max(timer.due, ticket.now), _fired(timer)
        else:
            return Life(ticket, tuple(chapters))
        if at > until:
            return Life(replace(ticket, now=until), tuple(chapters))
        outcome = run(ruleset, brought(ruleset, replace(ticket, now=at), event), event)
        chapters.append(Chapter(at, event, outcome))
        ticket = replace(outcome.after, version=ticket.version + 1)
    return Life(ticket, tuple(chapters), cut=True)


def brought(ruleset: Ruleset, ticket: Snapshot, event: Event) -> Snapshot:
    """The ticket with what an event brings by itself before any rule is asked: orders, counters, stamps."""
    if isinstance(event, MailArrived) and event.public and event.orders:
        known = ticket.orders[-len(event.orders) :] == event.orders
        ticket = ticket if known else replace(ticket, orders=(*ticket.orders, *event.orders))
    if isinstance(event, MailArrived) and from_customer(event):
        return replace(_counted(ticket, "customer_mails", "customer_reply"), unread=True)
    said = isinstance(event, TransitionAsked) and answers(ruleset, ticket, event)
    if said or (isinstance(event, CommentWritten) and event.public and not from_customer(event)):
        return _counted(ticket, "agent_mails", "agent_reply")
    return ticket


def _counted(ticket: Snapshot, counter: str, stamp: str) -> Snapshot:
    counters = dict(ticket.counters) | {counter: ticket.counter(counter) + 1}
    stamps = dict(ticket.stamps) | {stamp: ticket.now, "updated": ticket.now}
    return replace(ticket, counters=tuple(counters.items()), stamps=tuple(stamps.items()))


def differences(before: Life, after: Life) -> Iterator[str]:
    """Where two lives of one ticket end or write differently, and the first rule that made the difference."""
    for name in ("department", "status", "priority", "group", "assignee", "form", "subject", "needs_review"):
        was, now = getattr(before.ticket, name), getattr(after.ticket, name)
        if was != now:
            yield f"{name}: {_word(was)} -> {_word(now)}"
    gone, fresh = before.ticket.tags - after.ticket.tags, after.ticket.tags - before.ticket.tags
    if gone or fresh:
        yield "tags: " + " ".join([*(f"-{tag}" for tag in sorted(gone)), *(f"+{tag}" for tag in sorted(fresh))])
    yield from _letters(before, after)
    if rule := _first_difference(before, after):
        yield f"first difference: {rule}"


def _letters(before: Life, after: Life) -> Iterator[str]:
    was, now = Counter(before.letters), Counter(after.letters)
    for (template, to, rule), count in sorted((was - now).items()):
        yield f"{count} letter fewer: {template} to {to} ({rule})"
    for (template, to, rule), count in sorted((now - was).items()):
        yield f"{count} letter more: {template} to {to} ({rule})"


def _first_difference(before: Life, after: Life) -> str | None:
    was, now = list(_deeds(before)), list(_deeds(after))
    for one, other in zip(was, now, strict=False):
        if one != other:
            return min(one, other)[1]
    longer = was[len(now) :] or now[len(was) :]
    return longer[0][1] if longer else None


def _deeds(life: Life) -> Iterator[tuple[datetime, str, str]]:
    for chapter in life.chapters:
        for planned in chapter.outcome.effects:
            if not isinstance(planned.effect, ArmTimer | CancelTimer):
                yield chapter.at, planned.rule, repr(planned.effect)


def _word(value: object) -> str:
    return str(getattr(value, "word", value))


def _next_timer(ticket: Snapshot) -> ArmedTimer | None:
    return min((t for t in ticket.timers if not t.fired), key=lambda t: (t.due, t.rule, t.step), default=None)


def _fired(timer: ArmedTimer) -> TimerFired:
    return TimerFired(0, timer.rule, timer.step, timer.due.isoformat())
