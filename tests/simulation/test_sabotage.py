"""The simulation can fail: each time something is broken in the product on purpose, a few seeds find it."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from maild.domain import calendars
from maild.domain.letter import Later, Never, Phase
from maild.store import history, sending, spool, timers
from maild.store.tables import LETTER, LETTER_RECIPIENT
from maild.store.tx import Tx
from notifications import courier, outbox
from notifications.gate import Pass
from pipeline import accept, match, same_order
from pipeline.receipt import Receipt
from rules import blueprint, sla, system
from rules.blueprint_model import Transition
from rules.desk_model import Assignment
from tests.simulation import faults
from tests.simulation.world import run

Patch = pytest.MonkeyPatch
SEEDS = range(1, 9)
DAYS = 3


def believe_in_the_dot(patch: Patch) -> None:
    """After a crash a letter that was at its dot is taken for sent."""
    recover = sending._recover

    def trusting(tx: Tx, which: Any) -> dict[str, int]:
        arrived = LETTER.update().where(LETTER.c.phase == "at_dot", which)
        tx.execute(arrived.values(phase="sent", settled_at=tx.now, lease_until=None, leased_by=None))
        served = LETTER_RECIPIENT.update().where(LETTER_RECIPIENT.c.letter_id.in_(_SENT))
        tx.execute(served.values(state="sent"))
        return recover(tx, which)

    patch.setattr(sending, "_recover", trusting)
    _more(patch, "outbox.at_dot", 0.3)


_SENT = select(LETTER.c.id).where(LETTER.c.phase == "sent")


def fire_timers_twice(patch: Patch) -> None:
    fire, entry, seen = timers.fire, history.write_entry, set[int]()
    count = itertools.count()

    def again(tx: Tx, timer: int) -> bool:
        if timer in seen:
            return fire(tx, timer)
        seen.add(timer)
        return True

    def anew(tx: Tx, ticket: int, key: str, kind: str, *more: Any) -> int | None:
        return entry(tx, ticket, f"{key}.{next(count)}" if kind == "TimerFired" else key, kind, *more)

    patch.setattr(timers, "fire", again)
    patch.setattr(history, "write_entry", anew)
    patch.setattr(history, "known", lambda tx, key: False)


def know_no_mail_again(patch: Patch) -> None:
    """A mail that is delivered twice is stored twice."""
    count = itertools.count()
    patch.setattr(accept, "canonical_digest", lambda *_: f"{next(count):064x}")
    _more(patch, "tx.after_commit_before_250", 0.3)


def say_yes_before_the_commit(patch: Patch) -> None:
    real = accept.accept

    async def early(*given: Any, **known: Any) -> Receipt:
        early.tasks.append(asyncio.create_task(real(*given, **known)))  # type: ignore[attr-defined]
        return Receipt("1", False)

    early.tasks = []  # type: ignore[attr-defined]
    patch.setattr("tests.simulation.daemon.accept", early)
    _more(patch, "tx.before_commit", 0.1)


def open_a_ticket_for_each_order(patch: Patch) -> None:
    patch.setattr(same_order, "known", lambda *_: None)


def let_strangers_speak(patch: Patch) -> None:
    patch.setattr(match, "standing", lambda *_: ("participant", "everybody may"))


def count_a_day_too_many(patch: Patch) -> None:
    real = calendars.add_business_days
    patch.setattr(calendars, "add_business_days", lambda schedule, start, days: real(schedule, start, days + 1))


def sleep_through_the_alarm(patch: Patch) -> None:
    """Nobody is woken when a timer is armed."""
    wake = Tx.wake
    patch.setattr(Tx, "wake", lambda self, topic: None if topic == "timers" else wake(self, topic))


def forget_the_caps(patch: Patch) -> None:
    patch.setattr(outbox, "refusal", lambda *_: Pass())


def give_up_at_once(patch: Patch) -> None:
    """What a relay refuses for now is taken for a refusal for good."""
    real = courier.settle

    def final(letter: Any, result: Any, *more: Any) -> Any:
        return real(letter, Never(result.code, result.why) if isinstance(result, Later) else result, *more)

    patch.setattr(courier, "settle", final)


def send_what_was_sent(patch: Patch) -> None:
    """Every tenth letter is sent once more although the relay has taken it."""
    real, count = courier.settle, itertools.count(1)

    def again(letter: Any, result: Any, now: Any, patience: Any, jitter: Any) -> Any:
        if next(count) % 10 == 0:
            return courier.Settlement(Phase.DEFERRED, "x", "once more", now + timedelta(minutes=1))
        return real(letter, result, now, patience, jitter)

    patch.setattr(courier, "settle", again)


def lose_a_leased_mail(patch: Patch) -> None:
    """After a crash nobody frees the mails that were in work, and their leases never end."""
    patch.setattr(spool, "release_leases", lambda tx, worker=None: 0)
    claim = spool.claim
    patch.setattr(spool, "claim", lambda tx, worker, lease, *more: claim(tx, worker, timedelta(days=99), *more))
    _more(patch, "parse.leased", 0.2)


def _more(patch: Patch, place: str, chance: float) -> None:
    patch.setitem(faults.PLACES, place, chance)


def overlook_revisions(patch: Patch) -> None:
    """An order that came again with other content is taken for the first of its ticket."""
    patch.setattr(system, "_order_before", lambda *_: None)


def give_work_without_end(patch: Patch) -> None:
    patch.setattr(Assignment, "cap_of", lambda *_: None)


def let_anybody_move(patch: Patch) -> None:
    patch.setattr(blueprint, "owns", lambda *_: True)


def leave_the_table(patch: Patch) -> None:
    """A transition is taken from whatever state."""
    patch.setattr(Transition, "leaves", lambda *_: True)


def lose_what_was_consumed(patch: Patch) -> None:
    """A clock that stands still forgets how far it was."""
    patch.setattr(sla._Turn, "_stopped", lambda self, clock: replace(clock, since=None))


def overlook_answers(patch: Patch) -> None:
    patch.setattr(system, "by_reply", lambda *_: None)


QUICK = (  # the first seed finds them
    (say_yes_before_the_commit, "V1 "),
    (give_up_at_once, "V7 "),
    (fire_timers_twice, "V8 "),
)
MORE = (
    (forget_the_caps, "cap: "),
    (believe_in_the_dot, "V6 "),
    (know_no_mail_again, "V1 "),
    (open_a_ticket_for_each_order, "V10 "),
    (let_strangers_speak, "V13 "),
    (count_a_day_too_many, "V8 "),
    (sleep_through_the_alarm, "V8 "),
    (send_what_was_sent, "V6 "),
    (lose_a_leased_mail, "does not come to rest"),
    (overlook_revisions, "V13 "),
    (give_work_without_end, "was given to"),
    (let_anybody_move, "to be refused"),
    (leave_the_table, "to be refused"),
    (lose_what_was_consumed, "took"),
    (overlook_answers, "went"),
)
SABOTAGE = (*QUICK, *(pytest.param(*given, marks=pytest.mark.long) for given in MORE))


@pytest.mark.parametrize("sabotage", [sabotage for sabotage, _ in (*QUICK, *MORE)], ids=lambda given: given.__name__)
def test_there_is_something_to_break(sabotage: Callable[[Patch], None], monkeypatch: Patch) -> None:
    """The long tests break these places; here it is only told at once when one has moved away."""
    sabotage(monkeypatch)


@pytest.mark.parametrize(("sabotage", "finding"), SABOTAGE, ids=lambda given: getattr(given, "__name__", None))
def test_it_is_found(sabotage: Callable[[Patch], None], finding: str, monkeypatch: Patch) -> None:
    sabotage(monkeypatch)
    for seed in SEEDS:
        found = run(seed, DAYS, off=frozenset()).wrong
        if found:
            assert any(finding in what for what in found), found
            return
    pytest.fail(f"{len(SEEDS)} seeds did not find it")
