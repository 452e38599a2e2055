"""An answer that may be taken back for a moment: its page's buttons, and telling that one did not leave."""

from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Row
from maild.domain.people import Role
from maild.errors import DataError, Missing
from maild.web import rendering
from maild.web.house import ask, house_of
from maild.web.routes import action, once_of, text


async def answer(request: Request) -> str:
    """Send a reply: at once, or after the moment in which it may be taken back; what is to be said of it."""
    number, form, wait = request.path_params["id"], request.state.form, house_of(request).web.undo_reply
    given = {"id": number, "text": text(form, "text"), "once": once_of(form, "text")}
    if not wait:
        await ask(request, "ticket.reply", **given)
        return "The answer is on its way."
    await ask(request, "parting.hold", **given, seconds=wait)
    return ""


async def answers(request: Request) -> list[Row]:
    """What waits or was refused on a ticket, and what the reader took back; ``mine`` is theirs to act on."""
    found = await ask(request, "parting.list", id=request.path_params["id"])
    return [row | {"mine": row["writer"] == request.state.user} for row in found]


def back_in_the_box(found: list[Row]) -> str:
    """The newest text that its writer took back, or that could not leave."""
    mine = [row["text"] for row in found if row["mine"] and row["state"] != "waiting"]
    return str(mine[-1]) if mine else ""


async def refused(request: Request) -> list[Row]:
    """Answers of the reader's that could not leave, on whichever ticket."""
    return await ask(request, "parting.list") if request.state.session.colleague.role is not Role.LIGHT else []


async def undo(request: Request) -> Response:
    page = f"/tickets/{request.path_params['id']}"
    try:
        await ask(request, "parting.take_back", id=request.path_params["id"], parting=request.path_params["parting"])
    except DataError as error:
        if isinstance(error, Missing):
            raise
        return rendering.see(request, page, f"Too late: {error.what}.")
    return rendering.see(
        request, f"{page}#reply-text", "Taken back: nothing has left, and the text is in the box again."
    )


async def send(request: Request) -> Response:
    await ask(request, "parting.send", id=request.path_params["id"])
    return rendering.see(request, f"/tickets/{request.path_params['id']}", "The answer is on its way.")


async def drop(request: Request) -> Response:
    await ask(request, "parting.drop", id=request.path_params["id"])
    return rendering.see(request, f"/tickets/{request.path_params['id']}", "It was thrown away.")


ROUTES = [
    action("/tickets/{id:int}/answers/{parting:int}/undo", undo, Role.AGENT),
    action("/tickets/{id:int}/answers/send", send, Role.AGENT),
    action("/tickets/{id:int}/answers/drop", drop, Role.AGENT),
]
