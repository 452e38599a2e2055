from functools import partial
from typing import Any

import pytest

from maild.domain.people import Person, Role
from maild.store import people
from maild.store.db import Database
from maild.store.tx import Tx
from tests.maild.store.jobs import statements


def keep(db: Database, name: str, *domains: str, **changes: Any) -> int:
    given: dict[str, Any] = {"tags": (), "fields": {}, "trust_unauthenticated": False} | changes
    return db.write_now(lambda tx: people.keep_organization(tx, name, domains, **given))


def meet(db: Database, address: str, name: str = "") -> Person:
    return db.write_now(lambda tx: people.meet(tx, address, name))


def home(db: Database, address: str) -> int | None:
    found = db.read_now(lambda tx: people.by_address(tx, address))
    assert found is not None
    return found.organization_id


def test_a_stranger_becomes_a_customer_once(db: Database) -> None:
    first, again = meet(db, "ann@birch.example", "Ann Birch"), meet(db, "ann@birch.example", "Somebody Else")
    assert (first.name, first.role, first.organization_id) == ("Ann Birch", Role.CUSTOMER, None)
    assert again == first
    assert db.read_now(lambda tx: people.by_id(tx, first.id)) == first
    assert db.read_now(lambda tx: people.by_address(tx, "bob@birch.example")) is None


def test_a_name_is_learned_when_it_comes(db: Database) -> None:
    assert meet(db, "ann@birch.example").name == ""
    assert meet(db, "ann@birch.example", "Ann Birch").name == "Ann Birch"
    assert meet(db, "ann@birch.example").name == "Ann Birch"


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("buyer@birch.example", "Exact"),
        ("ann@birch.example", "Domain"),
        ("ann@north.birch.example", "Subdomain"),
        ("ann@deep.north.birch.example", "Subdomain"),
        ("ann@south.birch.example", "Domain"),
        ("buyer@north.birch.example", "Subdomain"),
        ("ann@notbirch.example", None),
        ("ann@example", None),
        ("ann@intranet", "Intranet"),
        ("ann@birch.example.attacker.example", None),
        ("birch.example", "Domain"),
        ("", None),
    ],
)
def test_the_closest_name_decides_whose_an_address_is(db: Database, address: str, owner: str | None) -> None:
    owners = {
        keep(db, "Domain", "birch.example"): "Domain",
        keep(db, "Subdomain", "north.birch.example"): "Subdomain",
        keep(db, "Exact", "buyer@birch.example"): "Exact",
        keep(db, "Intranet", "intranet"): "Intranet",
    }
    found = db.read_now(lambda tx: people.organization_of(tx, address))
    assert (owners[found] if found is not None else None) == owner


def test_people_met_before_join_the_organization_that_lists_them(db: Database) -> None:
    for address in ("ann@birch.example", "bob@north.birch.example", "eve@notbirch.example", "x_y@b_rch.example"):
        meet(db, address)
    birch = keep(db, "Birch", "birch.example")
    assert home(db, "ann@birch.example") == birch == home(db, "bob@north.birch.example")
    assert home(db, "eve@notbirch.example") is None
    odd = keep(db, "Odd", "b_rch.example")
    assert home(db, "x_y@b_rch.example") == odd
    assert home(db, "ann@birch.example") == birch


def test_a_name_that_changes_hands_takes_its_people_along(db: Database) -> None:
    meet(db, "ann@birch.example")
    meet(db, "buyer@birch.example")
    first = keep(db, "Birch", "birch.example")
    special = keep(db, "Buyers", "buyer@birch.example")
    assert home(db, "buyer@birch.example") == special
    second = keep(db, "Oak", "birch.example")
    assert home(db, "ann@birch.example") == second
    assert home(db, "buyer@birch.example") == special
    assert db.read_now(lambda tx: people.organization(tx, first)).domains == ()


def test_an_organization_is_kept_as_it_was_last_said(db: Database) -> None:
    first = keep(db, "Birch", "birch.example", tags=("vip",), fields={"terms": "30d"})
    again = keep(db, "Birch", "birch.example", "birch-group.example", tags=("b", "a"), trust_unauthenticated=True)
    assert first == again
    found = db.read_now(lambda tx: people.organization(tx, first))
    assert found.domains == ("birch-group.example", "birch.example")
    assert (found.tags, found.fields, found.trust_unauthenticated) == (frozenset({"a", "b"}), (), True)


def test_keeping_what_is_there_looks_at_nobody_again(db: Database) -> None:
    """A start must not cost more because more people are known."""

    def again(tx: Tx) -> object:
        return people.keep_organization(tx, "Birch", ("birch.example",), (), {}, False)

    keep(db, "Birch", "birch.example")
    before = db.write_now(partial(statements, again))
    for number in range(20):
        meet(db, f"p{number}@elsewhere.example")
    assert db.write_now(partial(statements, again)) == before


def test_our_own_people_are_kept_as_the_config_says(db: Database) -> None:
    meet(db, "dana@desk.example", "D.")
    agent = db.write_now(lambda tx: people.keep_user(tx, "dana@desk.example", "dana", Role.AGENT))
    lead = db.write_now(lambda tx: people.keep_user(tx, "dana@desk.example", "dana", Role.LEAD))
    found = db.read_now(lambda tx: people.by_id(tx, lead))
    assert agent == lead
    assert (found.name, found.role) == ("dana", Role.LEAD)


def test_a_bounce_marks_the_address_and_nobody_else(db: Database) -> None:
    meet(db, "ann@birch.example")
    meet(db, "bob@birch.example")
    db.write_now(lambda tx: people.flag_bounced(tx, ["ann@birch.example"]))
    assert meet(db, "ann@birch.example").bounced
    assert not meet(db, "bob@birch.example").bounced
