"""Search: by words in all that was said, best first; with keys as those of ``maild ticket list``."""

import re

from starlette.requests import Request
from starlette.responses import Response

from maild.errors import UsageError
from maild.web import rendering
from maild.web.house import ask
from maild.web.routes import page

MOST = 200
_NUMBER = re.compile(r"#[0-9]{1,15}")
_KEY = re.compile(r"(?:^|\s)[a-z_]{1,30}:\S")


async def search(request: Request) -> Response:
    query, wrong, rows = request.query_params.get("q", "").strip()[:200], "", []
    if _NUMBER.fullmatch(query):
        return rendering.see(request, f"/tickets/{query.removeprefix('#')}")
    if query and not _KEY.search(query):
        hits = await ask(request, "search", words=query, limit=MOST)
        if hits:
            return rendering.page(request, "console/search.html", query=query, rows=[], hits=hits, wrong="", most=MOST)
    try:
        rows = await ask(request, "ticket.list", query=query, limit=MOST) if query else []
    except UsageError as error:
        wrong = error.told
    return rendering.page(request, "console/search.html", query=query, rows=rows, hits=[], wrong=wrong, most=MOST)


ROUTES = [page("/search", search)]
