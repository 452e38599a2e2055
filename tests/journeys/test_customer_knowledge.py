"""What the desk knows of a customer, told by a list or learned from a correction, is used on the next order."""

import pytest

from maild.control.client import Refusal
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon

pytestmark = pytest.mark.both

CLERK = "orders-agent"


@pytest.fixture
def known(daemon: Daemon) -> str:
    daemon.ask("organization.set", CLERK, name="Blue Harbor", changes=[["domains", "blueharbor.example"]])
    return "Blue Harbor"


def following(customer: Customer, number: str) -> None:
    customer.order(f"Purchase order {number}", ORDER.replace("PO-70231", number))


def item(daemon: Daemon, ticket: int) -> str:
    sku: str = daemon.ticket(ticket)["orders"][-1]["lines"][0]["sku"]
    return sku


def test_a_correction_is_learned_applied_next_time_and_undone(daemon: Daemon, customer: Customer, known: str) -> None:
    customer.order()
    read = item(daemon, 1)
    [row] = daemon.ask("ticket.correct", CLERK, id=1, field="lines[0].sku", value="OURS-1")
    assert (row["before"], item(daemon, 1)) == (read, "OURS-1")
    assert "Corrected lines[0].sku" in daemon.ticket(1)["comments"][-1]["text"]
    following(customer, "PO-70232")
    order = daemon.ticket(2)["orders"][-1]
    assert order["lines"][0]["sku"] == "OURS-1"
    said = [place["text"] for path, place in order["provenance"] if path == "lines[0].sku"]
    assert said == [f"learned from ticket 1 by agent:{CLERK}"]
    [habit] = daemon.ask("habit.list", organization=known)
    assert (habit["id"], habit["ticket_id"], habit["said"]) == (row["habit"], 1, read)
    daemon.ask("habit.drop", CLERK, id=habit["id"])
    following(customer, "PO-70233")
    assert item(daemon, 3) == read
    assert item(daemon, 2) == "OURS-1"


def test_what_another_customer_taught_changes_nothing_here(daemon: Daemon, customer: Customer, known: str) -> None:
    customer.order()
    read = item(daemon, 1)
    daemon.ask("ticket.correct", CLERK, id=1, field="lines[0].sku", value="OURS-1")
    daemon.ask("organization.set", CLERK, name="Northwind", changes=[["domains", "northwind.example"]])
    Customer(daemon, "Lena Vogt", "lena@northwind.example").order()
    assert item(daemon, 2) == read


def test_a_list_with_a_mistake_is_refused_as_a_whole(daemon: Daemon, known: str) -> None:
    good = {"organization": known, "name": "sku", "said": "4711", "value": "AX-1"}
    with pytest.raises(Refusal, match="line 3: no habit is called 'colour'"):
        daemon.ask("habit.import", CLERK, rows=[good, good | {"name": "colour"}])
    assert daemon.ask("habit.list") == []
    daemon.ask("habit.import", CLERK, rows=[good, good | {"value": "AX-2"}])
    assert [row["value"] for row in daemon.ask("habit.list")] == ["AX-2"]


def test_an_order_is_held_against_the_price_list(daemon: Daemon, customer: Customer, known: str) -> None:
    customer.order()
    lines = daemon.ticket(1)["orders"][-1]["lines"]
    assert "prices" not in daemon.ticket(1)["orders"][-1]
    rows = [{"sku": x["sku"], "price": x["unit_price"], "currency": "EUR"} for x in lines]
    daemon.ask("price.import", CLERK, rows=rows)
    following(customer, "PO-70232")
    agreed = daemon.ticket(2)
    assert agreed["orders"][-1]["prices"] == "agree"
    dearer = rows[0] | {"price": "99.00", "organization": known}
    daemon.ask("price.import", CLERK, rows=[dearer])
    following(customer, "PO-70233")
    ticket = daemon.ticket(3)
    assert ticket["orders"][-1]["prices"] == "differ"
    assert "listed at 99.00 EUR" in " ".join(ticket["review_reasons"])
    assert len(daemon.ask("price.list")) == len(rows) + 1
    with pytest.raises(Refusal, match="line 2: price '12,50' is no figure"):
        daemon.ask("price.import", CLERK, rows=[rows[0] | {"price": "12,50"}])
    assert len(daemon.ask("price.list")) == len(rows) + 1


def test_the_touchless_share_counts_edits_of_what_was_read(daemon: Daemon, customer: Customer, known: str) -> None:
    for number in ("PO-70231", "PO-70232", "PO-70233", "PO-70234"):
        following(customer, number)
    daemon.ask("ticket.correct", CLERK, id=1, field="lines[0].quantity", value="21")
    daemon.ask("ticket.set", CLERK, id=2, changes=[["so_number", "900"]])  # work, and no edit of the order
    daemon.ask("ticket.set", CLERK, id=3, changes=[["po_number", "PO-9"]])
    daemon.ask("ticket.set", CLERK, id=3, changes=[["total_cost", "12.00"]])
    assert daemon.ask("report.touchless", months=1)[-1]["share"] is None  # all are open, and may yet be edited
    for ticket in (1, 2, 4):
        daemon.ask("ticket.set", CLERK, id=ticket, changes=[["status", "solved"]])
    row = daemon.ask("report.touchless", months=1)[-1]
    assert (row["orders"], row["touchless"], row["share"]) == (3, 2, 66.7)


def test_an_order_with_a_corrected_number_is_known_under_both(daemon: Daemon, customer: Customer) -> None:
    customer.order()
    daemon.ask("ticket.correct", CLERK, id=1, field="po_number", value="PO-70299")
    again = customer.order("Our order again, to be sure")
    assert daemon.mail(str(again["Message-ID"]))["outcome"] == "duplicate"
    changed = ORDER.replace("PO-70231", "PO-70299").replace("20", "21")
    assert changed.count("21") > ORDER.count("21")
    revised = customer.order("Purchase order PO-70299", changed)
    told = daemon.mail(str(revised["Message-ID"]))
    assert (told["outcome"], told["ticket_id"], told["code"]) == ("comment", 1, "po.revision")


def test_an_order_that_comes_again_after_a_correction_was_learned_is_the_same(
    daemon: Daemon, customer: Customer, known: str
) -> None:
    customer.order()
    daemon.ask("ticket.correct", CLERK, id=1, field="lines[0].sku", value="OURS-1")
    again = customer.order("Our order again, to be sure")
    assert daemon.mail(str(again["Message-ID"]))["outcome"] == "duplicate"
    following(customer, "PO-70232")
    assert item(daemon, 2) == "OURS-1"
    later = customer.order("Purchase order PO-70232 again", ORDER.replace("PO-70231", "PO-70232"))
    assert daemon.mail(str(later["Message-ID"]))["outcome"] == "duplicate"
