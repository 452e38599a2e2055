"""The order forms that are marked public: what is filled in becomes a mail, with the same rules and limits."""

from collections.abc import Iterable
from typing import Any

import structlog
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maild.config.quantities import KB, MB
from maild.domain.envelope import Channel
from maild.domain.mail import Address
from maild.domain.people import Person
from maild.domain.terms import quiet
from maild.domain.ticket import Snapshot, Status
from maild.web import rendering
from maild.web.customer.answers import Answer, answer, was_asked
from maild.web.customer.language import of_visitor, refused, speaking, visited
from maild.web.customer.language import say as say_in
from maild.web.customer.order import spare
from maild.web.customer.writing import Written, bring, fits, readable, room
from maild.web.house import house_of
from maild.web.routes import MOST_FILES, open_action, open_page, text
from pipeline.furniture import Desk
from rules.model import Field, FieldKind, Form

TRAP = "website"  # a field that people do not see and programs fill in
LONGEST = 20_000

log = structlog.get_logger("maild.web")


async def form(request: Request) -> Response:
    asked = _public(request)
    return _page(request, asked, _shown(request, asked, ()), FormData(), last=not _has_pages(asked))


def _page(
    request: Request,
    asked: Form,
    shown: list[Field],
    filled: FormData,
    *,
    status: int = 200,
    more: bool = False,
    last: bool = True,
    mistakes: dict[str, str] | None = None,
) -> Response:
    """The form with all that was filled in. A browser forgets which files were chosen: the ``last`` page asks for them,
    and where it has to be shown again they are named."""
    language = of_visitor(request)
    values: dict[str, Any] = {
        "form": asked,
        "answers": [answer(field, filled, language) for field in shown],
        "kinds": FieldKind,
        "given": {name: value for name, value in filled.items() if isinstance(value, str)},
        "more": more,
        "last": last,
        "pages": _has_pages(asked),
        "mistakes": mistakes or {},
        "first": _first(mistakes or {}, shown),
        "chosen": [file.filename for file in _files(filled)],
        "most": MOST_FILES,
        "size": _size(room(request)),
    }
    return rendering.page(request, "customer/form.html", status, **values, **speaking(language))


def _first(mistakes: dict[str, str], shown: list[Field]) -> str:
    """The first field with a mistake, as they stand on the page."""
    placed = ["address", *(f"field.{field.name}" for field in shown), "text", "file"]
    return next((name for name in placed if name in mistakes), "")


def _size(bytes_: int) -> str:
    return f"{bytes_ // MB} MB" if bytes_ >= MB else f"{bytes_ // KB} kB"


def _public(request: Request) -> Form:
    asked = house_of(request).desk().ruleset.forms.get(request.path_params["name"])
    if asked is None or not asked.public:
        raise refused(request, 404, "there is no such form")
    return asked


def _shown(request: Request, asked: Form, given: Iterable[Answer]) -> list[Field]:
    """The fields that the form shows where these are the answers."""
    house = house_of(request)
    known, nobody = house.desk().ruleset.fields, Person(0, "", "")
    held = tuple((one.field.name, one.value) for one in given if one.value)
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
    known, language = house.desk().ruleset.fields, of_visitor(request)
    given = {one.name: answer(known[one.name], filled, language) for one in asked.fields if one.name in known}
    shown = _shown(request, asked, given.values())
    answers = [given[field.name] for field in shown]
    if any(not was_asked(field, filled) for field in shown if not _always(asked, field.name)):
        return _page(request, asked, shown, filled, more=True, last=False)
    if _has_pages(asked) and not text(filled, "last"):
        return _page(request, asked, shown, filled)
    written = _written(house.desk(), asked, filled, answers)
    mistakes = {f"field.{one.field.name}": one.mistake for one in answers if one.mistake}
    mistakes |= _mistakes(written, text(filled, "address", 320), language, is_filled=bool(mistakes))
    if mistakes:
        return _page(request, asked, shown, filled, status=422, mistakes=mistakes)
    if not fits(request, written):
        much = {"file": say_in(language, "that is too much for one mail: send fewer files, or smaller ones")}
        return _page(request, asked, shown, filled, status=413, mistakes=much)
    await bring(request, written, text(filled, "once"))
    return rendering.page(request, "customer/taken.html", **visited(request))


def _mistakes(written: Written, address: str, language: str, *, is_filled: bool) -> dict[str, str]:
    found = {}
    if readable(address) is None:
        found["address"] = say_in(language, "this is no mail address: write it as name@company.example")
    if not written.text and not written.files and not is_filled:
        found["text"] = say_in(language, "the form is empty: fill in what you would like to order")
    return found


def _written(desk: Desk, asked: Form, filled: FormData, answers: list[Answer]) -> Written:
    words = text(filled, "text", LONGEST)
    body = "\n".join([*filter(None, (one.line for one in answers)), *(["", words] if words else [])])
    author = Address(text(filled, "name", 100), readable(text(filled, "address", 320)) or "")
    values = tuple((one.field.name, one.value) for one in answers if one.value)
    return Written(author, _address(desk, asked), f"Order: {asked.label}", body, asked.name, _files(filled), values)


def _files(filled: FormData) -> tuple[UploadFile, ...]:
    return tuple(file for file in filled.getlist("file") if isinstance(file, UploadFile) and file.filename)


def _has_pages(asked: Form) -> bool:
    """Whether values may call for fields that are asked for on a page of their own."""
    return any(place.shown_if is not None for place in asked.fields)


def _always(asked: Form, name: str) -> bool:
    return any(place.name == name and place.shown_if is None for place in asked.fields)


def _address(desk: Desk, asked: Form) -> str:
    """That of a department which uses the form, else the desk's first."""
    using = (one for one in desk.ruleset.departments.values() if asked.name in one.forms and one.addresses)
    return next((one.addresses[0] for one in using), desk.config.intake.addresses[0])


ROUTES = [open_page("/forms/{name}", form), open_action("/forms/{name}", send)]
