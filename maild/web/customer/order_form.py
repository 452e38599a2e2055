"""The order forms that are marked public: what is filled in becomes a mail, with the same rules and limits."""

import structlog
from starlette.requests import Request
from starlette.responses import Response

from maild.domain.mail import Address
from maild.web import rendering
from maild.web.customer.language import refused, visited
from maild.web.customer.order import spare
from maild.web.customer.writing import bring, checked
from maild.web.house import house_of
from maild.web.routes import open_action, open_page, text
from rules.model import Field, FieldKind, Form

TRAP = "website"  # a field that people do not see and programs fill in
LONGEST = 20_000

log = structlog.get_logger("maild.web")


async def form(request: Request) -> Response:
    asked = _public(request)
    return rendering.page(
        request, "customer/form.html", form=asked, fields=_fields(request, asked), kinds=FieldKind, **visited(request)
    )


def _public(request: Request) -> Form:
    asked = house_of(request).desk().ruleset.forms.get(request.path_params["name"])
    if asked is None or not asked.public:
        raise refused(request, 404, "there is no such form")
    return asked


def _fields(request: Request, asked: Form) -> list[Field]:
    known = house_of(request).desk().ruleset.fields
    return [known[place.name] for place in asked.fields if place.shown_if is None and place.name in known]


async def send(request: Request) -> Response:
    """Nothing that was filled in is shown again, and no letter goes to an address that proves nothing."""
    house, filled, asked = house_of(request), request.state.form, _public(request)
    spare(request, f"form {request.state.client}")
    if text(filled, TRAP):
        log.info("web.trapped", client=request.state.client, form=asked.name)
        return rendering.page(request, "customer/taken.html", **visited(request))
    author = Address(text(filled, "name", 100), checked(request, text(filled, "address", 320)))
    lines = [_line(field, text(filled, f"field.{field.name}", LONGEST)) for field in _fields(request, asked)]
    words = text(filled, "text", LONGEST)
    body = "\n".join([*filter(None, lines), *(["", words] if words else [])])
    if not body:
        raise refused(request, 422, "the form is empty", "fill in what you would like to order")
    to = house.desk().config.intake.addresses[0]
    await bring(request, author, to, f"Order: {asked.label}", body, text(filled, "once"))
    return rendering.page(request, "customer/taken.html", **visited(request))


def _line(field: Field, value: str) -> str:
    """As somebody would write it in a mail, so that it is read like one."""
    shown = next((option.label for option in field.options if option.id == value), value)
    if not shown:
        return ""
    return f"\n{field.label}:\n{shown}\n" if "\n" in shown else f"{field.label}: {shown}"


ROUTES = [open_page("/forms/{name}", form), open_action("/forms/{name}", send)]
