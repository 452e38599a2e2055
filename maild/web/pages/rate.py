"""How content a customer was with an order: the page behind the signed link in a letter.

Opening it changes nothing, since programs that scan mail open every link; only the button counts.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Request as Asked
from maild.control.registry import carry_out
from maild.errors import UsageError
from maild.store import tickets
from maild.store.tx import Tx
from maild.web import rendering
from maild.web.customer.language import of_ticket, speaking, visited
from maild.web.house import house_of
from maild.web.routes import open_action, open_page, text
from maild.web.trouble import Problem, Refused
from notifications import rating
from pipeline.furniture import Desk


async def form(request: Request) -> Response:
    _, spoken = await _genuine(request)
    return rendering.page(
        request, "rate.html", scores=rating.SCORES, longest=rating.LONGEST_WORDS, given=None, **spoken
    )


async def rate(request: Request) -> Response:
    (token, spoken), filled, house = await _genuine(request), request.state.form, house_of(request)
    given = {"token": token, "score": text(filled, "score", 2), "words": text(filled, "words", rating.LONGEST_WORDS)}
    try:
        [row] = await carry_out(house.db, house.desk(), Asked("rating.put", given))
    except UsageError as error:
        hint = spoken["t"]("go back, and choose one of the numbers")
        raise Refused(Problem(400, error.what, hint)) from None
    given = row["score"]
    return rendering.page(request, "rate.html", scores=rating.SCORES, longest=0, given=given, **spoken)


async def _genuine(request: Request) -> tuple[str, dict[str, Any]]:
    """The link's token, and how its page speaks; any other address is no page, and nobody learns which orders there
    are.
    """
    token, house = str(request.path_params["token"]), house_of(request)
    found = rating.asked(house.desk().keys, token)
    if isinstance(found, rating.Invalid):
        raise Refused(Problem(404, found.why, visited(request)["t"]("open the link in the letter once more")))
    return token, speaking(await house.db.read(lambda tx: _language(tx, house.desk(), found)))


def _language(tx: Tx, desk: Desk, asked: rating.Asked) -> str:
    if not tickets.exists(tx, asked.ticket):
        return ""
    ticket = tickets.snapshot(tx, asked.ticket)
    return of_ticket(desk, ticket, ticket.requester)


ROUTES = [
    open_page("/rate/{token:str}", form),
    open_action("/rate/{token:str}", rate),
]
