"""What agents see: one file a page, each with its ROUTES."""

from starlette.routing import Route

from maild.web.pages import (
    asides,
    home,
    letters,
    mails,
    operations,
    presence,
    rail,
    rate,
    reports,
    rules,
    search,
    tasks,
    team,
    ticket,
    try_mail,
    undo,
    views,
)

PAGES = (
    home,
    views,
    ticket,
    undo,
    presence,
    rail,
    asides,
    mails,
    search,
    tasks,
    team,
    reports,
    rules,
    letters,
    operations,
    try_mail,
    rate,
)


def routes() -> list[Route]:
    return [route for page in PAGES for route in page.ROUTES]
