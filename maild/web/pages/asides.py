"""Side conversations: with outsiders about a ticket, beside what the customer sees."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from maild.domain.people import Role
from maild.errors import DataError, Missing, UsageError
from maild.web import rendering
from maild.web.house import ask
from maild.web.pages.naming import actor_name
from maild.web.routes import action, lacking, once_of, page, text
from maild.web.trouble import on_page


async def aside(request: Request) -> Response:
    return await _page(request)


async def _page(request: Request, status: int = 200, **more: Any) -> Response:
    [side] = await ask(request, "side.show", id=request.path_params["id"])
    side["messages"] = [row | {"actor": actor_name(row["actor"])} for row in side["messages"]]
    values = {"side": side, "mistakes": {}, "wrong": "", "written": ""}
    return rendering.page(request, "console/aside.html", status, **(values | more))


async def go_on(request: Request) -> Response:
    """The next letter, or the end; what cannot be sent stays in the box, with why."""
    form, written = request.state.form, text(request.state.form, "text")
    closes = text(form, "does") == "close"
    if not closes and (mistakes := lacking(form, ("text",))):
        return await _page(request, 422, mistakes=mistakes)
    try:
        return await (_close if closes else _say)(request)
    except (DataError, UsageError) as error:
        if isinstance(error, Missing):
            raise
        return await _page(request, 422, wrong=on_page(error), written=written)


async def _close(request: Request) -> Response:
    number = request.path_params["id"]
    await ask(request, "side.close", id=number)
    return rendering.see(request, f"/asides/{number}", "Closed; an answer opens it again.")


async def _say(request: Request) -> Response:
    form, number = request.state.form, request.path_params["id"]
    await ask(request, "side.say", id=number, text=text(form, "text"), once=once_of(form, "text"))
    return rendering.see(request, f"/asides/{number}", "The letter is on its way.")


ROUTES = [
    page("/asides/{id:int}", aside),
    action("/asides/{id:int}", go_on, Role.AGENT),
]
