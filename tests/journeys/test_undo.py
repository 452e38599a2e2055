"""An answer that waits to be taken back outlives kill -9, and leaves once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

WORDS = "We pack it today."


def test_an_answer_that_waits_leaves_once_after_kill_9(start: Callable[..., Daemon], relay: Relay) -> None:
    desk = start()
    Customer(desk, "Mia Okafor", "mia@blueharbor.example").order("Purchase order", ORDER)
    desk.quiet()
    desk.ask("parting.hold", "orders-agent", id=1, text=WORDS, seconds=10, once="one-form")
    desk.kill()
    desk.start()
    desk.quiet()
    assert [letter for letter in relay.letters if WORDS in letter.text] == []
    assert desk.ask("parting.hold", "orders-agent", id=1, text=WORDS, seconds=10, once="one-form")[0]["repeated"]
    desk.advance(timedelta(seconds=11))
    desk.quiet()
    desk.kill()
    desk.start()
    desk.advance(timedelta(seconds=11))
    desk.quiet()
    assert len([letter for letter in relay.letters if WORDS in letter.text]) == 1
    assert [c["text"] for c in desk.ticket(1)["comments"] if c["public"]][1:] == [WORDS]
