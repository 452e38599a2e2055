"""Rows to begin with, each as the road would make it."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

from maild.domain.envelope import Channel, Envelope
from maild.domain.letter import Letter, Phase
from maild.domain.order import Order, OrderLine
from maild.domain.people import Person
from maild.store import history, outbox, people, sending, tickets
from maild.store.caps import Candidate
from maild.store.outbox import NewLetter
from maild.store.put import Stored, put
from maild.store.sending import Go, Wait
from maild.store.tickets import NewTicket
from maild.store.tx import Tx

ORDERS = "orders@desk.example"
LEASE = timedelta(minutes=5)
_numbers = count(1)

MAIL = b"From: Ann <ann@birch.example>\r\nSubject: Order 7001\r\n\r\n12 x oak shelf\r\n"


def envelope(**changes: Any) -> Envelope:
    given: dict[str, Any] = {
        "sender": "ann@birch.example",
        "recipients": (ORDERS,),
        "channel": Channel.SMTP,
        "peer": "192.0.2.7",
        "helo": "mail.birch.example",
        "session": "s1",
    }
    return Envelope(**(given | changes))


def mail(tx: Tx, raw: bytes = MAIL, digest: str | None = None, **given: Any) -> Stored:
    return put(tx, BytesIO(raw), len(raw), digest or f"digest-{next(_numbers)}", ORDERS, envelope(), **given)


def person(tx: Tx, address: str = "ann@birch.example", name: str = "Ann Birch") -> Person:
    return people.meet(tx, address, name)


def ticket(tx: Tx, **changes: Any) -> int:
    given: dict[str, Any] = {
        "subject": "Order 7001",
        "order_address": ORDERS,
        "channel": "smtp",
        "requester": person(tx).id,
    }
    made = tickets.create(tx, NewTicket(**(given | changes)))
    history.write_entry(tx, made, f"birth:{made}", "TicketCreated", "customer:ann@birch.example", {})
    return made


def new_letter(**changes: Any) -> NewLetter:
    number = next(_numbers)
    given: dict[str, Any] = {
        "key": f"mail:1|confirm|{number}",
        "message_id": f"<letter-{number}@desk.example>",
        "template": "confirmation",
        "automatic": True,
        "envelope_from": ORDERS,
        "to": ("ann@birch.example",),
        "subject": "Your order 7001",
        "raw": b"Subject: Your order 7001\r\n\r\nThank you.\r\n",
    }
    return NewLetter(**(given | changes))


def letter(tx: Tx, **changes: Any) -> int:
    made = outbox.put(tx, new_letter(**changes))
    assert made is not None
    return made


def go(candidate: Candidate) -> Go | Wait:
    return Go(None)


def claim(tx: Tx, judge: Callable[[Candidate], Go | Wait] = go, worker: str = "one", count: int = 10) -> list[Letter]:
    return sending.claim(tx, worker, LEASE, count, judge)


def held(**changes: Any) -> dict[str, Any]:
    return {"phase": Phase.HELD, "code": "review", "why": "somebody should look at it first", **changes}


def order(number: str = "7001", quantity: str = "12") -> Order:
    return Order(po_number=number, currency="EUR", lines=(OrderLine(line="1", sku="OAK-1", quantity=quantity),))
