"""A ticket: what was said, the order as understood beside its document, and everything that may be done now."""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Row
from maild.domain.people import Role
from maild.errors import DataError, Missing, TryAgain
from maild.web import rendering
from maild.web.house import ask, house_of
from maild.web.numbers import maybe_number
from maild.web.pages import undo
from maild.web.pages.field_history import field_history
from maild.web.pages.naming import event_name, rule_name, timer_name
from maild.web.pages.order_table import order_table, standing
from maild.web.pages.timeline import TIMED, meanwhile, timeline
from maild.web.routes import action, once_of, page, text
from maild.web.trouble import on_page
from pipeline.enclosing import Enclosed, enclosed
from rules import edits
from rules.departments import label as called
from rules.in_words import effect

FORM = 16 * 1024  # bytes of a request with a file that are not the file


async def ticket(request: Request) -> Response:
    return await ticket_page(request)


async def ticket_page(request: Request, status: int = 200, **more: Any) -> Response:
    """The ticket as it is now, with ``more`` of what somebody is about to do.

    ``refused`` names the form that could not be taken (edit, say, correct, move:NAME, task, aside, resolve, publish):
    what was ``written`` into it, its ``mistakes`` by their fields, and what else is ``wrong``.
    """
    number = request.path_params["id"]
    [shown] = await ask(request, "ticket.show", id=number)
    [choices] = await ask(request, "ticket.choices", id=number)
    answers = await undo.answers(request)
    zone, rules = house_of(request).site.timezone, house_of(request).desk().ruleset
    elsewhere = {m.name for m in rules.macros.values() if m.departments and shown["department"] not in m.departments}
    values = {
        "ticket": shown,
        "department": called(rules, shown["department"] or ""),
        "choices": choices,
        "macros": [one for one in choices["macros"] if one["name"] not in elsewhere],
        "was": field_history(shown),
        "steps": [beside_its_button(step) for step in shown["blueprint"]["next"]] if shown["blueprint"] else [],
        "timers": [row | {"name": timer_name(rules, row["rule"], row["step"])} for row in _pending(shown)],
        "timeline": timeline(shown, zone, partial(rule_name, rules), partial(effect, rules)),
        "order": order_table(shown, choices),
        "clash": None,
        "overtaken": None,
        "stopped": "",
        "largest": house_of(request).web.max_body - FORM,
        "draft": None,
        "answers": answers,
        "reply": undo.back_in_the_box(answers),
        "note": "",
        "written": {},
        "wrong": "",
        "mistakes": {},
        "refused": "",
    }
    return rendering.page(request, "console/ticket.html", status, **(values | more))


def beside_its_button(step: Row) -> Row:
    """A transition with its reasons, which need not name it again."""
    return step | {"why": [why.removeprefix(step["label"]).removeprefix(" is").strip() for why in step["why"]]}


def _pending(shown: Row) -> list[Row]:
    return sorted((row for row in shown["timers"] if row["state"] == "pending"), key=lambda row: str(row["due_at"]))


async def _did(request: Request, operation: str, said: str, **arguments: Any) -> Response:
    number = request.path_params["id"]
    rows = await ask(request, operation, id=number, **arguments)
    refused = [why for row in rows for why in row.get("refused") or ()]
    return rendering.see(request, f"/tickets/{number}", " ".join([said, *refused]))


async def macro(request: Request) -> Response:
    """Refused on a page that is no longer true: the macro may not be what was meant any more."""
    name = text(request.state.form, "macro")
    known = house_of(request).desk().ruleset.macro(name)
    called = known.label.rpartition("::")[2].strip() if known else name
    try:
        return await _did(request, "ticket.macro", f"{called}: done.", macro=name, version=_version(request))
    except TryAgain:
        return await overtaken(request, called)
    except DataError as error:
        if isinstance(error, Missing):
            raise
        return await ticket_page(request, 422, stopped=on_page(error))


async def move(request: Request) -> Response:
    """To another status, or along a transition with what it asks for."""
    form, file = request.state.form, await _file(request)
    given = {"inputs": list(_changes(request)), "comment": text(form, "comment"), "version": _version(request)}
    wanted = {key: value for key, value in (given | {"enclosed": file}).items() if value}
    try:
        return await _did(request, "ticket.move", "Done.", status=text(form, "status"), **wanted)
    except TryAgain:
        return await overtaken(request, text(form, "status"))
    except DataError as error:
        if isinstance(error, Missing):
            raise
        if given["inputs"] or "comment" in form:
            return await _asked_again(request, error)
        return await ticket_page(request, 422, stopped=on_page(error))
    finally:
        if file is not None:
            file.raw.close()


