"""The order forms that are marked public: what is filled in becomes a mail, with the same rules and limits."""

from collections.abc import Mapping
from typing import Any

import structlog
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maild.domain.envelope import Channel
from maild.domain.mail import Address
from maild.domain.people import Person
from maild.domain.terms import quiet
from maild.domain.ticket import Snapshot, Status
from maild.web import rendering
from maild.web.customer.language import refused, visited
from maild.web.customer.order import spare
from maild.web.customer.writing import Written, bring, checked
from maild.web.house import house_of
from maild.web.routes import open_action, open_page, text
from pipeline.furniture import Desk
from rules import fields
from rules.model import Field, FieldKind, Form

TRAP = "website"  # a field that people do not see and programs fill in
LONGEST = 20_000

log = structlog.get_logger("maild.web")


async def form(request: Request) -> Response:
    asked = _public(request)
    return _page(request, asked, _shown(request, asked, {}), {})


def _page(
    request: Request, asked: Form, shown: list[Field], given: Mapping[str, Any], *, more: bool = False
) -> Response:
    values: dict[str, Any] = {"form": asked, "fields": shown, "kinds": FieldKind, "given": given, "more": more}
    return rendering.page(request, "customer/form.html", **values, **visited(request))


def _public(request: Request) -> Form:
    asked = house_of(request).desk().ruleset.forms.get(request.path_params["name"])
    if asked is None or not asked.public:
        raise refused(request, 404, "there is no such form")
    return asked


def _shown(request: Request, asked: Form, given: Mapping[str, str]) -> list[Field]:
    """The fields that the form shows where these values are given."""
    house = house_of(request)
    known, nobody = house.desk().ruleset.fields, Person(0, "", "")
    read = ((name, fields.checked(known[name], value)) for name, value in given.items() if name in known)
    held = tuple((name, value) for name, value in read if isinstance(value, str) and value)
    scene = quiet(
        Snapshot(
            0, 0, house.clock.now(), "", Status.NEW, "normal", "", Channel.WEB, nobody, form=asked.name, fields=held
        )
    )
    places = (place for place in asked.fields if place.shown_if is None or place.shown_if.hold(scene))
    return [known[place.name] for place in places if place.name in known]


async def send(request: Request) -> Response:
    """Where values call for more fields, they are asked for first. No letter goes to an address that proves nothing."""
    house, filled, asked = house_of(request), request.state.form, _public(request)
    spare(request, f"form {request.state.client}")
    if text(filled, TRAP):
        log.info("web.trapped", client=request.state.client, form=asked.name)
        return rendering.page(request, "customer/taken.html", **visited(request))
    given = {place.name: text(filled, f"field.{place.name}", LONGEST) for place in asked.fields}
    shown = _shown(request, asked, given)
    if any(f"field.{field.name}" not in filled for field in shown if not _always(asked, field.name)):
        return _page(request, asked, shown, _given(filled), more=True)
    author = Address(text(filled, "name", 100), checked(request, text(filled, "address", 320)))
    words = text(filled, "text", LONGEST)
    body = "\n".join(
        [*filter(None, (_line(field, given[field.name]) for field in shown)), *(["", words] if words else [])]
    )
    files = tuple(file for file in filled.getlist("file") if isinstance(file, UploadFile) and file.filename)
    if not body and not files:
        raise refused(request, 422, "the form is empty", "fill in what you would like to order")
    to = _address(house.desk(), asked)
    await bring(request, Written(author, to, f"Order: {asked.label}", body, asked.name, files), text(filled, "once"))
    return rendering.page(request, "customer/taken.html", **visited(request))


def _always(asked: Form, name: str) -> bool:
    return any(place.name == name and place.shown_if is None for place in asked.fields)


def _given(filled: FormData) -> dict[str, str]:
    return {name: value for name, value in filled.items() if isinstance(value, str)}


def _address(desk: Desk, asked: Form) -> str:
    """That of a department which uses the form, else the desk's first."""
    using = (one for one in desk.ruleset.departments.values() if asked.name in one.forms and one.addresses)
    return next((one.addresses[0] for one in using), desk.config.intake.addresses[0])


def _line(field: Field, value: str) -> str:
    """As somebody would write it in a mail, so that it is read like one."""
    shown = next((option.label for option in field.options if option.id == value), value)
    if not shown:
        return ""
    return f"\n{field.label}:\n{shown}\n" if "\n" in shown else f"{field.label}: {shown}"


ROUTES = [open_page("/forms/{name}", form), open_action("/forms/{name}", send)]
