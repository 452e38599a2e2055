"""The rules: each with how often it fired, doubts about the file, the flow, and what another file would have done."""

import asyncio
import re
from codecs import BOM_UTF8
from dataclasses import replace
from datetime import timedelta

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from maild.config import Config
from maild.config.toml_file import decoded, parse
from maild.config.toml_lines import TomlLines
from maild.control.operation import Row
from maild.domain.people import Actor, Role
from maild.errors import ConfigError
from maild.web import rendering
from maild.web.house import House, ask, house_of
from maild.web.numbers import maybe_number
from maild.web.pages.reports import PICTURE_POLICY
from maild.web.routes import action, page, text
from pipeline.rehearsal import Rehearsal, newest, summary
from rules.departments import hidden_from
from rules.load import read_file
from rules.rule_file import SECTIONS, RuleFile

LARGEST_FILE = 1024 * 1024
MOST_DAYS = 9999
MOST_REPLAYED = 2000  # tickets; somebody waits for the page


async def rules(request: Request) -> Response:
    return await _rules_page(request)


async def _rules_page(request: Request, status: int = 200, refused: tuple[str, ...] = ()) -> Response:
    """The page, with what is wrong with a file that was to be simulated."""
    return rendering.page(
        request,
        "console/rules.html",
        status,
        refused=refused,
        rules=await ask(request, "rules.list", fired=True),
        doubts=await ask(request, "rules.lint"),
        blueprints=[row for row in await ask(request, "blueprint.list") if row["today"]],
        digest=house_of(request).desk().ruleset.digest,
    )


async def blueprint(request: Request) -> Response:
    """A blueprint with the tickets that stand in each state now."""
    [row] = await ask(request, "blueprint.graph", name=request.path_params["name"], form="svg", live=True)
    return Response(row["svg"], media_type="image/svg+xml", headers={"content-security-policy": PICTURE_POLICY})


async def flow(request: Request) -> Response:
    [row] = await ask(request, "rules.picture")
    return Response(row["svg"], media_type="image/svg+xml", headers={"content-security-policy": PICTURE_POLICY})


async def simulate(request: Request) -> Response:
    """Replay what was recorded by an uploaded rule file; nothing is changed."""
    form, house = request.state.form, house_of(request)
    given = form.get("file")
    document = await given.read(LARGEST_FILE + 1) if isinstance(given, UploadFile) else b""
    days = maybe_number(text(form, "days"), "days", MOST_DAYS)
    since = timedelta(days=30 if days is None else days)
    try:
        other = rule_file(
            house.desk().config, document, named(given.filename if isinstance(given, UploadFile) else None)
        )
    except ConfigError as error:
        return await _rules_page(request, 422, tuple(error.mistakes))
    hidden = hidden_from(house.desk().ruleset, Actor("agent", request.state.user))
    rows, told = await asyncio.to_thread(_replay, house, other, since, hidden)
    return rendering.page(request, "console/simulation.html", rows=rows, told=told, days=since.days)


def named(filename: str | None) -> str:
    """A file's own name, without the folders that some browsers send."""
    return re.split(r"[/\\\\]", filename or "")[-1][:100] or "config.toml"


def rule_file(config: Config, document: bytes, name: str) -> RuleFile:
    """The rules of an uploaded file among our own people and webhooks; raises ConfigError with every mistake."""
    if not document or len(document) > LARGEST_FILE:
        raise ConfigError([f"{name}: a rule file has 1 byte to 1 MiB (choose a config.toml)"])
    written = decoded(document.removeprefix(BOM_UTF8), name)
    raw, lines = parse(written, name), TomlLines(written)
    ours = RuleFile.of(config)
    sections = {section: raw[section] for section in SECTIONS if section in raw}
    other = replace(ours, sections=sections, config=None, places=lambda loc: f"{name}:{lines.nearest(tuple(loc))}")
    if mistakes := read_file(other)[1]:
        raise ConfigError([str(mistake) for mistake in mistakes])
    return other


def _replay(house: House, other: RuleFile, since: timedelta, hidden: frozenset[str]) -> tuple[list[Row], str]:
    """On a thread of its own, with a look at the database for each ticket."""
    until = house.db.read_now(newest)
    rehearsal = Rehearsal(house.db, other, until - since, until, hidden)
    rows: list[Row] = [
        {"ticket": ticket, "what": d.what, "was": d.was, "now": d.now, "rule": d.rule}
        for ticket, found in rehearsal.run(most=MOST_REPLAYED)
        for d in found
    ]
    told = summary(rehearsal, rows)
    return rows, told if rehearsal.tickets < MOST_REPLAYED else f"{told}; the command line replays more than these"


ROUTES = [
    page("/rules", rules, Role.LEAD),
    page("/rules/flow.svg", flow, Role.LEAD),
    page("/rules/blueprints/{name}.svg", blueprint, Role.LEAD),
    action("/rules/simulate", simulate, Role.LEAD),
]
