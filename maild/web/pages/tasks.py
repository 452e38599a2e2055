"""Open tasks: one's own first."""

from starlette.requests import Request
from starlette.responses import Response

from maild.errors import DataError, Missing
from maild.web import rendering
from maild.web.house import ask
from maild.web.routes import action, page


async def tasks(request: Request) -> Response:
    rows = await ask(request, "task.list", limit=500)
    mine = [row for row in rows if row["owner"] == request.state.user]
    return rendering.page(request, "console/tasks.html", mine=mine, others=[row for row in rows if row not in mine])


async def done(request: Request) -> Response:
    return rendering.see(request, "/tasks", await did(request, request.path_params["id"]))


async def did(request: Request, number: int) -> str:
    """What is to be said of it: somebody else may have been quicker."""
    try:
        await ask(request, "task.done", id=number)
    except DataError as error:
        if isinstance(error, Missing):
            raise
        return f"{error.what[:1].upper()}{error.what[1:]}."
    return "The task is done."


ROUTES = [page("/tasks", tasks), action("/tasks/{id:int}", done)]
