"""For whoever runs the desk: what was put aside, letters that wait, timers, mailboxes, health; retry and release."""

from starlette.requests import Request
from starlette.responses import Response

from maild.domain.people import Role
from maild.errors import UsageError
from maild.web import rendering
from maild.web.house import ask, house_of
from maild.web.pages.naming import timer_name
from maild.web.routes import action, page

SHOWN = 100
LETTER_DEEDS = ("retry", "hold", "release", "drop")
WAITS = ("held", "deferred", "unknown", "failed")


async def operations(request: Request) -> Response:
    house = house_of(request)
    [status] = await ask(request, "status")
    rules, timers = house.desk().ruleset, await ask(request, "timer.list", limit=SHOWN)
    letters = [row for phase in WAITS for row in await ask(request, "outbox.list", phase=phase, limit=SHOWN)]
    return rendering.page(
        request,
        "console/operations.html",
        health=status | house.living(),
        quarantined=await ask(request, "mail.list", state="quarantined", limit=SHOWN),
        ignored=await ask(request, "mail.list", state="ignored", limit=20),
        waiting=await ask(request, "mail.list", state="waiting", limit=20),
        letters=letters,
        held=await ask(request, "outbox.held"),
        timers=[row | {"name": timer_name(rules, row["rule"], row["step"] or 0)} for row in timers],
        webhooks=await ask(request, "webhook.list"),
    )


async def retry_mail(request: Request) -> Response:
    await ask(request, "mail.retry", id=request.path_params["id"])
    return rendering.see(request, "/operations", "The mail is tried again.")


async def letter(request: Request) -> Response:
    deed = request.path_params["deed"]
    if deed not in LETTER_DEEDS:
        raise UsageError("a letter cannot be treated so", f"one of {', '.join(LETTER_DEEDS)}")
    await ask(request, f"outbox.{deed}", id=request.path_params["id"])
    return rendering.see(request, "/operations", f"Letter {request.path_params['id']}: {deed}.")


ROUTES = [
    page("/operations", operations, Role.LEAD),
    action("/operations/mails/{id:int}/retry", retry_mail, Role.LEAD),
    action("/operations/letters/{id:int}/{deed}", letter, Role.LEAD),
]
