"""Clocks of service levels as rows: what rules plan is what is read again, and earlier runs stay for reports."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from maild.clock import ManualClock
from maild.domain.effects import SetSla
from maild.domain.sla import Clock, Ending, Sla, Target
from maild.store import tickets
from maild.store.db import Database
from maild.store.draft import Draft
from maild.store.tables import SLA_CLOCK
from maild.store.tx import Tx
from pipeline import apply
from rules.project import project
from tests.maild.store import builders
from tests.maild.store.conftest import START

HOUR = timedelta(hours=1)
RUNNING = Clock(
    target=Target.NEXT_REPLY,
    run=0,
    policy="Gold",
    schedule="default",
    zone="Europe/Berlin",
    started=START,
    allowed=4 * HOUR,
    consumed=timedelta(microseconds=1),
    since=START,
    due=START + 4 * HOUR,
)
ENDED = replace(RUNNING, since=None, ended=START + HOUR, ending=Ending.MET, consumed=HOUR)
CLOCKS = st.builds(
    lambda clock, run, consumed, late: replace(
        clock, run=run, consumed=timedelta(microseconds=consumed), breached=START if late else None
    ),
    st.sampled_from([RUNNING, ENDED, replace(RUNNING, since=None, due=None)]),
    st.just(0),
    st.integers(0, 10**13),
    st.booleans(),
)
LEVELS = st.builds(
    lambda policy, clocks: Sla(
        policy, tuple(replace(c, target=t) for t, c in zip(Target, clocks, strict=False) if c is not None)
    ),
    st.sampled_from(["", "Gold", "Größe " * 10]),
    st.lists(st.none() | CLOCKS, max_size=3),
)


def deed(tx: Tx, ticket: int, *levels: Sla) -> None:
    before = tickets.snapshot(tx, ticket)
    draft = Draft(tx, before)
    planned = before
    for level in levels:
        apply.change(draft, SetSla(level))
        planned = project(planned, SetSla(level))
    draft.flush()
    after = tickets.snapshot(tx, ticket)
    assert after.sla == planned.sla
    assert after.version == before.version


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(past=LEVELS, now=st.lists(LEVELS, min_size=1, max_size=2))
def test_the_plan_is_the_deed(db: Database, past: Sla, now: list[Sla]) -> None:
    def run(tx: Tx) -> None:
        ticket = builders.ticket(tx)
        known = {clock.target for clock in past.clocks}
        deed(tx, ticket, past)
        kept = past.clocks
        fuller = [
            Sla(
                n.policy,
                tuple(sorted({**{c.target: c for c in kept}, **{c.target: c for c in n.clocks}}.values(), key=order)),
            )
            for n in now
        ]
        deed(tx, ticket, *fuller)
        assert known <= {clock.target for clock in fuller[-1].clocks}

    db.write_now(run)


def order(clock: Clock) -> int:
    return list(Target).index(clock.target)


def test_a_ticket_that_never_had_a_policy_has_no_level(db: Database) -> None:
    ticket = db.write_now(builders.ticket)
    assert db.read_now(lambda tx: tickets.snapshot(tx, ticket)).sla is None


def test_an_earlier_run_stays_and_the_newest_is_read(db: Database, clock: ManualClock) -> None:
    ticket = db.write_now(builders.ticket)
    db.write_now(lambda tx: deed(tx, ticket, Sla("Gold", (ENDED,))))
    again = replace(RUNNING, run=1, started=START + 2 * HOUR, since=START + 2 * HOUR)
    db.write_now(lambda tx: deed(tx, ticket, Sla("Gold", (again,))))
    rows = db.read_now(lambda tx: tx.rows(select(SLA_CLOCK).order_by(SLA_CLOCK.c.run)))
    assert [(row["run"], row["newest"], row["ending"]) for row in rows] == [(0, False, "met"), (1, True, None)]
