"""How content a customer was with an order: the page behind the signed link in a letter.

Opening it changes nothing, since programs that scan mail open every link; only the button counts.
"""

from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Request as Asked
from maild.control.registry import carry_out
from maild.errors import UsageError
from maild.web import rendering
from maild.web.house import house_of
from maild.web.routes import open_action, open_page, text
from maild.web.trouble import Problem, Refused
from notifications import rating


async def form(request: Request) -> Response:
    _genuine(request)
    return rendering.page(request, "rate.html", scores=rating.SCORES, longest=rating.LONGEST_WORDS, given=None)


async def rate(request: Request) -> Response:
    token, filled, house = _genuine(request), request.state.form, house_of(request)
    given = {"token": token, "score": text(filled, "score", 2), "words": text(filled, "words", rating.LONGEST_WORDS)}
    try:
        [row] = await carry_out(house.db, house.desk(), Asked("rating.put", given))
    except UsageError as error:
        raise Refused(Problem(400, error.what, "go back, and choose one of the numbers")) from None
    return rendering.page(request, "rate.html", scores=rating.SCORES, longest=rating.LONGEST_WORDS, given=row["score"])


def _genuine(request: Request) -> str:
    """The link's token; any other address is no page, and nobody learns which orders there are."""
    token = str(request.path_params["token"])
    found = rating.asked(house_of(request).desk().keys, token)
    if isinstance(found, rating.Invalid):
        raise Refused(Problem(404, found.why, "open the link in the letter once more"))
    return token


ROUTES = [
    open_page("/rate/{token:str}", form),
    open_action("/rate/{token:str}", rate),
]
