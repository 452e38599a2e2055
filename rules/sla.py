"""What starts, pauses, meets, misses and ends the clocks of a ticket's service level.

A policy is the first whose conditions hold; it is chosen anew with every change to the ticket, and when another rule
file comes into force. What each clock does:

| Clock | starts | ends |
| --- | --- | --- |
| first_reply | with the ticket | with the first answer of a person |
| next_reply | when the customer writes and nobody owes the first answer | with the next answer of a person |
| resolution | with the ticket | when it is solved; when it is opened again the same clock goes on |

All stand still in the policy's pause statuses. A clock that a policy brings later starts then. From its due instant on
it is missed, and stays missed. Another policy keeps what was consumed and allows what it allows.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from maild.domain.calendars import Schedule
from maild.domain.effects import Effect, SendLetter
from maild.domain.people import NOBODY
from maild.domain.sla import Clock, Ending, Sla, Target
from maild.domain.terms import quiet
from maild.domain.ticket import Snapshot, Status
from rules.model import Ruleset
from rules.sla_model import Policy, passed

REPLIES = (Target.FIRST_REPLY, Target.NEXT_REPLY)


def chosen(ruleset: Ruleset, ticket: Snapshot) -> Policy | None:
    """The first policy whose conditions hold; a closed ticket keeps what it had."""
    if ticket.status is Status.CLOSED and ticket.sla is not None:
        return next((policy for policy in ruleset.sla if policy.name == ticket.sla.policy), None)
    scene = quiet(ticket)
    return next((policy for policy in ruleset.sla if policy.conditions.hold(scene)), None)


def answers(effect: Effect) -> bool:
    """Whether a person writes to the customer by it: by hand or with a macro. Automatic letters are no answer."""
    return isinstance(effect, SendLetter) and not effect.automatic and effect.to == "requester"


def settled(ruleset: Ruleset, ticket: Snapshot, *, answered: bool = False, asked: bool = False) -> Sla | None:
    """The service level as it stands at the ticket's instant; None for a ticket that never had one.

    ``answered``: a person has just written to the customer. ``asked``: the customer has just written.
    """
    if ticket.sla is None and (not ruleset.sla or ticket.status is Status.CLOSED):
        return None
    policy = chosen(ruleset, ticket)
    if ticket.sla is None and policy is None:
        return None
    found: list[Clock] = []
    for target in Target:
        owed = any(clock.target is Target.FIRST_REPLY and clock.is_open for clock in found)
        clock = ticket.sla.clock(target) if ticket.sla else None
        turn = _Turn(ruleset, ticket, policy, target, answered, asked and not owed)
        after = turn.of(clock)
        found += [after] if after is not None else []
    return Sla(policy.name if policy else "", tuple(found))


def followed(ruleset: Ruleset, ticket: Snapshot) -> Snapshot:
    """The ticket with the service level that its facts ask for now."""
    found = settled(ruleset, ticket) if ruleset.sla else None
    return ticket if found is None or found == ticket.sla else replace(ticket, sla=found)


class _Turn:
    """One clock at one instant."""

    def __init__(
        self,
        ruleset: Ruleset,
        ticket: Snapshot,
        policy: Policy | None,
        target: Target,
        answered: bool,
        asked: bool,
    ) -> None:
        self._rules = ruleset
        self._ticket = ticket
        self._policy = policy if policy is not None and target in policy.targets else None
        self._target = target
        self._answered = answered
        self._asked = asked

    def of(self, clock: Clock | None) -> Clock | None:
        if clock is not None and clock.is_open:
            clock = _missed(clock, self._ticket.now)
            ending = self._ending()
            if ending is not None:
                return replace(self._stopped(clock), due=clock.due, ended=self._ticket.now, ending=ending)
        elif clock is not None and self._goes_on(clock):
            clock = replace(clock, ended=None, ending=None, due=None)
        elif self._starts(clock):
            clock = self._started(clock.run + 1 if clock else 0)
        else:
            return clock
        return self._following(clock)

    def _ending(self) -> Ending | None:
        solved = self._ticket.status >= Status.SOLVED
        if self._target in REPLIES and self._answered:
            return Ending.MET
        if solved:
            return Ending.MET if self._target is Target.RESOLUTION else Ending.RELEASED
        return Ending.DROPPED if self._policy is None else None

    def _wanted(self) -> bool:
        return self._policy is not None and self._ticket.status < Status.SOLVED

    def _goes_on(self, clock: Clock) -> bool:
        """A ticket opened again goes on with its resolution, and a clock that was dropped with what it had counted."""
        if not self._wanted() or self._target is Target.NEXT_REPLY:
            return False
        if self._target is Target.FIRST_REPLY:
            return clock.ending is Ending.DROPPED and not self._replied()
        return True

    def _starts(self, clock: Clock | None) -> bool:
        if not self._wanted():
            return False
        if self._target is Target.NEXT_REPLY:
            return self._asked
        if self._target is Target.FIRST_REPLY:
            return clock is None and not self._replied() and self._ticket.requester.address != NOBODY
        return clock is None

    def _replied(self) -> bool:
        return self._answered or self._ticket.stamp("agent_reply") is not None

    def _started(self, run: int) -> Clock:
        assert self._policy is not None  # only what is wanted starts
        policy, now = self._policy, self._ticket.now
        return Clock(
            target=self._target,
            run=run,
            policy=policy.name,
            schedule=_name(policy, self._target),
            zone=policy.schedule.zone,
            started=now,
            allowed=policy.allowed(self._target, now),
        )

    def _following(self, clock: Clock) -> Clock:
        """An open clock as its policy wants it: by its schedule, within its length, running or standing still."""
        assert self._policy is not None  # without one it has ended
        policy, target = self._policy, self._target
        wanted = replace(
            clock,
            policy=policy.name,
            schedule=_name(policy, target),
            zone=policy.schedule.zone,
            allowed=policy.allowed(target, clock.started),
        )
        pausing = self._ticket.status in policy.pause
        if clock.since is not None and (pausing or wanted != clock):
            wanted = replace(wanted, consumed=self._stopped(clock).consumed, since=None)
        if pausing:
            return replace(wanted, since=None, due=None)
        since = wanted.since or self._ticket.now
        due = policy.due(target, wanted.started, since, wanted.allowed - wanted.consumed)
        return _missed(replace(wanted, since=since, due=due), self._ticket.now)

    def _stopped(self, clock: Clock) -> Clock:
        """Standing still, with what it has consumed until now by the schedule it ran by."""
        if clock.since is None:
            return clock
        run = passed(self._schedule(clock), clock.since, self._ticket.now)
        return replace(clock, consumed=clock.consumed + run, since=None)

    def _schedule(self, clock: Clock) -> Schedule | None:
        """A schedule that is gone from the rule file gives way to the policy's, else to all time."""
        if not clock.schedule:
            return None
        return self._rules.schedules.get(clock.schedule) or (self._policy.schedule if self._policy else None)


