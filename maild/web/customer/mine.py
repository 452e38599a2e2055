"""All of somebody's orders behind one signed link, which is only ever sent to their own address."""

from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Request as Asked
from maild.control.operation import Row
from maild.control.registry import carry_out
from maild.store import links as editions
from maild.store import people, ticket_list, tickets
from maild.store.tx import Tx
from maild.web import rendering
from maild.web.customer.language import of_person, of_ticket, speaking, visited
from maild.web.customer.order import WORDS, found, over, spare
from maild.web.customer.writing import checked
from maild.web.house import House, house_of
from maild.web.routes import open_action, open_page, text
from notifications import links
from notifications.links import Link, Shows

MOST = 200


async def orders(request: Request) -> Response:
    house, link = house_of(request), found(request, Shows.ORDERS)
    rows = await house.db.read(lambda tx: _rows(tx, house, link))
    if rows is None:
        return over(request, link)
    language = await house.db.read(lambda tx: _language(tx, house, link.person, rows))
    return rendering.page(request, "customer/orders.html", orders=rows, **speaking(language))


def _rows(tx: Tx, house: House, link: Link) -> list[Row] | None:
    """Each with a link of its own that ends when this one does; None where the link opens nothing any more."""
    edition = editions.edition(tx, link.person)
    if not link.is_good(edition, tx.now):
        return None
    keys = house.desk().keys
    return [
        row
        | {
            "state": WORDS[row["status"]][0],
            "path": links.path(keys, Link(Shows.ORDER, link.person, row["id"], link.until, edition)),
        }
        for row in ticket_list.of_requester(tx, link.person, MOST)
    ]


def _language(tx: Tx, house: House, person: int, rows: list[Row]) -> str:
    """That of the newest ticket's letters."""
    reader = people.by_id(tx, person)
    if not rows:
        return of_person(tx, house.desk(), reader)
    return of_ticket(house.desk(), tickets.snapshot(tx, max(row["id"] for row in rows)), reader)


async def renew(request: Request) -> Response:
    house, link = house_of(request), found(request, Shows.ORDERS)
    spare(request, f"renew {link.person}")
    address = await house.db.read(lambda tx: people.by_id(tx, link.person).address)
    await carry_out(house.db, house.desk(), Asked("link.send_all", {"address": address}))
    return rendering.page(request, "customer/sent.html", **visited(request))


async def ask(request: Request) -> Response:
    return rendering.page(request, "customer/ask.html", **visited(request))


async def send(request: Request) -> Response:
    """The answer is the same whether anybody has that address: nobody learns who our customers are."""
    house = house_of(request)
    spare(request, f"ask {request.state.client}")
    address = checked(request, text(request.state.form, "address", 320))
    await carry_out(house.db, house.desk(), Asked("link.send_all", {"address": address}))
    return rendering.page(request, "customer/sent.html", **visited(request))


ROUTES = [
    open_page("/my/{token}", orders),
    open_action("/my/{token}/renew", renew),
    open_page("/my-orders", ask),
    open_action("/my-orders", send),
]
