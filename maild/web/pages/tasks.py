"""Open tasks: one's own first."""

from starlette.requests import Request
from starlette.responses import Response

from maild.web import rendering
from maild.web.house import ask
from maild.web.routes import action, page


async def tasks(request: Request) -> Response:
    rows = await ask(request, "task.list", limit=500)
    mine = [row for row in rows if row["owner"] == request.state.user]
    return rendering.page(request, "console/tasks.html", mine=mine, others=[row for row in rows if row not in mine])


async def done(request: Request) -> Response:
    await ask(request, "task.done", id=request.path_params["id"])
    return rendering.see(request, "/tasks", "The task is done.")


ROUTES = [page("/tasks", tasks), action("/tasks/{id:int}", done)]
