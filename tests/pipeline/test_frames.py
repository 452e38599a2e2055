"""What a child says arrives as it was meant, is said once, and may be nonsense."""

import json

from maild.domain.mail import Mail
from maild.domain.order import Order, OrderLine, OrderType, Place, Reading
from pipeline import frames
from pipeline.understood import Understood, Unread

ROWS = [Place("body", None, line, None, f"row {line} " + 60 * "x") for line in range(30)]
NAMES = ("quantity", "unit_price", "amount", "sku", "customer_sku", "description")


def understood() -> Understood:
    stands = tuple((f"lines[{at}].{name}", place) for at, place in enumerate(ROWS) for name in NAMES)
    lines = tuple(OrderLine(description=f"bolt {at}", quantity="2") for at in range(len(ROWS)))
    orders = (Order(OrderType.NEW, lines=lines, provenance=stands), Order(OrderType.CANCEL), Order(OrderType.NEW))
    return Understood(Mail(sender=None, subject="Purchase order"), Reading(orders))


def test_what_is_understood_arrives_whole() -> None:
    assert frames.load(frames.dump(understood())) == understood()
    unread = Unread("parser.memory", "too much")
    assert frames.load(frames.dump(unread)) == unread


def test_a_place_is_said_once_for_all_values_that_stand_in_it() -> None:
    said = frames.dump(understood()).decode()
    assert [said.count(str(place.text)) for place in ROWS] == [1] * len(ROWS)


def test_an_answer_of_nonsense_is_no_answer() -> None:
    said = json.loads(frames.dump(understood()))
    missing = {**said, "places": said["places"][:3]}
    odd = {**said, "stands": said["stands"][:1]}
    for nonsense in (b"", b"{}", b"[1]", json.dumps(missing).encode(), json.dumps(odd).encode()):
        answer = frames.load(nonsense)
        assert isinstance(answer, Unread)
        assert answer.code == "parser.error"
