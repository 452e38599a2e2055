"""Several purchase orders in one mail: a ticket each, linked; sent again, each finds its own ticket."""

from email.message import EmailMessage

from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon


def _both(customer: Customer, *numbers: str) -> EmailMessage:
    """One mail with an order in each of its attached text files."""
    message = customer.mail("Our orders of today", "Please find our orders attached.")
    for number in numbers:
        message.add_attachment(ORDER.replace("PO-70231", number), filename=f"{number}.txt")
    return message


def test_each_order_has_its_ticket_also_when_the_mail_comes_again(daemon: Daemon, customer: Customer) -> None:
    customer.send(_both(customer, "PO-81001", "PO-81002"))
    daemon.quiet()
    tickets = {ticket["po_number"]: ticket["id"] for ticket in daemon.tickets()}
    assert set(tickets) == {"PO-81001", "PO-81002"}
    first = daemon.ticket(tickets["PO-81001"])
    assert [link["ticket"] for link in first["links"]] == [tickets["PO-81002"]]

    customer.send(_both(customer, "PO-81001", "PO-81002", "PO-81003"))
    daemon.quiet()
    assert {ticket["po_number"] for ticket in daemon.tickets()} == {"PO-81001", "PO-81002", "PO-81003"}
    marks = [comment["mark"] for comment in daemon.ticket(tickets["PO-81002"])["comments"]]
    assert marks == [None, "po.duplicate"]
