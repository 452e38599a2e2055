"""Where two lives of one ticket part: what the second does differently, and the rule that makes the difference."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from maild.domain.plurals import counted
from maild.domain.ticket import Snapshot
from rules.replay import Done, Life

SAID = ("letter ", "task for ", "webhook ", "public comment ")
"""How the words of effects begin that leave the ticket."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``what`` is a part of the ticket, or letter, task, webhook, comment, timer: for these ``was`` and ``now`` count.

    ``rule`` is the first that does the one and not the other.
    """

    what: str
    was: str
    now: str
    rule: str

    def __str__(self) -> str:
        return f"{self.what}: {self.was or 'nothing'} -> {self.now or 'nothing'} ({self.rule})"


def differences(before: Life, after: Life, changed: Collection[str] = ()) -> tuple[Difference, ...]:
    """Nothing where both lives are the same. ``changed`` are rules known to be others: they are named first."""
    return (
        *_ends(before, after, first_rule(before, after, changed)),
        *_said(before, after),
        *_timers(before.ticket, after.ticket),
    )


def _ends(before: Life, after: Life, first: str) -> Iterator[Difference]:
    was, now = before.ticket, after.ticket
    parted = sorted(_parted(before, after), key=lambda done: done.at)

    def ends(what: str, one: str, other: str) -> Iterator[Difference]:
        if one != other:
            rule = next((done.deed.rule for done in parted if any(_about(w, what) for w in done.deed.effects)), first)
            yield Difference(what, one, other, rule)

    for name in ("department", "status", "priority", "subject", "group", "assignee", "form", "needs_review"):
        yield from ends(name, _word(getattr(was, name)), _word(getattr(now, name)))
    yield from ends("state", *(one.blueprint.state if one.blueprint else "" for one in (was, now)))
    yield from ends("tags", " ".join(sorted(was.tags)), " ".join(sorted(now.tags)))
    one_fields, other_fields = dict(was.fields), dict(now.fields)
    for name in sorted(one_fields.keys() | other_fields.keys()):
        yield from ends(name, one_fields.get(name, ""), other_fields.get(name, ""))


def _parted(before: Life, after: Life) -> Iterator[Done]:
    """The deeds that only one of the lives knows."""
    was, now = set(map(_compared, before.done)), set(map(_compared, after.done))
    yield from (done for done in after.done if _compared(done) not in was)
    yield from (done for done in before.done if _compared(done) not in now)


def _about(words: str, what: str) -> bool:
    """Whether an effect, in words, is about a part of the ticket."""
    match what:
        case "tags":
            return words.startswith(("+", "-", "tags "))
        case "needs_review":
            return words.startswith(("needs review", "reviewed"))
        case "state":
            return words.startswith(("state ", "enters blueprint ", "blueprint version "))
        case "department" | "status" | "priority" | "subject" | "form" | "group" | "assignee":
            return words.startswith(f"{what} ") or f", {what} " in words
        case _:
            return words.startswith((f"{what} = ", f"{what} cleared"))


def _said(before: Life, after: Life) -> Iterator[Difference]:
    was, now = Counter(_words(before)), Counter(_words(after))
    for words, rule in sorted(was | now):
        if was[words, rule] != now[words, rule]:
            yield Difference(words, counted(was[words, rule], "time"), counted(now[words, rule], "time"), rule)


def _words(life: Life) -> Iterator[tuple[str, str]]:
    for done in life.done:
        yield from ((words, done.deed.rule) for words in done.deed.effects if words.startswith(SAID))


def _timers(was: Snapshot, now: Snapshot) -> Iterator[Difference]:
    """What the ticket waits for at the end."""
    one, other = _waiting(was), _waiting(now)
    for rule in sorted(one.keys() | other.keys()):
        if one.get(rule) != other.get(rule):
            yield Difference(f"waits for {rule}", one.get(rule, ""), other.get(rule, ""), rule)


def _waiting(ticket: Snapshot) -> dict[str, str]:
    found: dict[str, str] = {}
    for timer in sorted(ticket.timers, key=lambda t: t.due, reverse=True):
        if not timer.fired:
            found[timer.rule] = f"{timer.due:%Y-%m-%d %H:%M}Z"
    return found


def first_rule(before: Life, after: Life, changed: Collection[str] = ()) -> str:
    """The rule that makes the two lives part, "" where they never do."""
    was, now = list(map(_compared, before.done)), list(map(_compared, after.done))
    at = next((n for n, pair in enumerate(zip(was, now, strict=False)) if pair[0] != pair[1]), min(len(was), len(now)))
    parting = [life.done[at] for life in (before, after) if at < len(life.done)]
    if not parting:
        return ""
    instant = min(done.at for done in parting)
    there = [done.deed.rule for life in (after, before) for done in life.done[at:] if done.at == instant]
    first = min(parting, key=lambda done: (done.at, _compared(done) in was))
    return next((rule for rule in there if rule in changed), first.deed.rule)


def _compared(done: Done) -> tuple[object, ...]:
    return done.at, done.deed


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(getattr(value, "word", value))