async def _asked_again(request: Request, error: DataError) -> Response:
    """The transition's form with all that was written into it, and what is wrong or missing beside each field."""
    form, changes = request.state.form, list(_changes(request))
    empty = {name: "fill this in, it is needed" for name, value in changes if not value}
    if "comment" in form and not text(form, "comment"):
        empty["comment"] = "say something, it is needed"
    mistakes = empty | await _mistakes(request, changes)
    written = dict(changes) | {"comment": text(form, "comment")}
    wrong = _besides(error, mistakes)
    again = {"refused": f"move:{text(form, 'status')}", "wrong": wrong, "mistakes": mistakes, "written": written}
    return await ticket_page(request, 422, **again)


async def _mistakes(request: Request, changes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By the names of fields, without the name itself: it stands above."""
    found = edits.mistakes(house_of(request).desk().ruleset, changes)
    return {name: why.removeprefix(f"{name}:").removeprefix(name).strip() for name, why in found.items()}


def _besides(error: DataError, mistakes: dict[str, str]) -> str:
    """What is said above the form: all of it, where the fields do not tell it all."""
    _, _, why = error.what.partition(": ")
    rest = [one for one in why.split("; ") if not any(one.endswith(mistake) for mistake in mistakes.values())]
    return "" if mistakes and not rest else error.told


async def _file(request: Request) -> Enclosed | None:
    """The file of the form, as a mail of whoever sends it; None where none was chosen."""
    sent, house = request.state.form.get("file"), house_of(request)
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    author, domain = request.state.session.colleague.address, house.site.domain
    return await asyncio.to_thread(enclosed, sent.filename, sent.file, author, domain, house.clock.now())


async def seen(request: Request) -> Response:
    try:
        return await _did(request, "ticket.seen", "The revision was seen.", version=_version(request))
    except TryAgain:
        return await overtaken(request, "I have looked at it")


async def overtaken(request: Request, what: str) -> Response:
    """What somebody wanted of a page that is no longer true: the ticket as it is, what happened meanwhile, and what
    was typed beside what stands there.
    """
    form, number = request.state.form, request.path_params["id"]
    [shown] = await ask(request, "ticket.show", id=number)
    changes, comment = [(name, value) for name, value in _changes(request) if value], text(form, "comment")
    clash = [(name, _held(shown, name), value) for name, value in changes]
    clash += [("comment", "", comment)] if comment else []
    again = {"refused": f"move:{text(form, 'status')}", "written": dict(changes) | {"comment": comment}}
    words = partial(effect, house_of(request).desk().ruleset)
    told = {"what": what, "meanwhile": meanwhile(shown, _version(request) or shown["version"], words)}
    return await ticket_page(request, 409, overtaken=told, clash=clash, **again)


async def say(request: Request) -> Response:
    """A reply to the customer, the reply as they would get it, or a note for colleagues.

    Both boxes travel together: what stands in the other one stands there again.
    """
    form, number = request.state.form, request.path_params["id"]
    kind = text(form, "kind") if text(form, "kind") in ("preview", "reply") else "note"
    box, other = ("note", "text") if kind == "note" else ("text", "note")
    boxes: Row = {"reply": text(form, "text"), "note": text(form, "note")}
    if not text(form, box):
        return await ticket_page(request, 422, **boxes, refused="say", mistakes={box: "there is nothing in it yet"})
    if kind == "preview":
        [draft] = await ask(request, "ticket.draft", id=number, text=text(form, "text"))
        return await ticket_page(request, draft=draft, **boxes)
    if kind == "reply":
        said = await undo.answer(request)
    else:
        await ask(request, "ticket.note", id=number, text=text(form, "note"), once=once_of(form, "note"))
        said = "The note was kept."
    if text(form, other):
        return await ticket_page(request, said=said, **(boxes | {"reply" if box == "text" else "note": ""}))
    return rendering.see(request, f"/tickets/{number}", said)


async def edit(request: Request) -> Response:
    """Fields by hand. What somebody else changed meanwhile is not overwritten: both texts are shown."""
    number, changes = request.path_params["id"], list(_changed(dict(_changes(request))))
    if not changes:
        return rendering.see(request, f"/tickets/{number}", "Nothing was changed.")
    try:
        return await _did(request, "ticket.set", "Kept.", changes=changes, version=_version(request))
    except TryAgain:
        [shown] = await ask(request, "ticket.show", id=number)
        clash = [(name, _held(shown, name), value) for name, value in changes]
        return await ticket_page(request, 409, clash=clash, refused="edit", written=dict(changes))
    except DataError as error:
        if isinstance(error, Missing):
            raise
        mistakes = await _mistakes(request, changes)
        again = {"wrong": _besides(error, mistakes), "mistakes": mistakes, "written": dict(changes)}
        return await ticket_page(request, 422, refused="edit", **again)


def _held(shown: Row, name: str) -> str:
    held = shown["fields"].get(name) if name in shown["fields"] else shown.get(name)
    return ", ".join(held) if isinstance(held, list) else str(held or "")


def _changes(request: Request) -> Iterable[tuple[str, str]]:
    """Fields of the form by their names; those sent several times are choices of one field."""
    form = request.state.form
    for key in dict.fromkeys(form.keys()):
        if key.startswith("set."):
            values = [value.strip() for value in form.getlist(key) if isinstance(value, str)]
            yield key.removeprefix("set."), ", ".join(value for value in values if value)


def _changed(given: dict[str, str]) -> Iterable[tuple[str, str]]:
    """What differs from the page that was shown: each field's value then travels beside it, else it was changed."""
    shown = {name.removeprefix("was."): value for name, value in given.items() if name.startswith("was.")}
    for name, value in given.items():
        if not name.startswith("was.") and value != shown.get(name):
            yield name, value


async def correct(request: Request) -> Response:
    """Put a value right that was read wrongly; the field travels with the value that the page showed."""
    form, number = request.state.form, request.path_params["id"]
    name, shown, was = text(form, "field").partition("=")
    value, seen = text(form, "value"), {"was": was} if shown else {}
    written = {"field": name, "value": value}
    try:
        [done] = await ask(request, "ticket.correct", id=number, field=name, value=value, **seen)
        said = "Corrected, and learned for such documents." if done["habit"] else "Corrected."
        return rendering.see(request, f"/tickets/{number}", " ".join([said, *done["refused"]]))
    except TryAgain:
        [ticket] = await ask(request, "ticket.show", id=number)
        stands = standing((ticket["orders"] or [{}])[-1], name)
        return await ticket_page(request, 409, clash=[(name, stands, value)], refused="correct", written=written)
    except DataError as error:
        if isinstance(error, Missing):
            raise
        return await ticket_page(request, 422, refused="correct", mistakes={"value": on_page(error)}, written=written)


async def release(request: Request) -> Response:
    await ask(request, "outbox.release", id=request.path_params["letter"])
    return rendering.see(request, f"/tickets/{request.path_params['id']}", "The letter is on its way.")


async def explain(request: Request) -> Response:
    """Every rule that was asked about this ticket, and why it acted or not."""
    number = request.path_params["id"]
    found = await ask(request, "rules.explain", id=number)
    rules = house_of(request).desk().ruleset
    rows = [
        row | {"event": event_name(row["event"]), "rule": rule_name(rules, row["rule"], row["event"] == TIMED)}
        for row in found
    ]
    return rendering.page(request, "console/explain.html", number=number, rows=rows)


def _version(request: Request) -> int | None:
    return maybe_number(text(request.state.form, "version"), "the version")


ROUTES = [
    page("/tickets/{id:int}", ticket),
    page("/tickets/{id:int}/explain", explain),
    action("/tickets/{id:int}/macro", macro, Role.AGENT),
    action("/tickets/{id:int}/move", move, Role.AGENT),
    action("/tickets/{id:int}/seen", seen, Role.AGENT),
    action("/tickets/{id:int}/say", say),
    action("/tickets/{id:int}/edit", edit, Role.AGENT),
    action("/tickets/{id:int}/correct", correct, Role.AGENT),
    action("/tickets/{id:int}/letters/{letter:int}/release", release, Role.AGENT),
]
