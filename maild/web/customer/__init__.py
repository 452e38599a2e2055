"""What customers see: the page of one order behind its signed link, all of somebody's orders, articles, order forms.

Opening a page changes nothing. What a customer writes becomes a mail, and takes the road of every mail.
"""

from starlette.routing import Route

from maild.web.customer import articles, mine, order, order_form

PAGES = (order, mine, articles, order_form)


def routes() -> list[Route]:
    return [route for page in PAGES for route in page.ROUTES]
