"""The start: the views of whoever is signed in, with their counts."""

from starlette.requests import Request
from starlette.responses import Response

from maild.web import rendering
from maild.web.house import ask
from maild.web.routes import page


async def home(request: Request) -> Response:
    return rendering.page(request, "home.html", views=await ask(request, "view.list"))


ROUTES = [page("/", home)]
