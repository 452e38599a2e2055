"""Orders that reach the desk through a list or a mailbox rule: known again, and proved or looked at."""

from collections.abc import Callable

from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

FOOTER = "\n_______________________________________________\nPurchasing mailing list\npurchasing@blueharbor.example\n"


def test_l13_a_lists_copy_of_an_order_is_a_duplicate_and_other_lines_are_looked_at(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    relay.next()
    more = ORDER.replace("20        12.50   250.00", "40        12.50   500.00").replace("335.00 EUR", "585.00 EUR")
    copies = [
        customer.mail(
            "[Purchasing] Purchase order PO-70231", f"{text}{FOOTER}", List_Id="<purchasing.blueharbor.example>"
        )
        for text in (ORDER, more)
    ]
    customer.send(copies[0])
    daemon.quiet()
    row = daemon.mail(str(copies[0]["Message-ID"]))
    assert (row["outcome"], row["code"], row["ticket_id"], row["kind"]) == ("duplicate", "po.duplicate", 1, "list")
    assert not daemon.ticket(1)["needs_review"]
    before = daemon.ticket(1)["fields"]
    customer.send(copies[1])
    daemon.quiet()
    row, ticket = daemon.mail(str(copies[1]["Message-ID"])), daemon.ticket(1)
    assert (row["outcome"], row["code"], row["ticket_id"]) == ("comment", "po.revision", 1)
    assert (ticket["needs_review"], ticket["fields"]) == (True, before)
    assert len(daemon.tickets()) == len(relay.letters) == 1


def test_l14_a_mailbox_rules_forward_is_believed_by_the_authors_signature_alone(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    """The forwarder's SPF says nothing about the author; the author's DKIM signature survives the way."""
    daemon = start(("[smtp]", '[smtp]\ntrusted_authserv_ids = ["mx.shop.example"]'))
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    ends = {
        "spf=pass smtp.mailfrom=forwarder.example; dkim=pass header.d=blueharbor.example": ("sent", "sent"),
        "spf=pass smtp.mailfrom=forwarder.example; dkim=none": ("held", "auth.stranger"),
        "spf=pass smtp.mailfrom=forwarder.example; dkim=pass header.d=forwarder.example": ("held", "auth.stranger"),
    }
    for number, results in enumerate(ends):
        order = customer.mail(f"Order {number}", ORDER.replace("PO-70231", f"PO-6100{number}"))
        head = (
            f"Authentication-Results: mx.shop.example; {results}\r\n"
            "Received: from out.forwarder.example by mx.shop.example; Mon, 23 Nov 2026 09:00:01 +0000\r\n"
            "Received: from blueharbor.example by in.forwarder.example; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
            "X-Forwarded-To: orders@shop.example\r\n"
        )
        plain = order.as_bytes(policy=order.policy.clone(linesep="\r\n"))
        customer.send_raw(head.encode() + plain, "orders@shop.example", "somebody@forwarder.example")
        daemon.quiet()
    assert [(letter["phase"], letter["code"]) for letter in daemon.letters()] == list(ends.values())
    assert [ticket["needs_review"] for ticket in reversed(daemon.tickets())] == [False, True, True]
    assert [letter.recipients for letter in relay.letters] == [("mia@blueharbor.example",)]
