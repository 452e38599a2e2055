"""The relay is down, grumpy, or not there at all: letters wait, and each leaves once."""

import email
import email.policy
from collections.abc import Callable
from datetime import timedelta

from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay


def test_a_relay_that_is_down_gets_each_letter_once_when_it_is_back(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    relay.down()
    customer.order()
    customer.order("Another order", ORDER.replace("PO-70231", "PO-70232"))
    letters = daemon.letters()
    assert {letter["phase"] for letter in letters} <= {"deferred", "queued"}
    assert "deferred" in {letter["phase"] for letter in letters}
    daemon.advance(timedelta(minutes=30))
    tried = [letter["attempt"] for letter in daemon.letters()]
    assert max(tried) > 1, "it is tried again"
    assert max(tried) < 12, "ever more rarely"
    relay.back()
    daemon.advance(timedelta(hours=2))
    assert {letter["phase"] for letter in daemon.letters()} == {"sent"}
    assert sorted(str(received.mail["Message-ID"]) for received in relay.letters) == sorted(
        letter["message_id"] for letter in daemon.letters()
    )
    [first] = [letter for letter in daemon.letters() if letter["ticket_id"] == 1]
    tries = daemon.ask("outbox.show", id=first["id"])[0]["tries"]
    assert [one["result"] for one in tries] == ["deferred"] * (len(tries) - 1) + ["sent"]


def test_a_relay_that_says_later_and_one_that_says_never(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    relay.answer = "451 4.3.0 come back later"
    customer.order()
    [letter] = daemon.letters()
    assert letter["phase"] == "deferred"
    assert "come back later" in letter["why"]
    relay.answer = "554 5.7.1 not with us"
    daemon.advance(timedelta(minutes=10))
    [letter] = daemon.letters()
    assert letter["phase"] == "failed"
    assert "not with us" in letter["why"]
    assert len(daemon.tickets()) == 1
    relay.answer = "250 2.0.0 taken"
    daemon.ask("outbox.retry", id=letter["id"])
    assert relay.next().recipients == ("mia@blueharbor.example",)


def test_without_a_relay_letters_land_in_a_folder_and_the_log_says_so(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    daemon = start(('host = "127.0.0.1"\n', ""))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    [warning] = daemon.events("relay.none")
    folder = daemon.folder / "letters"
    assert warning["letters_land_in"].endswith("letters")
    [file] = folder.glob("*.eml")
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert letter["To"] == "Mia Okafor <mia@blueharbor.example>"
    assert "PO-70231" in str(letter.get_body(("plain",)))
    assert daemon.letters()[0]["phase"] == "sent"
    assert relay.letters == []
