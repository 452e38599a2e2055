"""Two programs that confirm whatever they receive, each the other's customer: the confirmations end by themselves."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.journeys.conftest import TOP, people, workflow
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Received, Relay
from tests.ports import KeptPort


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Daemon, Daemon]]:
    """Two real desks, shop.example and harbor.example; what one sends is delivered to the other."""
    shop, harbor = Daemon(tmp_path / "shop"), Daemon(tmp_path / "harbor")
    kept = KeptPort()
    config = TOP.format(port=kept.number, people=people()) + workflow()
    for daemon in (shop, harbor):
        daemon.folder.mkdir()
    (shop.folder / "config.toml").write_text(config)
    try:
        shop.start()
        there = config.replace("shop.example", "harbor.example").replace("Example Shop", "Harbor Trade")
        there = there.replace('listen = ["127.0.0.1:0"]', f'listen = ["127.0.0.1:{kept.number}"]')
        there = there.replace(f"\nport = {kept.number}\n", f"\nport = {shop.port}\n")
        (harbor.folder / "config.toml").write_text(there)
        harbor.start()
        yield shop, harbor
        assert shop.check() == harbor.check() == []
        assert shop.stop() == harbor.stop() == 0
    finally:
        shop.end()
        harbor.end()


@pytest.mark.parametrize("text", [ORDER, "Good morning, what became of our valves?"])
def test_l07_two_desks_stop_within_two_letters(desks: tuple[Daemon, Daemon], text: str) -> None:
    shop, harbor = desks
    clerk = Customer(shop, "Harbor Trade", "orders@harbor.example")
    clerk.send(clerk.mail("Purchase order PO-70231", text))
    for _ in range(4):
        shop.quiet()
        harbor.quiet()
    sent = [letter for desk in desks for letter in desk.letters() if letter["phase"] == "sent"]
    assert 1 <= len(sent) <= 2
    assert len(shop.tickets()) == 1
    assert all(letter["phase"] in ("sent", "dropped") for desk in desks for letter in desk.letters())


def stripped(letter: Received, subject: str, number: int) -> EmailMessage:
    """A receipt as another ticket system writes it: no mark of a machine, no threading, no quotation."""
    answer = EmailMessage()
    answer["From"], answer["To"] = "Help desk <help@blueharbor.example>", "orders@shop.example"
    answer["Subject"] = subject.format(number=number, ours=letter.mail["Subject"])
    answer["Message-ID"] = f"<help-{number}@blueharbor.example>"
    answer.set_content(f"We got your request and gave it the number {number}.")
    return answer


@pytest.mark.parametrize("subject", ["[Ticket {number}] {ours}", "Your request {number} was received"])
def test_l07_a_system_that_hides_what_it_is_gets_two_letters_at_most(
    daemon: Daemon, relay: Relay, subject: str
) -> None:
    peer = Customer(daemon, "Help desk", "help@blueharbor.example")
    peer.order("A question", "When do you open?")
    answered = 0
    while answered < len(relay.letters):
        assert answered < 5
        peer.send(stripped(relay.letters[answered], subject, answered))
        daemon.quiet()
        answered += 1
    assert len(relay.letters) <= 3
    ticket = daemon.ticket(max(ticket["id"] for ticket in daemon.tickets()))
    assert ticket["needs_review"]
    assert "loop.suspected" in " ".join(ticket["review_reasons"])
    [letter] = daemon.letters(ticket["id"])
    assert (letter["phase"], letter["code"]) == ("held", "loop.suspected")
    assert len(daemon.told("loop.suspected")) == 1
    daemon.ask("outbox.release", actor="lead", id=letter["id"])
    assert relay.next()
    daemon.quiet()
    assert relay.letters[-1].recipients == ("help@blueharbor.example",)


def test_l07_a_persons_new_question_is_no_loop(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    for number, subject in enumerate(["Opening hours", "Delivery", "Opening hours", "Your catalogue"], start=1):
        customer.order(subject, "Can you help me?")
        assert len(relay.letters) == number


def test_l09_our_confirmation_forwarded_back_is_not_read_as_an_order(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    """By the customer, inline and as an attachment, and by a mailbox rule with everything left as it was."""
    customer.order()
    letter = relay.next()
    inline = customer.mail(
        f"Fwd: {letter.mail['Subject']}", f"FYI\n\n---------- Forwarded message ----------\n{letter.text}"
    )
    attached = customer.mail(
        "Fwd: your receipt", "See the attached receipt.", References=str(letter.mail["Message-ID"])
    )
    attached.add_attachment(letter.mail)
    for forwarded in (inline, attached):
        customer.send(forwarded)
    customer.send_raw(letter.raw, "orders@shop.example")
    daemon.quiet()
    rows = [daemon.mail(str(forwarded["Message-ID"])) for forwarded in (inline, attached)]
    assert [(row["outcome"], row["ticket_id"]) for row in rows] == [("comment", 1)] * 2
    assert daemon.mail(str(letter.mail["Message-ID"]))["code"] == "loop.self"
    assert len(daemon.tickets()) == 1
    assert len(daemon.ticket(1)["orders"]) == 1
    assert len(relay.letters) == 1


def test_a15_a_mail_bomb_reaches_no_victim(start: Callable[..., Daemon], relay: Relay) -> None:
    """Forged orders and questions in the names of very many: all kept, none answered, whatever the letter's cause."""
    daemon = start(("[smtp]", '[smtp]\ntrusted_authserv_ids = ["mx.shop.example"]'))
    victims = [
        Customer(daemon, f"Victim {n}", f"victim{n}@{'blueharbor' if n % 3 else f'v{n}'}.example", "127.0.0.2")
        for n in range(30)
    ]
    for n, victim in enumerate(victims):
        order = ORDER.replace("PO-70231", f"PO-{80000 + n}")
        victim.send(victim.mail(f"Order {n}", order if n % 2 else "Confirm this!", Cc=f"target{n}@elsewhere.example"))
    failing = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    plain = failing.mail("Order", ORDER)
    verdict = b"Authentication-Results: mx.shop.example; dmarc=fail header.from=blueharbor.example\r\n"
    failing.send_raw(verdict + plain.as_bytes(policy=plain.policy.clone(linesep="\r\n")), "orders@shop.example")
    daemon.quiet()
    assert len(daemon.tickets("review:yes")) == 31
    letters = daemon.letters()
    assert {letter["code"] for letter in letters} == {"auth.stranger", "auth.failed"}
    assert {letter["phase"] for letter in letters} == {"held"}
    assert relay.letters == []
