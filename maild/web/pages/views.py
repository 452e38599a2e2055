"""A view: its tickets by pages, narrowed and sorted by the address, several at once, as CSV."""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Row
from maild.domain.people import Actor, Role
from maild.domain.plurals import counted
from maild.errors import MaildError, UsageError
from maild.web import rendering
from maild.web.download import csv_of
from maild.web.house import ask, house_of
from maild.web.numbers import number
from maild.web.pages import undo
from maild.web.routes import action, near, page, text
from maild.web.trouble import of_error
from rules.macros import offered
from rules.model import FieldKind, Macro

ROWS = 50
CSV_ROWS = 5000
AMOUNTS = (FieldKind.DECIMAL, FieldKind.MONEY)


async def view(request: Request) -> Response:
    name, asked = request.path_params["name"], _asked(request)
    wrong, after = "", request.query_params.get("after")
    views = await ask(request, "view.list")
    listed = [view for view in views if view["name"] == name]
    try:
        counted = listed if listed and "if" not in asked else await ask(request, "view.list", name=name, **asked)
        rows, more = await _page(request, name, ROWS, after, asked)
    except UsageError as error:
        if "if" not in asked or not listed:
            raise
        counted, wrong, rows, more = listed, error.told, [], None
    [chosen], desk = counted, house_of(request).desk()
    return rendering.page(
        request,
        "console/view.html",
        views=views,
        view=chosen,
        rows=rows,
        wrong=wrong,
        not_sent=await undo.refused(request),
        sort=asked.get("sort", ""),
        filter=asked.get("if", ""),
        query=urlencode(asked),
        filtered=f"&{urlencode({'if': asked['if']})}" if "if" in asked else "",
        labels={c: desk.labels.names.get(c, c.replace("_", " ").capitalize()) for c in chosen["columns"]},
        more=urlencode(asked | {"after": more}) if more else "",
        later=after is not None,
        macros=_grouped(offered(desk.ruleset, Actor("agent", request.state.user))),
        amounts={name for name, field in desk.ruleset.fields.items() if field.kind in AMOUNTS},
        colleagues=[colleague.name for colleague in desk.ruleset.people],
    )


def _grouped(macros: Iterable[Macro]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Names and labels by what stands before the labels' ``::``, so that typing their first letters finds them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for macro in macros:
        group, _, label = macro.label.rpartition("::")
        found.setdefault(group.strip(), []).append((macro.name, label.strip()))
    return list(found.items())


def _asked(request: Request) -> dict[str, str]:
    """What the address says of order and filter, so that a link shows others the same."""
    return {key: value[:1000] for key in ("sort", "if") if (value := request.query_params.get(key, "").strip())}


async def as_csv(request: Request) -> Response:
    """All of a view, at most 100 pages of it."""
    name, after, rows = request.path_params["name"], None, list[Row]()
    [chosen] = await ask(request, "view.list", name=name)
    for _ in range(100):
        found, after = await _page(request, name, CSV_ROWS, after, _asked(request))
        rows += found
        if after is None:
            break
    return csv_of(request, name, rows, chosen["columns"], chosen["numbers"])


async def _page(
    request: Request, name: str, limit: int, after: str | None, asked: dict[str, str]
) -> tuple[list[Row], str | None]:
    rows = await ask(request, "view.page", name=name, limit=limit, after=after, shown=True, **asked)
    more = rows.pop()["after"] if rows and set(rows[-1]) == {"after"} else None
    return rows, more


async def bulk(request: Request) -> Response:
    """The same to several tickets: each by itself, and what was refused is said."""
    form = request.state.form
    numbers = _chosen(form)
    does, done, refused = text(form, "does"), 0, dict[str, list[str]]()
    for one in numbers:
        try:
            await _one(request, one, does)
            done += 1
        except MaildError as error:
            why = re.sub(rf"\bticket {one}\b", "it", of_error(error).what)
            refused.setdefault(why, []).append(f"#{one}")
    said = f"{done} of {counted(len(numbers), 'ticket')} done." if numbers and does else "Nothing was chosen."
    not_done = (f"{', '.join(which)}: {why}." for why, which in refused.items())
    return rendering.see(request, near(text(form, "back")), " ".join([said, *not_done]))


def _chosen(form: FormData) -> list[int]:
    """Each ticket once, at most a page of them."""
    return list(dict.fromkeys(number(said, "the ticket") for said in form.getlist("id")[:ROWS]))


async def preview(request: Request) -> Response:
    """What a macro would do to each chosen ticket."""
    form = request.state.form
    numbers = _chosen(form)
    kind, _, macro = text(form, "does").partition(":")
    if kind != "macro" or not numbers:
        return rendering.see(request, near(text(form, "back")), "Choose tickets and a macro to preview.")
    rows = []
    for one in numbers:
        try:
            [row] = await ask(request, "ticket.preview", id=one, macro=macro)
            effects = [{"text": effect, "timer": effect.startswith("timer ")} for effect in row["effects"]]
            rows.append({"id": one, "effects": effects, "refused": ""})
        except MaildError as error:
            rows.append({"id": one, "effects": [], "refused": of_error(error).what})
    back = near(text(form, "back"))
    return rendering.page(request, "console/preview.html", rows=rows, macro=macro, back=back)


async def _one(request: Request, ticket: int, does: str) -> None:
    kind, _, what = does.partition(":")
    match kind:
        case "macro":
            await ask(request, "ticket.macro", id=ticket, macro=what)
        case "assign":
            await ask(request, "ticket.set", id=ticket, changes=[("assignee", what)])
        case "status":
            await ask(request, "ticket.move", id=ticket, status=what)


ROUTES = [
    page("/views/{name}.csv", as_csv),
    page("/views/{name}", view),
    action("/bulk", bulk, Role.AGENT),
    action("/bulk/preview", preview, Role.AGENT),
]
