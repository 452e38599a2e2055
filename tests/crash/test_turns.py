"""The checks of the requests given in turn notice it when somebody has none, two owners, or too much."""

from collections.abc import Callable

import pytest

from tests.crash import turns
from tests.crash.conftest import Past

_OPEN = "order_address = 'service@shop.example' AND status < 5 AND assignee IS NOT NULL"
_ONE = f"id = (SELECT min(id) FROM ticket WHERE {_OPEN})"
_OTHER = "assignee = CASE assignee WHEN 'eve' THEN 'finn' ELSE 'eve' END"
_TURN = "(SELECT min(id) FROM history WHERE key LIKE 'assignment:%')"


def test_a_run_gives_requests_away(past: Past) -> None:
    with past.engine.connect() as connection:
        assert turns.facts(connection)["given"] >= 4
        assert list(turns.violations(connection)) == []


def _give_it_to_somebody_else(past: Past) -> None:
    past.sql(f"UPDATE ticket SET {_OTHER} WHERE {_ONE}")


def _give_it_to_nobody(past: Past) -> None:
    past.sql(f"UPDATE ticket SET assignee = NULL WHERE {_ONE}")


def _let_it_wait_although_it_is_given(past: Past) -> None:
    past.sql(f"UPDATE ticket SET queue = '{turns.NAME}' WHERE {_ONE}")


def _let_it_wait_while_there_is_room(past: Past) -> None:
    past.sql(f"UPDATE ticket SET assignee = NULL, queue = '{turns.NAME}' WHERE {_OPEN}")


def _give_all_to_one(past: Past) -> None:
    past.sql("UPDATE ticket SET assignee = 'gus', queue = NULL, status = 2 WHERE order_address LIKE 'service@%'")


def _tell_of_it_twice(past: Past) -> None:
    columns = "ticket_id, at, kind, actor, data, seen, steps, rules_hash"
    past.sql(
        f"INSERT INTO history (key, {columns}) SELECT 'assignment:again', {columns} FROM history WHERE id = {_TURN}"
    )


def _tell_of_it_never(past: Past) -> None:
    past.sql(f"DELETE FROM history WHERE id = {_TURN}")


def _lose_a_turn(past: Past) -> None:
    past.sql("UPDATE assignment_turn SET turn = turn - 1 WHERE turn = (SELECT max(turn) FROM assignment_turn)")


DOCTORED: dict[Callable[[Past], None], str] = {
    _give_it_to_somebody_else: "and its history gave it to",
    _give_it_to_nobody: "is None's and waits for None",
    _let_it_wait_although_it_is_given: f"and waits for {turns.NAME}",
    _let_it_wait_while_there_is_room: "requests wait, and eve has 0 of 3",
    _give_all_to_one: "gus was given",
    _tell_of_it_twice: "and its history gave it to",
    _tell_of_it_never: "and its history gave it to []",
    _lose_a_turn: "turn: the turns are",
}


@pytest.mark.parametrize("doctor", DOCTORED, ids=lambda doctor: doctor.__name__.strip("_"))
def test_the_checks_notice_it_when_we(doctor: Callable[[Past], None], past: Past) -> None:
    doctor(past)
    found = [what for what in past.violations() if what.startswith("turn: ")]
    assert any(DOCTORED[doctor] in what for what in found)
