"""Who else looks at a ticket, who writes, and that it was changed: told to open pages as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from maild.errors import Hidden, Missing
from maild.web import sessions
from maild.web.house import House, ask, house_of
from maild.web.routes import action, page

BEAT = 15.0  # seconds between two lines, so that a page that was closed is noticed
MOST_PAGES = 20  # of one user that listen at once


async def events(request: Request) -> Response:
    """``others`` says who is there, ``version`` that of the ticket, ``comment`` which is its newest; a line each, when
    one changes. ``gone`` is the last, where the ticket or the session is no longer there for whoever listens.
    """
    number = request.path_params["id"]
    await ask(request, "ticket.version", id=number)
    house, name = house_of(request), request.state.user
    if house.presence.pages(name) >= MOST_PAGES:
        return Response(status_code=204)  # tells EventSource to stop asking
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(_lines(request, house, number, name), media_type="text/event-stream", headers=headers)


async def _lines(request: Request, house: House, number: int, name: str) -> AsyncGenerator[str, None]:
    changed, settled = house.presence.enter(number, name), house.db.subscribe("settled")
    said: dict[str, str] = {}
    try:
        while not house.stopping.is_set():
            news = await _news(request, house, number, name)
            told = "".join(f"event: {k}\ndata: {v}\n\n" for k, v in news.items() if said.get(k) != v)
            yield told or ": still here\n\n"
            if "gone" in news:
                break
            said = news
            await _any(changed, settled, house.stopping)
            changed.clear()
            settled.clear()
    finally:
        house.db.unsubscribe("settled", settled)
        house.presence.leave(number, name, changed)


async def _news(request: Request, house: House, number: int, name: str) -> dict[str, str]:
    """Asked anew each time: somebody may have signed out, or the ticket gone to another department, since."""
    session = await sessions.of(request, touch=False)
    if session is None or session.colleague.name != name:
        return {"gone": "You are signed out."}
    try:
        [ticket] = await ask(request, "ticket.version", id=number)
    except (Missing, Hidden):
        return {"gone": "This ticket is no longer here for you."}
    others = house.presence.others(number, name, house.clock.now())
    return {"others": others, "version": str(ticket["version"]), "comment": str(ticket["comment"])}


async def _any(*events: asyncio.Event) -> None:
    """Until one of them is set, at most a beat."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def writing(request: Request) -> Response:
    """Somebody has begun to write; others are told for a while."""
    house, number = house_of(request), request.path_params["id"]
    if request.state.user in house.presence.looking.get(number, ()):
        house.presence.writing[number, request.state.user] = house.clock.now()
        house.presence.stir(number)
    return Response(status_code=204)


ROUTES = [
    page("/tickets/{id:int}/events", events),
    action("/tickets/{id:int}/writing", writing),
]
