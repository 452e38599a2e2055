"""The team: who takes work, how much each has, and what waits for somebody."""

from starlette.requests import Request
from starlette.responses import Response

from maild.web import rendering
from maild.web.house import ask
from maild.web.routes import action, page, text


async def team(request: Request) -> Response:
    people = await ask(request, "user.list")
    waiting = await ask(request, "assignment.list")
    return rendering.page(request, "console/team.html", people=people, waiting=waiting)


async def presence(request: Request) -> Response:
    """On or off line; for others too, where a lead says it."""
    form = request.state.form
    online, name = text(form, "online") == "yes", text(form, "name") or request.state.user
    await ask(request, "user.presence", name=name, online=online)
    return rendering.see(request, "/team", f"{name} is {'on' if online else 'off'} line.")


ROUTES = [page("/team", team), action("/team", presence)]
