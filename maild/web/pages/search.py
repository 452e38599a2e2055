"""Search: tickets by the words and keys of ``maild ticket list``."""

import re

from starlette.requests import Request
from starlette.responses import Response

from maild.errors import UsageError
from maild.web import rendering
from maild.web.house import ask
from maild.web.routes import page

MOST = 200
_NUMBER = re.compile(r"#[0-9]{1,15}")


async def search(request: Request) -> Response:
    query, wrong, rows = request.query_params.get("q", "").strip()[:200], "", []
    if _NUMBER.fullmatch(query):
        return rendering.see(request, f"/tickets/{query.removeprefix('#')}")
    try:
        rows = await ask(request, "ticket.list", query=query, limit=MOST) if query else []
    except UsageError as error:
        wrong = f"{error.what} ({error.hint})" if error.hint else error.what
    return rendering.page(request, "console/search.html", query=query, rows=rows, wrong=wrong, most=MOST)


ROUTES = [page("/search", search)]
