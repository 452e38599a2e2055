"""The forms beside a ticket: tasks, side conversations, how it was resolved, and the article made of that."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from maild.domain.people import Role
from maild.errors import DataError, Missing, UsageError
from maild.web import rendering
from maild.web.house import ask
from maild.web.pages.tasks import did
from maild.web.pages.ticket import ticket_page
from maild.web.routes import action, lacking, once_of, text
from maild.web.trouble import on_page

FIELDS = {"task": ("title", "to", "due"), "aside": ("to", "subject", "text"), "resolve": ("text",)}
FIELDS |= {"publish": ("title", "what")}
NEEDED = {"task": ("title",), "aside": ("to", "subject", "text"), "resolve": ("text",), "publish": ("title",)}


async def task(request: Request) -> Response:
    return await _kept(request, "task", _give)


async def _give(request: Request) -> Response:
    form, number = request.state.form, request.path_params["id"]
    due = {"due": text(form, "due")} if text(form, "due") else {}
    given = once_of(form, "title", "to", "due")
    await ask(request, "task.add", ticket=number, title=text(form, "title"), to=text(form, "to"), **due, once=given)
    return rendering.see(request, f"/tickets/{number}", "The task was given.")


async def task_done(request: Request) -> Response:
    said = await did(request, request.path_params["task"])
    return rendering.see(request, f"/tickets/{request.path_params['id']}", said)


async def aside(request: Request) -> Response:
    """Write to an outsider about the ticket."""
    return await _kept(request, "aside", _begin)


async def _begin(request: Request) -> Response:
    form, number = request.state.form, request.path_params["id"]
    said = {name: text(form, name) for name in FIELDS["aside"]}
    [side] = await ask(request, "side.begin", id=number, **said, once=once_of(form, *said))
    return rendering.see(request, f"/asides/{side['id']}", "The letter is on its way.")


async def resolve(request: Request) -> Response:
    return await _kept(request, "resolve", _resolve)


async def _resolve(request: Request) -> Response:
    number = request.path_params["id"]
    await ask(request, "ticket.resolve", id=number, text=text(request.state.form, "text"))
    return rendering.see(request, f"/tickets/{number}", "Kept.")


async def publish(request: Request) -> Response:
    """Make the resolution an article for everybody."""
    return await _kept(request, "publish", _publish)


async def _publish(request: Request) -> Response:
    form, number = request.state.form, request.path_params["id"]
    await ask(request, "article.publish", id=number, title=text(form, "title"), what=text(form, "what"))
    return rendering.see(request, f"/tickets/{number}", "It is published, for everybody to read.")


async def _kept(request: Request, name: str, keep: Callable[[Request], Awaitable[Response]]) -> Response:
    """What ``keep`` answers; where it is refused the ticket again, with what was typed and why beside its field."""
    written = {field: text(request.state.form, field) for field in FIELDS[name]}
    again = {"refused": name, "written": written}
    if mistakes := lacking(request.state.form, NEEDED[name]):
        return await ticket_page(request, 422, mistakes=mistakes, **again)
    try:
        return await keep(request)
    except (DataError, UsageError) as error:
        if isinstance(error, Missing):
            raise
        if error.about in written:
            return await ticket_page(request, 422, mistakes={error.about: on_page(error)}, **again)
        return await ticket_page(request, 422, wrong=on_page(error), **again)


ROUTES = [
    action("/tickets/{id:int}/tasks", task, Role.AGENT),
    action("/tickets/{id:int}/tasks/{task:int}", task_done, Role.AGENT),
    action("/tickets/{id:int}/asides", aside, Role.AGENT),
    action("/tickets/{id:int}/resolve", resolve, Role.AGENT),
    action("/tickets/{id:int}/publish", publish, Role.AGENT),
]
