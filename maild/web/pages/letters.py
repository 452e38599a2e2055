"""Many letters at once: chosen one by one or by their reason, confirmed once, and told of each what became of it."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Row
from maild.domain.people import Role
from maild.domain.plurals import counted
from maild.errors import MaildError
from maild.web import rendering
from maild.web.house import ask
from maild.web.numbers import number
from maild.web.routes import action, text
from maild.web.trouble import of_error

MOST = 500
DEEDS = {"release": ("held",), "drop": ("held", "deferred", "unknown"), "retry": ("deferred", "unknown", "failed")}
"""What may be done to many, and to letters in which phase."""
DONE = {"release": "released", "drop": "dropped", "retry": "tried again"}


async def confirm(request: Request) -> Response:
    """How many, and to whom; those that it cannot be done to are named and left out."""
    form = request.state.form
    does, code = text(form, "does"), text(form, "code", 100)
    asked: Row = {"code": code} if code else {"ids": _chosen(form)}
    found = await ask(request, "outbox.chosen", limit=MOST, **asked)
    if does not in DEEDS or not found:
        return rendering.see(request, "/operations", "Choose letters, and what shall become of them.")
    rows = sorted((row for row in found if row["phase"] in DEEDS[does]), key=lambda row: (row["to_address"], row["id"]))
    return rendering.page(
        request,
        "console/letters.html",
        does=does,
        rows=rows,
        left_out=[row for row in found if row["phase"] not in DEEDS[does]],
        addresses=len({row["to_address"] for row in rows}),
        vouches=does == "release" and any(str(row["code"]).startswith("auth.") for row in rows),
        most=MOST if code and len(found) == MOST else 0,
    )


async def carry_out(request: Request) -> Response:
    """Each by itself, oldest first: what is refused for one happens to the others."""
    form = request.state.form
    does = text(form, "does")
    if does not in DEEDS:
        return rendering.see(request, "/operations", "Nothing was chosen.")
    rows = await ask(request, "outbox.chosen", limit=MOST, ids=_chosen(form))
    told = [row | {"refused": await _one(request, does, row["id"])} for row in rows]
    done = [row for row in told if not row["refused"]]
    title = f"{len(done)} of {counted(len(told), 'letter')} {DONE[does]}"
    told.sort(key=lambda row: (not row["refused"], row["id"]))
    return rendering.page(request, "console/letters_done.html", title=title, rows=told, done=DONE[does])


async def _one(request: Request, does: str, letter: int) -> str:
    """Why it was refused; "" where it was done."""
    try:
        await ask(request, f"outbox.{does}", id=letter)
    except MaildError as error:
        return of_error(error).what
    return ""


def _chosen(form: FormData) -> list[int]:
    return list(dict.fromkeys(number(said, "the letter") for said in form.getlist("id")[:MOST]))


ROUTES = [
    action("/operations/letters", confirm, Role.LEAD),
    action("/operations/letters/all", carry_out, Role.LEAD),
]
