"""Machines write: nobody answers them, nothing moves for them, and still no order of theirs is lost."""

from collections.abc import Callable

from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

MACHINES = {
    "Auto-Submitted": "auto-replied",
    "auto-submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Precedence": "bulk",
    "precedence": "junk",
    "PRECEDENCE": "list",
    "List-Id": "Staff <staff.blueharbor.example>",
    "X-Autoreply": "yes",
    "X-Loop": "mia@blueharbor.example",
}


def test_l01_automatic_mail_without_an_order_is_ignored(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    for field, value in MACHINES.items():
        customer.send(customer.mail("Something came up", "The office is closed today.", **{field: value}))
    daemon.quiet()
    ends = [(mail["outcome"], mail["code"]) for mail in reversed(daemon.ask("mail.list"))]
    lists = {"bulk", "junk", "list", MACHINES["List-Id"]}
    assert ends == [("ignored", "auto.list" if value in lists else "auto.reply") for value in MACHINES.values()]
    assert daemon.tickets() == []
    assert relay.letters == []


def test_l01_an_order_in_automatic_mail_opens_a_ticket_and_gets_no_letter(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    for number, (field, value) in enumerate(MACHINES.items()):
        order = ORDER.replace("PO-70231", f"PO-6000{number}")
        customer.send(customer.mail(f"Order {number}", order, **{field: value}))
    daemon.quiet()
    tickets = daemon.tickets("review:yes")
    assert {ticket["po_number"] for ticket in tickets} == {f"PO-6000{number}" for number in range(len(MACHINES))}
    assert {(letter["phase"], letter["code"]) for letter in daemon.letters()} == {("dropped", "cause.automatic")}
    assert "machine" in " ".join(daemon.ticket(tickets[0]["id"])["review_reasons"])
    assert relay.letters == []


def test_l01_automatic_mail_on_a_ticket_is_a_private_note_that_moves_nothing(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    letter = relay.next()
    daemon.ask("ticket.move", actor="lead", id=1, status="solved")
    before = daemon.ticket(1)
    for field, value in MACHINES.items():
        answer = customer.answer(letter, "I am away until Monday.")
        answer[field] = value
        customer.send(answer)
    daemon.quiet()
    after = daemon.ticket(1)
    notes = after["comments"][len(before["comments"]) :]
    assert [(note["public"], note["mark"]) for note in notes] == [(False, "auto.reply")] * len(MACHINES)
    assert {name: after[name] for name in ("status", "tags", "timers", "stamps") if name in after} == {
        name: before[name] for name in ("status", "tags", "timers", "stamps") if name in before
    }
    assert len(relay.letters) == 1
    customer.send(customer.answer(letter, "It was not solved at all."))
    daemon.quiet()
    assert daemon.ticket(1)["status"] == "open"


def test_l08_our_own_mail_that_comes_back_goes_no_further(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    letter = relay.next()
    ourselves = Customer(daemon, "Order desk", "orders@shop.example")
    ourselves.send(ourselves.mail("Our own address in From"), envelope_from="mia@blueharbor.example")
    customer.send(customer.mail("Our own loop header", X_Maild_Loop="shop.example"))
    customer.send(customer.mail("Our own envelope sender"), envelope_from="orders+tag@shop.example")
    customer.send_raw(letter.raw, "orders@shop.example")
    daemon.quiet()
    ends = [(mail["outcome"], mail["code"]) for mail in daemon.ask("mail.list", limit=4)]
    assert ends == [("ignored", "loop.self")] * 4
    assert len(daemon.tickets()) == 1
    assert len(relay.letters) == 1


def test_l01_a_listed_machine_sender_orders_like_any_customer(start: Callable[..., Daemon], relay: Relay) -> None:
    addresses = 'addresses = ["orders@shop.example"]'
    daemon = start((addresses, f'{addresses}\nmachine_senders = ["erp@blueharbor.example"]'))
    erp = Customer(daemon, "ERP", "erp@blueharbor.example")
    erp.send(erp.mail("Purchase order PO-70231", Auto_Submitted="auto-generated", Precedence="bulk"))
    assert relay.next().recipients == ("erp@blueharbor.example",)
    daemon.quiet()
    [ticket] = daemon.tickets()
    assert not ticket["needs_review"]
    mia = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    mia.send(mia.mail("Another", ORDER.replace("PO-70231", "PO-70232"), Auto_Submitted="auto-generated"))
    daemon.quiet()
    assert daemon.letters()[-1]["code"] == "cause.automatic"
    assert len(relay.letters) == 1


def test_l01_an_order_attached_to_a_machines_answer_is_not_lost(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    answer = customer.mail("Automatic reply: your quotation", "Our order is attached.", Auto_Submitted="auto-replied")
    table = "PO number,Item,Description,Qty,Unit price,Amount\nPO-60099,BH-1001,Brass ball valve,20,12.50,250.00\n"
    answer.add_attachment(table.encode(), maintype="text", subtype="csv", filename="PO-60099.csv")
    customer.send(answer)
    daemon.quiet()
    [ticket] = daemon.tickets()
    assert (ticket["po_number"], ticket["needs_review"]) == ("PO-60099", True)
    assert [(letter["phase"], letter["code"]) for letter in daemon.letters()] == [("dropped", "cause.automatic")]
    assert relay.letters == []


def test_l01_an_out_of_office_reply_that_quotes_an_order_opens_nothing(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    """The customer's colleague is away: his program answers her order, which it quotes, and our letter."""
    customer.order()
    letter = relay.next()
    quoted = "\n".join(f"> {line}" for line in ORDER.splitlines())
    away = "I am away until Monday. For order PO-70231 please ask Mia."
    ben = Customer(daemon, "Ben Okafor", "ben@blueharbor.example")
    for text in (f"{away}\n\nOn Mon, 23 Nov 2026, Mia Okafor wrote:\n{quoted}\n", f"{away}\n\n{letter.text}", away):
        ben.send(ben.mail("Automatic reply: Purchase order PO-70231", text, Auto_Submitted="auto-replied"))
    daemon.quiet()
    assert len(daemon.tickets()) == 1
    assert len(daemon.ticket(1)["orders"]) == 1
    assert len(relay.letters) == 1
