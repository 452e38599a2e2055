"""Customers' signed links: sent anew to their own addresses, never shown to whoever asks, and revoked."""

from collections.abc import Iterable
from functools import partial

import structlog

from maild.control.operation import Operation, Request, Row, actor
from maild.control.people import may_edit
from maild.domain.effects import SendLetter
from maild.domain.people import Person
from maild.domain.ticket import Snapshot
from maild.errors import Missing
from maild.store import links as editions
from maild.store import people, ticket_list, tickets
from maild.store.tx import Tx
from notifications import links
from pipeline import letters, recipients
from pipeline.furniture import Desk
from pipeline.letters import Cause
from pipeline.mail.addresses import canonical

WORDS = {
    "en": "You can see your order, and say what is to be changed, here:",
    "de": "Hier sehen Sie Ihre Bestellung und können sagen, was zu ändern ist:",
    "fr": "Voici la page de votre commande, où vous pouvez demander des changements :",
    "es": "Aquí puede ver su pedido y decir qué hay que cambiar:",
}
ALL_WORDS = {
    "en": "All your orders and requests with us:",
    "de": "Alle Ihre Bestellungen und Anfragen bei uns:",
    "fr": "Toutes vos commandes et demandes chez nous :",
    "es": "Todos sus pedidos y consultas con nosotros:",
}

log = structlog.get_logger("maild.web")


def renew(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Send the requester a new link to their ticket, at most once an hour."""
    number, person = request.number("ticket"), request.number("person")
    ticket = tickets.snapshot(tx, number) if tickets.exists(tx, number) else None
    if ticket is None or ticket.requester.id != person:
        raise Missing("there is no such order")
    where = recipients.page_of(tx, desk, ticket, ticket.requester)
    return [{"sent": _send(tx, desk, ticket, "order", WORDS, where or "")}]


def send_all(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Send somebody the link to all of their orders, at most once an hour; nothing where there is nobody or no order.

    ``sent`` is for the log: whoever asked hears the same either way.
    """
    address = canonical(request.text("address"))
    person = people.by_address(tx, address) if address else None
    newest = ticket_list.of_requester(tx, person.id, 1) if person else []
    if person is None or not newest:
        return [{"sent": False}]
    base, now = desk.config.site.base_url, tx.now
    made = links.orders(person.id, now, desk.config.web.link_lifetime, editions.edition(tx, person.id))
    ticket = tickets.snapshot(tx, newest[0]["id"])
    return [{"sent": _send(tx, desk, ticket, "orders", ALL_WORDS, base + links.path(desk.keys, made))}]


def _send(tx: Tx, desk: Desk, ticket: Snapshot, what: str, words: dict[str, str], where: str) -> bool:
    reader = ticket.requester
    if not desk.config.site.base_url or not where:
        return False
    language = next((word for word in recipients.languages(desk, ticket, reader) if word in words), "en")
    key = f"link:{what}:{ticket.id if what == 'order' else 'all'}:{reader.id}:{tx.now:%Y%m%d%H}"
    effect = SendLetter("reply", "requester", automatic=True, text=f"{words[language]}\n{where}", urgent=True)
    fates = letters.write(tx, desk, ticket, effect, Cause(key, "link", letters.vouched()))
    return any(fate.letter is not None for fate in fates)


def revoke(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Make every link useless that somebody was ever sent; letters from now on carry new ones."""
    may_edit(desk, request)
    found = _person(tx, request.text("address"))
    edition = editions.revoke(tx, found.id, str(actor(desk, request)))
    tx.tell(partial(log.info, "link.revoked", address=found.address, by=str(actor(desk, request))))
    return [{"address": found.address, "edition": edition}]


def _person(tx: Tx, address: str) -> Person:
    person = people.by_address(tx, canonical(address) or address)
    if person is None:
        raise Missing(f"nobody has the address {address!r}", "see 'maild person list'")
    return person


OPERATIONS = {
    "link.renew": Operation(renew, writes=True, light=True),
    "link.send_all": Operation(send_all, writes=True, light=True),
    "person.revoke_links": Operation(revoke, writes=True),
}
