"""What agents see: one file a page, each with its ROUTES."""

from starlette.routing import Route

from maild.web.pages import home

PAGES = (home,)


def routes() -> list[Route]:
    return [route for page in PAGES for route in page.ROUTES]
