"""The start: the views of whoever is signed in, with their counts."""

from starlette.requests import Request
from starlette.responses import Response

from maild.web import rendering
from maild.web.house import ask, house_of
from maild.web.pages import undo
from maild.web.routes import action, near, page, text

YEAR = 365 * 24 * 3600  # seconds


async def home(request: Request) -> Response:
    return rendering.page(
        request, "home.html", views=await ask(request, "view.list"), not_sent=await undo.refused(request)
    )


async def look(request: Request) -> Response:
    """Light or dark, whatever the system says, or as it says."""
    form, answer = request.state.form, rendering.see(request, near(text(request.state.form, "back")))
    chosen, secure = text(form, "look"), house_of(request).secure
    if chosen not in rendering.LOOKS[1:]:
        answer.delete_cookie(rendering.LOOK, path="/")
    else:
        answer.set_cookie(rendering.LOOK, chosen, YEAR, path="/", httponly=True, samesite="lax", secure=secure)
    return answer


ROUTES = [page("/", home), action("/look", look)]
