"""Try a mail: what would become of it, found out without keeping anything."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maild.domain.people import Role
from maild.errors import DataError
from maild.web import rendering
from maild.web.house import house_of
from maild.web.routes import action, page
from pipeline.ingest import rehearse
from pipeline.reading_json import order_json
from pipeline.understood import Unread

LARGEST = 5 * 1024 * 1024


async def form(request: Request) -> Response:
    return rendering.page(request, "console/try.html", found=None, orders=[], problems=[])


async def attempt(request: Request) -> Response:
    given = request.state.form.get("file")
    raw = await given.read(LARGEST + 1) if isinstance(given, UploadFile) else b""
    if not raw or len(raw) > LARGEST:
        raise DataError("there is no mail of at most 5 MiB in the form", "choose an .eml file")
    house = house_of(request)
    [understood] = await house.reader.read([raw])
    if isinstance(understood, Unread):
        raise DataError(f"the mail cannot be read: {understood.why}")
    found = await rehearse(house.db, house.desk(), raw, None, understood)
    reading = understood.reading
    return rendering.page(
        request,
        "console/try.html",
        found=found,
        orders=[order_json(order) for order in reading.orders],
        problems=[problem.text for problem in (*understood.mail.problems, *reading.problems)],
    )


ROUTES = [page("/try", form, Role.AGENT), action("/try", attempt, Role.AGENT)]
