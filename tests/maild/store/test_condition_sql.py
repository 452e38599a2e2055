"""A condition's SQL finds exactly the tickets for which its predicate holds."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from maild.domain.conditions import Compare, Condition, Conditions, Matches, OneOf
from maild.domain.patterns import parse_pattern
from maild.domain.terms import TERMS, quiet
from maild.store import condition_sql, tickets
from maild.store.db import Database
from maild.store.sqlite_functions import decimal_key
from maild.store.tables import TICKET
from maild.store.tx import Tx
from tests.maild.store import scenes


class Undone(Exception):
    """Rolls a transaction back."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=st.lists(scenes.SCENES, min_size=6, max_size=8), asked=st.lists(scenes.CONDITIONS, min_size=8, max_size=10))
def test_the_predicate_and_the_sql_agree(anydb: Database, rows: list[Any], asked: list[Conditions]) -> None:
    def compare(tx: Tx) -> None:
        tx.now = scenes.NOW
        snapshots = [tickets.snapshot(tx, scenes.put(tx, scene, number)) for number, scene in enumerate(rows)]
        for conditions in asked:
            where = condition_sql.where(conditions, tx.now, postgres=tx.postgres)
            found = set(tx.execute(select(TICKET.c.id).where(where)).scalars())
            meant = {ticket.id for ticket in snapshots if conditions.hold(quiet(ticket))}
            assert found == meant, conditions
        raise Undone

    with pytest.raises(Undone):
        anydb.write_now(compare)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.decimals(allow_nan=False, allow_infinity=False))
def test_keys_of_decimals_compare_as_the_decimals_do(one: Decimal, other: Decimal) -> None:
    assert (decimal_key(one) < decimal_key(other)) == (one < other)
    assert (decimal_key(one) == decimal_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("ranks", "negated", "expected"), [({1, 2}, False, True), ({5}, False, False), ({5, 6}, True, True)]
)
def test_it_is_known_whether_only_unsolved_tickets_can_be_meant(ranks: set[int], negated: bool, expected: bool) -> None:
    node = OneOf(TERMS["status"], frozenset(ranks), negated)
    assert condition_sql.unsolved_only(Conditions((Condition("", node),))) is expected
    assert not condition_sql.unsolved_only(Conditions(any=(Condition("", node),)))


def test_what_has_no_sql_is_refused() -> None:
    for node in (Matches(TERMS["subject"], parse_pattern("a+")), Compare(TERMS["mail.kind"], "==", "order")):
        with pytest.raises(ValueError, match=r"view"):
            condition_sql.where(Conditions((Condition("", node),)), scenes.NOW, postgres=False)


def test_i09_a_value_is_never_part_of_the_statement(anydb: Database) -> None:
    evil = "x' OR 1=1; --"
    for name in ("subject", "group", "requester.name", "order.po_number", "lines.sku"):
        where = condition_sql.where(
            Conditions((Condition("", Compare(TERMS[name], "==", evil)),)), scenes.NOW, postgres=False
        )
        assert evil not in str(select(TICKET.c.id).where(where))


@pytest.fixture
def anydb(db: Database) -> Iterator[Database]:
    yield db
