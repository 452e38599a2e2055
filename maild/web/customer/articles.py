"""Published articles, for everybody."""

from starlette.requests import Request
from starlette.responses import Response

from maild.store import resolutions
from maild.web import rendering
from maild.web.customer.language import refused, visited
from maild.web.house import house_of
from maild.web.routes import open_page

MOST = 500


async def listing(request: Request) -> Response:
    articles = await house_of(request).db.read(lambda tx: resolutions.articles(tx, limit=MOST))
    return rendering.page(request, "customer/articles.html", articles=articles, **visited(request))


async def article(request: Request) -> Response:
    name = request.path_params["file"]
    articles = await house_of(request).db.read(lambda tx: resolutions.articles(tx, limit=MOST))
    found = next((one for one in articles if one["file"].removesuffix(".md") == name), None)
    if found is None:
        raise refused(request, 404, "there is no such article", "the list of articles has those that there are")
    return rendering.page(request, "customer/article.html", article=found, **visited(request))


ROUTES = [open_page("/articles", listing), open_page("/articles/{file}", article)]