def _name(policy: Policy, target: Target) -> str:
    schedule = policy.schedule_of(target)
    return schedule.name if schedule is not None else ""


def _missed(clock: Clock, now: datetime) -> Clock:
    if clock.breached is None and clock.since is not None and clock.due is not None and now >= clock.due:
        return replace(clock, breached=clock.due)
    return clock


def told(before: Sla | None, after: Sla) -> str:
    """What is different, in words."""
    parts = [] if before and before.policy == after.policy else [f"policy {after.policy or 'none'}"]
    for clock in after.clocks:
        was = before.clock(clock.target) if before else None
        parts += _told(was, clock)
    return ", ".join(parts)


def _told(was: Clock | None, clock: Clock) -> Iterator[str]:
    if was == clock:
        return
    name, fresh = clock.target.value, was is None or was.run != clock.run
    if clock.breached is not None and (fresh or was is None or was.breached is None):
        yield f"{name} missed at {_at(clock.breached)}"
    if clock.ending is not None:
        if was is None or was.ending is not clock.ending:
            yield f"{name} {clock.ending.value}"
    elif clock.since is None:
        if fresh or was is None or was.since is not None:
            yield f"{name} stands still"
    elif clock.due is None:
        yield f"{name} without an end"
    elif was is None or (was.run, was.due) != (clock.run, clock.due):
        yield f"{name} until {_at(clock.due)}"


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}Z"
