"""All addresses in one place, and what stands around them."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from maild.errors import MaildError
from maild.web import customer, pages, rendering, sign_in, trouble
from maild.web.api import routes as api
from maild.web.guard import Guard
from maild.web.house import House

FOR_EVER = "public, max-age=31536000, immutable"


def build(house: House) -> Starlette:
    """The ASGI app."""
    app = Starlette(
        routes=[
            Route("/static/{digest}/{name}", static, methods=["GET"]),
            Route("/robots.txt", robots, methods=["GET"]),
            *sign_in.ROUTES,
            *api.routes(house),
            *customer.routes(),
            *pages.routes(),
        ],
        middleware=[Middleware(Guard, house=house)],
        exception_handlers={
            HTTPException: trouble.on_http,
            trouble.Refused: trouble.on_refused,
            MaildError: trouble.on_our_error,
        },
    )
    app.router.redirect_slashes = False  # it would repeat the Host header that somebody sent
    app.state.house = house
    return app


async def static(request: Request) -> Response:
    """A file by its name and digest; there are no others, so no path leads anywhere else."""
    name = request.path_params["name"]
    digest, content = rendering.files().get(name, ("", b""))
    if not digest or digest != request.path_params["digest"]:
        raise HTTPException(404)
    kind = rendering.TYPES["." + name.rpartition(".")[2]]
    return Response(content, media_type=kind, headers={"cache-control": FOR_EVER})


async def robots(_: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")
