"""What a customer has bought: the totals of completed orders, by currency."""

from decimal import Decimal

import pytest
from sqlalchemy import true, update

from maild.domain.effects import AddTags, EnterBlueprint, MoveState
from maild.domain.ticket import Status
from maild.store import customers, orders, stands, tickets
from maild.store.db import Database
from maild.store.tables import TICKET
from maild.store.tx import Tx
from pipeline import apply
from tests.maild.store import builders

SOLVED = int(Status.SOLVED)


def solved(tx: Tx, **fields: str) -> int:
    number = builders.ticket(tx)
    tx.execute(
        update(TICKET).where(TICKET.c.id == number).values(status=SOLVED, fields={"total_cost": "10.00", **fields})
    )
    return number


def bought(db: Database) -> dict[str, Decimal]:
    return db.read_now(lambda tx: customers.bought(tx, [true()]))


def test_the_currency_is_that_of_the_form_or_of_the_order(db: Database) -> None:
    def two(tx: Tx) -> None:
        solved(tx, currency="USD")
        orders.add(tx, solved(tx), None, None, builders.order())

    db.write_now(two)
    assert bought(db) == {"USD": Decimal("10.00"), "EUR": Decimal("10.00")}


def test_what_the_customer_wished_to_cancel_was_not_bought(db: Database) -> None:
    def wished(tx: Tx) -> None:
        apply.apply_one(tx, tickets.snapshot(tx, solved(tx)), AddTags(frozenset({"cancellation_requested"})))

    db.write_now(wished)
    assert bought(db) == {}


@pytest.mark.parametrize(("state", "sum_"), [("dropped", {}), ("shipped", {"": Decimal("10.00")})])
def test_what_its_blueprint_dropped_was_not_bought(db: Database, state: str, sum_: dict[str, Decimal]) -> None:
    def walk(tx: Tx) -> None:
        number = solved(tx)
        for step in (EnterBlueprint("way", "v1", "received"), MoveState("end", state, final=True)):
            before = tickets.snapshot(tx, number)
            stands.log(tx, before, step, "agent:ada", "rules", drops=["dropped"])
            apply.apply_one(tx, before, step)

    db.write_now(walk)
    assert bought(db) == sum_
    assert db.read_now(lambda tx: stands.of_ticket(tx, 1))[-1].dropped is (state == "dropped")
