"""Who gets a letter, and why not. Pure: facts and counts in, an answer with its reason out.

An order desk that confirms whatever it receives can be aimed at anybody by forging a From line. So automatic letters go
to authenticated requesters only, never answer a machine, and are capped; what waits, waits visibly until a person or
time lets it go.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notifications.authentication import AuthFacts, Outcome, Verdict, authenticated

__all__ = [
    "AuthFacts",
    "Count",
    "Counts",
    "Drop",
    "Hold",
    "LetterFacts",
    "Limits",
    "Outcome",
    "Pass",
    "Verdict",
    "authenticated",
    "refusal",
]

_ROBOT_NAMES = """
    mailer-daemon postmaster noreply no-reply no_reply donotreply do-not-reply do_not_reply nobody bounce
    bounces abuse root mail-daemon mdaemon autoreply auto-reply listserv majordomo
"""
_ROBOTS = frozenset(_ROBOT_NAMES.split())


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What is known of a letter that wants to leave.

    ``own`` says the address is one of ours (an intake or sending address); ``staff`` that it goes to a colleague, who
    needs no authentication; ``answers_automatic`` that the mail behind its cause was sent by a machine (a bounce,
    auto-reply or list), ``suspected`` why it may have been; ``verdict`` how the requester's mail was authenticated;
    ``released`` that a person let this letter go.
    """

    to: str
    automatic: bool
    verdict: Verdict
    own: bool = False
    staff: bool = False
    answers_automatic: bool = False
    bounced: bool = False
    released: bool = False
    organization: bool = False
    suspected: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Automatic letters of the last hour; ``oldest`` is when the first of them left."""

    letters: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """``same_cause`` counts the letters that this ticket already got for this cause, whatever became of them."""

    organization: Count = field(default_factory=Count)
    address: Count = field(default_factory=Count)
    all: Count = field(default_factory=Count)
    same_cause: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Automatic letters an hour."""

    organization: int = 200
    address: int = 50
    all: int = 5000


@dataclass(frozen=True, slots=True)
class Pass:
    pass


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits: until ``until``, or for a person where that is None."""

    code: str
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """It must never leave."""

    code: str
    why: str


def refusal(candidate: LetterFacts, counts: Counts, limits: Limits, now: datetime) -> Pass | Hold | Drop:
    """Whether a letter may leave now; the first reason that applies. A person's own letter meets the loop rule only."""
    if candidate.own:
        return Drop(
            "loop.own_address", f"{candidate.to} is an address of this desk; a letter to it would come back as mail"
        )
    if not candidate.automatic:
        return Pass()
    return _never(candidate, counts) or (Pass() if candidate.released else _later(candidate, counts, limits, now))


def _never(candidate: LetterFacts, counts: Counts) -> Drop | None:
    local = candidate.to.partition("@")[0].partition("+")[0].lower()
    if local in _ROBOTS:
        return Drop("addr.robot", f"{candidate.to} is not read by a person")
    if candidate.answers_automatic and not candidate.staff:
        return Drop("cause.automatic", "the mail behind it was sent by a machine; machines get no automatic answer")
    if counts.same_cause:
        return Drop("cause.repeated", "this ticket already got a letter for the same cause")
    return None


def _later(candidate: LetterFacts, counts: Counts, limits: Limits, now: datetime) -> Pass | Hold:
    if candidate.bounced:
        return Hold("addr.bounced", f"mail to {candidate.to} came back; correct the address or release the letter")
    if not candidate.staff and candidate.verdict.outcome is Outcome.FAILED:
        return Hold(
            "auth.failed", f"the sender may be forged ({candidate.verdict.why}); release it if the mail is genuine"
        )
    if not candidate.staff and candidate.verdict.outcome is Outcome.NO:
        return Hold("auth.stranger", f"the sender is not authenticated ({candidate.verdict.why}); release it to answer")
    if candidate.suspected and not candidate.staff:
        return Hold(
            "loop.suspected", f"a program may have written it ({candidate.suspected}); release it if a person did"
        )
    return _capped(candidate, counts, limits, now)


def _capped(candidate: LetterFacts, counts: Counts, limits: Limits, now: datetime) -> Pass | Hold:
    caps = [("address", counts.address, limits.address), ("global", counts.all, limits.all)]
    if candidate.organization and not candidate.staff:
        caps.insert(0, ("organization", counts.organization, limits.organization))
    for name, count, limit in caps:
        if count.letters >= limit:
            until = (count.oldest or now) + timedelta(hours=1)
            return Hold(
                f"cap.{name}",
                f"{count.letters} automatic letters in the last hour, {limit} allowed ({name})",
                max(until, now),
            )
    return Pass()
