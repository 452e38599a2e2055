"""Side conversations: with outsiders about a ticket, beside what the customer sees."""

from starlette.requests import Request
from starlette.responses import Response

from maild.domain.people import Role
from maild.web import rendering
from maild.web.house import ask
from maild.web.routes import action, once_of, page, text


async def aside(request: Request) -> Response:
    [side] = await ask(request, "side.show", id=request.path_params["id"])
    return rendering.page(request, "console/aside.html", side=side)


async def begin(request: Request) -> Response:
    form, number = request.state.form, request.path_params["id"]
    said = {name: text(form, name) for name in ("to", "subject", "text")}
    [side] = await ask(request, "side.begin", id=number, **said, once=once_of(form, *said))
    return rendering.see(request, f"/asides/{side['id']}", "The letter is on its way.")


async def go_on(request: Request) -> Response:
    form, number = request.state.form, request.path_params["id"]
    if text(form, "does") == "close":
        await ask(request, "side.close", id=number)
        return rendering.see(request, f"/asides/{number}", "Closed; an answer opens it again.")
    await ask(request, "side.say", id=number, text=text(form, "text"), once=once_of(form, "text"))
    return rendering.see(request, f"/asides/{number}", "The letter is on its way.")


ROUTES = [
    page("/asides/{id:int}", aside),
    action("/tickets/{id:int}/asides", begin, Role.AGENT),
    action("/asides/{id:int}", go_on, Role.AGENT),
]
