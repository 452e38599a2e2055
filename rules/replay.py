"""A ticket's recorded past once more, on paper: by the rules of its time, or by others.

What people and programs outside did stays as it was; timers that the record does not know fire at their instants.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from maild.domain.effects import MarkForReview
from maild.domain.events import Event, FieldEdited, MailArrived, TimerFired
from maild.domain.recorded import Deed, Doubted, Entry, Outside, Record, RulesChanged, TimerKey
from maild.domain.ticket import Snapshot
from maild.domain.timer import ArmedTimer
from maild.domain.trace import Step
from rules.automations import refit
from rules.blueprint_model import Blueprint
from rules.model import Ruleset
from rules.pathways import knowing
from rules.project import project
from rules.triggers import Outcome, run

MOST_TIMERS = 10_000
"""Timers of its own after which a replay stops: an automation without ``max`` could go on for ever."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one rule did at an instant; ``entry`` counts the record's entries, -1 for a timer that it does not know."""

    at: datetime
    deed: Deed
    entry: int = -1


@dataclass(frozen=True, slots=True)
class Life:
    """The ticket at the end, and every deed in order; ``cut`` says that it was stopped at MOST_TIMERS."""

    ticket: Snapshot
    done: tuple[Done, ...]
    cut: bool = False


def recorded(record: Record) -> Life:
    """The life that the history tells."""
    told = (Done(entry.at, deed, n) for n, entry in enumerate(record.entries) for deed in entry.deeds)
    return Life(record.ticket, tuple(told))


def replay(record: Record, then: Callable[[str], Ruleset], until: datetime) -> Life:
    """By the rules of each time; ``then`` gives those of a digest."""
    return _Replay(record, lambda entry: then(entry.digest)).run(until)


def replay_by(
    ruleset: Ruleset, record: Record, then: Callable[[str], Ruleset], since: datetime | None, until: datetime
) -> Life:
    """As if ``ruleset`` had come into force at ``since``: at the ticket's birth where that is later, or None."""
    entries = record.entries
    first = next((n for n, e in enumerate(entries) if since is None or e.at >= since), len(entries))
    if first and since is not None:
        change = Entry(since, RulesChanged())
        record = replace(record, entries=(*entries[:first], change, *entries[first:]))
    return _Replay(record, lambda entry: ruleset if _is_from(entry, since) else then(entry.digest), first).run(until)


def _is_from(entry: Entry, since: datetime | None) -> bool:
    return since is None or entry.at >= since


@dataclass(slots=True)
class _Replay:
    record: Record
    rules: Callable[[Entry], Ruleset]
    added: int = -1
    versions: dict[str, Blueprint] = field(default_factory=dict)

    def run(self, until: datetime) -> Life:
        ticket, done, spent = replace(self.record.birth, timers=()), list[Done](), MOST_TIMERS
        ruleset: Ruleset | None = None
        for number, entry in enumerate(self.record.entries):
            if ruleset is not None:
                ticket, spent = self._wait(ruleset, ticket, entry.at, done, spent)
            ruleset = self._with_versions(self.rules(entry))
            ticket = self._live(ruleset, ticket, entry, number, done)
        if ruleset is not None:
            ticket, spent = self._wait(ruleset, ticket, until, done, spent, last=True)
        now = self.record.ticket  # who the people are is no rule's doing
        ticket = replace(ticket, now=until, requester=now.requester, organization=now.organization)
        return Life(ticket, tuple(done), cut=spent <= 0)

    def _with_versions(self, ruleset: Ruleset) -> Ruleset:
        """The rules of a time, and what earlier ones had as versions of blueprints: tickets keep theirs."""
        for blueprint in self.versions.values():
            if ruleset.blueprints.get(blueprint.name) != blueprint:
                ruleset = knowing(ruleset, blueprint)
        self.versions |= {blueprint.digest: blueprint for blueprint in ruleset.blueprints.values()}
        return ruleset

    def _wait(
        self, ruleset: Ruleset, ticket: Snapshot, until: datetime, done: list[Done], spent: int, *, last: bool = False
    ) -> tuple[Snapshot, int]:
        """Let the timers of its own fire that come due before ``until``, the last time also those due just then."""
        while spent > 0:
            coming = min(self._own(ticket), key=lambda pair: (pair[0], pair[1].rule, pair[1].step), default=None)
            if coming is None or coming[0] > until or (coming[0] == until and not last):
                break
            at, timer = coming
            event = TimerFired(0, timer.rule, timer.step, timer.due.isoformat())
            ticket = _take(ticket, run(ruleset, replace(ticket, now=max(at, ticket.now)), event), done, -1)
            spent -= 1
        return ticket, spent

    def _own(self, ticket: Snapshot) -> Iterator[tuple[datetime, ArmedTimer]]:
        for timer in ticket.timers:
            if not timer.fired:
                held = self.record.held.get(_key(timer))
                if held is None or held.year < datetime.max.year:
                    yield max(timer.due, held or timer.due), timer

    def _live(self, ruleset: Ruleset, ticket: Snapshot, entry: Entry, number: int, done: list[Done]) -> Snapshot:
        ticket = replace(ticket, now=entry.at)
        if entry.outside is not None:
            ticket = _seen(ticket, entry.outside)
        match entry.event:
            case RulesChanged():
                return _take(ticket, refit(ruleset, ticket), done, number)
            case Doubted(reason):
                done.append(Done(entry.at, Deed("system.doubt", ()), number))
                return project(ticket, MarkForReview(True, reason))
            case TimerFired() as fired if not _waits_for(ticket, fired):
                return ticket
            case MailArrived() as mail if mail.orders:
                ticket = replace(ticket, orders=(*ticket.orders, *mail.orders))
                return _take(ticket, run(ruleset, ticket, mail), done, number)
            case event:
                return _take(ticket, run(ruleset, ticket, _unversioned(event)), done, number)


def _key(timer: ArmedTimer) -> TimerKey:
    return timer.rule, timer.step, timer.due


def _waits_for(ticket: Snapshot, event: TimerFired) -> bool:
    due = datetime.fromisoformat(event.due_iso)
    return any(_key(t) == (event.rule, event.step, due) and not t.fired for t in ticket.timers)


def _unversioned(event: Event) -> Event:
    """An edit that was made is not refused for a version that has no meaning here."""
    return replace(event, expected_version=None) if isinstance(event, FieldEdited) else event


def _seen(ticket: Snapshot, known: Outside) -> Snapshot:
    """The ticket as the world outside had left it; a mail that came or went has touched it."""
    written = known.customer_mails > ticket.counter("customer_mails")
    answered = known.agent_mails > ticket.counter("agent_mails")
    counters = dict(ticket.counters) | {"customer_mails": known.customer_mails, "agent_mails": known.agent_mails}
    replies = {"customer_reply": known.customer_reply, "agent_reply": known.agent_reply}
    stamps = dict(ticket.stamps) | {name: at for name, at in replies.items() if at is not None}
    if written or answered:
        stamps["updated"] = ticket.now
    return replace(
        ticket,
        requester=known.requester,
        organization=known.organization,
        counters=tuple(counters.items()),
        stamps=tuple(stamps.items()),
        unread=ticket.unread or written,
        blockers=known.blockers,
    )


def _take(ticket: Snapshot, outcome: Outcome, done: list[Done], entry: int) -> Snapshot:
    done += [Done(outcome.after.now, deed, entry) for deed in map(_deed, outcome.steps) if deed]
    return outcome.after


def _deed(step: Step) -> Deed | None:
    return Deed(step.rule, step.effects) if step.what == "hit" else None
