"""Who nobody vouches for: the ticket is made, the letter waits, and nothing of anybody else's order is shown."""

from collections.abc import Callable

import pytest

from maild.control.client import Refusal
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

AWAY = "127.0.0.2"  # a loopback address outside the trusted networks


def test_a_strangers_order_waits_for_a_person(daemon: Daemon, relay: Relay) -> None:
    stranger = Customer(daemon, "Mia Okafor", "mia@blueharbor.example", source=AWAY)
    order = stranger.order()
    [ticket] = daemon.tickets("review:yes")
    assert ticket["po_number"] == "PO-70231"
    [letter] = daemon.letters()
    assert (letter["phase"], letter["code"]) == ("held", "auth.stranger")
    assert "not authenticated" in letter["why"]
    assert relay.letters == []
    assert daemon.ask("outbox.release", actor="lead", id=letter["id"]) == [{"id": letter["id"], "phase": "queued"}]
    released = relay.next()
    assert released.recipients == ("mia@blueharbor.example",)
    assert released.mail["In-Reply-To"] == order["Message-ID"]
    daemon.quiet()
    assert daemon.letters()[0]["phase"] == "sent"


def test_a_foreign_sender_on_a_thread_leaves_a_private_note_and_learns_nothing(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    letter = relay.next()
    before = daemon.ticket(1)
    thief = Customer(daemon, "Max Elsewhere", "max@elsewhere.example")
    marker = next(line for line in letter.text.splitlines() if "[ref:" in line)
    attempts = [
        thief.answer(letter, "Please send it to my address instead."),
        thief.mail("No token", "Stop this order.", In_Reply_To=str(letter.mail["Message-ID"])),
        thief.mail("No header but one", "Stop it.", References=f"<x@y.example> {letter.mail['Message-ID']}"),
        thief.mail("Only the line below", f"Stop it.\n\n> {marker}\n"),
    ]
    attempts[0]["Cc"] = "lena@northwind.example"
    for attempt in attempts:
        thief.send(attempt)
    daemon.quiet()
    rows = [daemon.mail(str(attempt["Message-ID"])) for attempt in attempts]
    assert [(row["outcome"], row["code"], row["ticket_id"]) for row in rows] == [
        ("comment", "thread.foreign_sender", 1)
    ] * len(attempts)
    after = daemon.ticket(1)
    notes = after["comments"][1:]
    assert [(note["public"], note["mark"]) for note in notes] == [(False, "thread.foreign_sender")] * len(attempts)
    assert after["needs_review"]
    assert (after["status"], after["fields"], after["tags"]) == (before["status"], before["fields"], before["tags"])
    assert [received.recipients for received in relay.letters] == [("mia@blueharbor.example",)]
    daemon.ask("ticket.reply", actor="orders-agent", id=1, text="It leaves tomorrow.")
    answer = relay.next()
    assert answer.recipients == ("mia@blueharbor.example",)
    assert b"my address instead" not in answer.raw
    assert b"elsewhere.example" not in answer.raw


def test_a_number_in_a_subject_opens_no_door(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    relay.next()
    thief = Customer(daemon, "Max Elsewhere", "max@elsewhere.example")
    asked = thief.order("What became of [#1]?", "Please tell me about my order [#1].")
    assert daemon.mail(str(asked["Message-ID"]))["ticket_id"] == 2
    answer = relay.next()
    assert answer.recipients == ("max@elsewhere.example",)
    assert b"PO-70231" not in answer.raw
    assert len(daemon.ticket(1)["comments"]) == 1


def test_somebody_who_only_was_copied_takes_no_part(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    order = customer.mail("Purchase order PO-70231", Cc="Max <max@elsewhere.example>")
    customer.send(order)
    letter = relay.next()
    assert letter.recipients == ("mia@blueharbor.example",)
    copied = Customer(daemon, "Max Elsewhere", "max@elsewhere.example")
    copied.send(copied.answer(letter, "I was copied, so cancel it."))
    daemon.quiet()
    assert daemon.ticket(1)["comments"][-1]["mark"] == "thread.foreign_sender"


def test_a_disproved_sender_on_a_thread_moves_nothing(start: Callable[..., Daemon], relay: Relay) -> None:
    """A forger who stole the reply address, with mail that our own mail server saw fail."""
    daemon = start(("[smtp]", '[smtp]\ntrusted_authserv_ids = ["mx.shop.example"]'))
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    customer.order()
    letter = relay.next()
    daemon.ask("ticket.move", actor="lead", id=1, status="solved")
    forged = customer.answer(letter, "Please deliver elsewhere.")
    plain = forged.as_bytes(policy=forged.policy.clone(linesep="\r\n"))
    verdict = b"Authentication-Results: mx.shop.example; dmarc=fail header.from=blueharbor.example\r\n"
    customer.send_raw(verdict + plain, str(forged["To"]))
    daemon.quiet()
    ticket = daemon.ticket(1)
    assert (ticket["comments"][-1]["public"], ticket["comments"][-1]["mark"]) == (False, "thread.forged_sender")
    assert ticket["needs_review"]
    assert ticket["status"] == "solved"


def test_a06_a_forger_who_knows_the_customers_own_message_id_moves_nothing(daemon: Daemon, relay: Relay) -> None:
    """Everybody who got a copy of the customer's mail knows its Message-ID; only our letters' readers know ours."""
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    order = customer.order()
    letter = relay.next()
    daemon.ask("ticket.macro", actor="orders-agent", id=1, macro="need-more-info")
    asked = relay.next()
    forger = Customer(daemon, "Mia Okafor", "mia@blueharbor.example", source=AWAY, written=100)
    ours, theirs = str(letter.mail["Message-ID"]), str(order["Message-ID"])
    forged = forger.mail("Re: my order", "It is all right.", In_Reply_To=theirs, References=f"<a@b.example> {theirs}")
    forger.send(forged)
    daemon.quiet()
    row, ticket = daemon.mail(str(forged["Message-ID"])), daemon.ticket(1)
    assert (row["outcome"], row["code"], row["ticket_id"]) == ("comment", "thread.unproved_sender", 1)
    assert (ticket["comments"][-1]["public"], ticket["comments"][-1]["mark"]) == (False, "thread.unproved_sender")
    assert (ticket["status"], ticket["needs_review"]) == ("on-hold", True)
    assert "onhold_need_more_info" in ticket["tags"]
    assert "nothing proves that mia@blueharbor.example wrote it" in " ".join(ticket["review_reasons"])
    answer = forger.mail("Re: my order", "The address is complete.", In_Reply_To=ours, References=f"{theirs} {ours}")
    forger.send(answer)
    daemon.quiet()
    ticket = daemon.ticket(1)
    assert (ticket["comments"][-1]["public"], ticket["status"]) == (True, "open")
    assert len(relay.letters) == 2
    assert asked.recipients == ("mia@blueharbor.example",)


def test_a13_an_unproved_answer_to_a_letter_of_ours_changes_no_order(daemon: Daemon, relay: Relay) -> None:
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    customer.order()
    letter = relay.next()
    before = daemon.ticket(1)
    unproved = Customer(daemon, "Mia Okafor", "mia@blueharbor.example", source=AWAY, written=100)
    unproved.send(unproved.answer(letter, ORDER.replace("20        12.50   250.00", "40        12.50   500.00")))
    unproved.send(unproved.answer(letter, "Please cancel the order."))
    daemon.quiet()
    after = daemon.ticket(1)
    assert [comment["public"] for comment in after["comments"]] == [True, True, True, False]
    assert "wish to cancel" in after["comments"][-1]["text"]
    assert (after["orders"], after["fields"], after["status"]) == (before["orders"], before["fields"], before["status"])
    reasons = " ".join(after["review_reasons"])
    assert "it changes the order, and nothing proves its sender" in reasons
    assert "intent.sensitive" in reasons


def test_mail_without_one_author_waits_for_a_person_and_sets_off_no_letter(daemon: Daemon, relay: Relay) -> None:
    """No From, two of them, one with two authors, one without an address: nobody to answer, and nothing went wrong."""
    mia, thief = "From: Mia <mia@blueharbor.example>\r\n", "From: Max <max@elsewhere.example>\r\n"
    both = "From: mia@blueharbor.example, max@elsewhere.example\r\n"
    writer = Customer(daemon, "Mia", "mia@blueharbor.example")
    for number, author in enumerate(("", mia + thief, both, "From: Mia Okafor\r\n")):
        head = f"{author}Subject: Question {number}\r\nMessage-ID: <{number}@x.example>\r\n"
        writer.send_raw(f"{head}\r\nWhere is it?\r\n".encode(), "orders@shop.example")
    daemon.quiet()
    assert len(daemon.tickets("review:yes")) == 4
    with pytest.raises(Refusal, match="no customer who could be written to"):
        daemon.ask("ticket.reply", actor="approver", id=1, text="Who are you?")
    daemon.quiet()
    assert (daemon.letters(), relay.letters) == ([], [])
    assert [line for line in daemon.log if line["level"] == "error"] == []
    assert [mail["from_address"] for mail in daemon.ask("mail.list", limit=10)] == [None] * 4
