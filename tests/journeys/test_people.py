"""Records of people and organizations: by hand, from CSV and back, and what rules and letters make of them."""

import csv
import io
from pathlib import Path

import pytest

from tests.journeys.command import Answer, maild
from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

COMPANIES = (
    "name,domains,tags,net_terms,price_list\r\n"
    "Quayside Trading,quayside.example,vip,30 days,B\r\n"
    '"Harbor, Sons",harbor.example sons.example,,,\r\n'
    "Quayside North,north.quayside.example,,,\r\n"
    "Quayside Owner,boss@quayside.example,,,\r\n"
)
PEOPLE = (
    "address,name,tags,organization,language\r\n"
    'Zoe@Quayside.example,"Berg, Zoe","buyer,vip",,de\r\n'
    "ann@sons.example,=Ann Cole,buyer,,\r\n"
    'tom@elsewhere.example,Tom,,"Harbor, Sons",\r\n'
)


def taken(daemon: Daemon, noun: str, text: str) -> Answer:
    return maild(daemon.folder, noun, "import", "-", given=text.encode())


def test_lists_are_taken_in_and_the_buyers_go_out_again(daemon: Daemon) -> None:
    assert taken(daemon, "organization", COMPANIES).code == 0
    assert taken(daemon, "person", PEOPLE).code == 0
    exported = maild(daemon.folder, "person", "list", "--tag", "buyer", "--csv").raw
    buyers = list(csv.DictReader(io.StringIO(exported.decode(), newline="")))
    assert list(buyers[0]) == ["address", "name", "first_name", "organization", "tags", "language"]
    assert [(row["address"], row["first_name"], row["organization"]) for row in buyers] == [
        ("ann@sons.example", "'=Ann", "Harbor, Sons"),
        ("zoe@quayside.example", "Zoe", "Quayside Trading"),
    ]
    assert buyers[0]["name"] == "'=Ann Cole"
    everybody = maild(daemon.folder, "person", "list", "--csv").raw
    assert taken(daemon, "person", exported.decode()).code == 0
    assert maild(daemon.folder, "person", "list", "--csv").raw == everybody
    companies = maild(daemon.folder, "organization", "list", "Quayside", "--csv").out
    assert taken(daemon, "organization", companies).code == 0
    assert maild(daemon.folder, "organization", "list", "Quayside", "--csv").out == companies


def test_trap_29_the_closest_name_decides_whose_an_address_is(daemon: Daemon) -> None:
    taken(daemon, "organization", COMPANIES)
    for address, owner in (
        ("a@quayside.example", "Quayside Trading"),
        ("a@x.quayside.example", "Quayside Trading"),
        ("a@north.quayside.example", "Quayside North"),
        ("boss@quayside.example", "Quayside Owner"),
        ("a@elsewhere.example", None),
    ):
        assert maild(daemon.folder, "person", "set", address, "tags=x", "--json").rows[0]["organization"] == owner
    maild(daemon.folder, "organization", "set", "Quayside North", "domains=-north.quayside.example")
    [row] = maild(daemon.folder, "person", "show", "a@north.quayside.example", "--json").rows
    assert row["organization"] == "Quayside Trading"


def test_a_list_with_a_mistake_changes_nothing_and_names_every_mistake(daemon: Daemon) -> None:
    wrong = "address,name,organization\r\ngood@x.example,Good,\r\nno address,Bad,\r\nsam@x.example,Sam,Nowhere Inc\r\n"
    answer = taken(daemon, "person", wrong)
    assert answer.code == 65
    assert "line 3: 'no address' is no mail address" in answer.err
    assert "line 4: there is no organization 'Nowhere Inc'" in answer.err
    assert maild(daemon.folder, "person", "show", "good@x.example").code == 65
    assert taken(daemon, "person", "name\r\nx\r\n").code == 65


def test_a_list_is_tried_out_first_and_may_have_semicolons(daemon: Daemon) -> None:
    people = 'address;name;tags;note\nmia@blueharbor.example;Mia;buyer;"a; b"\nnew@bay.example;New;;\n'
    assert taken(daemon, "person", people).code == 0
    [mia] = maild(daemon.folder, "person", "show", "mia@blueharbor.example", "--json").rows
    assert (mia["name"], mia["tags"], mia["fields"]) == ("Mia", ["buyer"], {"note": "a; b"})

    def tried(text: str) -> Answer:
        return maild(daemon.folder, "person", "import", "-", "--dry-run", "--json", given=text.encode())

    lines = (
        "address\tname\ttags",
        "MIA@blueharbor.example\tMia Okafor\t+vip",
        "new@bay.example\tNew\t",
        "x@y.example\tX\t",
    )
    rows = tried("\n".join(lines))
    assert [(row["line"], row["address"], row["what"]) for row in rows.rows] == [
        (2, "mia@blueharbor.example", "changed"),
        (3, "new@bay.example", "same"),
        (4, "x@y.example", "new"),
    ]
    assert rows.rows[0]["changes"] == ["name: Mia -> Mia Okafor", "tags: buyer -> buyer, vip"]
    [same] = maild(daemon.folder, "person", "show", "mia@blueharbor.example", "--json").rows
    assert same == mia
    assert maild(daemon.folder, "person", "show", "x@y.example").code == 65
    wrong = tried("address,tags\nnobody,vip\nmia@blueharbor.example,buyer\n")
    assert wrong.code == 65 and "line 2" in wrong.err
    missed = tried("adress,name\na@b.example,A\n")
    assert missed.code == 65 and "here they are adress, name" in missed.err
    companies = "name;domains\nBay Ltd;bay.example\n"
    answer = maild(daemon.folder, "organization", "import", "-", "--dry-run", given=companies.encode())
    assert "Bay Ltd" in answer.out and "new" in answer.out and "bay.example" in answer.out
    assert maild(daemon.folder, "organization", "show", "Bay Ltd").code == 65


def test_sites_and_fields_stand_beside_the_ticket(daemon: Daemon, relay: Relay) -> None:
    company = "Quayside Trading"
    maild(daemon.folder, "organization", "set", company, "domains=quayside.example", "net_terms=30 days", "tags=+vip")
    place = ("street=Dock 4", "city=Arlington", "postcode=76001", "country=USA")
    assert maild(daemon.folder, "organization", "site", company, f"{company} - Arlington", *place).code == 0
    Customer(daemon, "Zoe Berg", "zoe@quayside.example").order()
    beside = daemon.ticket(1)["customer"]
    assert beside["organization_fields"] == {"net_terms": "30 days"}
    assert [site["city"] for site in beside["sites"]] == ["Arlington"]
    assert (
        f"ships to {company} - Arlington: Dock 4, Arlington 76001, USA" in maild(daemon.folder, "ticket", "show", 1).out
    )
    assert maild(daemon.folder, "organization", "site", company, f"{company} - Arlington", "--drop").code == 0
    assert daemon.ticket(1)["customer"]["sites"] == []


def test_what_the_configuration_names_is_changed_there(daemon: Daemon, desk_folder: Path) -> None:
    answer = maild(daemon.folder, "organization", "set", "Blue Harbor Supplies", "tags=+vip")
    assert answer.code == 65
    assert "[[organization]]" in answer.err
    assert maild(daemon.folder, "person", "set", "agent@shop.example", "name=Somebody").code == 65
