"""What programs follow: orders and events in the order of their numbers, those of hidden departments left out."""

from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row
from maild.store import feed
from maild.store.feed import Reach
from maild.store.tx import Tx
from pipeline.furniture import Desk
from pipeline.reading_json import order_json

MOST_ROWS = 500


def orders(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Orders as understood, or corrected since, behind ``after``; ``most`` is the highest number that may be told."""
    return [row | {"order": order_json(row["order"])} for row in feed.orders(tx, _reach(request))]


def events(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Handled events behind ``after``, of these ``kinds`` or all, with the rules that fired."""
    return feed.events(tx, _reach(request), [str(kind) for kind in request.arguments.get("kinds") or ()])


def _reach(request: Request) -> Reach:
    limit, after = min(max(request.limit(), 1), MOST_ROWS), request.maybe("after") or 0
    return Reach(after, limit, request.maybe("most"), request.hidden, request.maybe("ticket"))


OPERATIONS = {
    "order.feed": Operation(orders),
    "event.feed": Operation(events),
}
