"""Mails as they came: text and cleaned HTML, attachments, and the place in a document where a value was found."""

from urllib.parse import quote

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from maild.control.operation import Row
from maild.store import spool
from maild.web import rendering
from maild.web.download import FILE_POLICY, saved_as
from maild.web.house import ask, house_of
from maild.web.numbers import maybe_number
from maild.web.routes import page
from pipeline.viewing.wish import View, What, Wish

MOST_PAGES = 100_000
MOST_LINES = 10_000_000
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox; "
    "frame-ancestors 'self'"
)
LETTER = (
    "<!doctype html><meta charset=utf-8><title>Letter</title><base target=_blank>"
    "<style>body{font:14px system-ui;margin:1em;color:#111;background:#fff}</style>"
)


async def mail(request: Request) -> Response:
    """One mail: where it ended and why, its text, its files."""
    row, view, _ = await _look(request, Wish(What.CONTENTS))
    return rendering.page(request, "console/mail.html", mail=row, view=view)


async def source(request: Request) -> Response:
    """The document of a value: a page of a PDF with a box, or a text with a line, marked."""
    asked = request.query_params
    number, part = request.path_params["id"], asked.get("part", "")
    turned = _turned(asked)
    contents = drawn = View()
    if part in ("text", "html"):
        _, contents, _ = await _look(request, Wish(What.CONTENTS))
    else:
        _, drawn, _ = await _look(request, Wish(What.PAGE, part, turned))
    return rendering.page(
        request,
        "console/source.html",
        number=number,
        part=part,
        turned=turned,
        view=contents,
        drawn=drawn,
        box=_box(asked.get("box", ""), drawn),
        marked=_marked(contents.text.splitlines(), asked.get("line", ""), asked.get("text", ""), part),
        sought=asked.get("text", "")[:200],
        picture=f"/mails/{number}/page?part={quote(part)}&page={turned}",
    )


def _turned(asked: QueryParams) -> int:
    """The page that the address asks for, from 1."""
    return maybe_number(asked.get("page"), "page", MOST_PAGES) or 1


def _box(said: str, drawn: View) -> tuple[float, float, float, float] | None:
    """x, y, width and height in percent of the page; PDF counts from the lower left corner."""
    try:
        x0, y0, x1, y1 = (float(side) for side in said.split(","))
    except ValueError:
        return None
    if not drawn.width or not drawn.height:
        return None
    wide, high = 100 / drawn.width, 100 / drawn.height
    left, top = (x0 - 2) * wide, (drawn.height - y1 - 2) * high
    return round(left, 2), round(top, 2), round((x1 - x0 + 4) * wide, 2), round((y1 - y0 + 4) * high, 2)


def _marked(lines: list[str], line: str, said: str, part: str) -> int | None:
    """The line to mark, from 1: by its number where that holds the text, else the first that does."""
    number = maybe_number(line, "line", MOST_LINES) or 0
    if part == "text" and 0 < number <= len(lines) and said in lines[number - 1]:
        return number
    return next((n for n, held in enumerate(lines, 1) if said and said in held), number or None)


async def picture(request: Request) -> Response:
    asked = request.query_params
    turned = _turned(asked)
    _, view, png = await _look(request, Wish(What.PAGE, asked.get("part", ""), turned))
    if view.missing:
        raise HTTPException(404)
    return Response(png, media_type="image/png", headers={"content-security-policy": FILE_POLICY})


async def letter(request: Request) -> Response:
    """The cleaned HTML of a mail, for a frame in which nothing runs and nothing is loaded."""
    _, view, _ = await _look(request, Wish(What.CONTENTS))
    headers = {"content-security-policy": LETTER_POLICY, "x-frame-options": "SAMEORIGIN"}
    return Response(LETTER + view.html, media_type="text/html; charset=utf-8", headers=headers)


async def attachment(request: Request) -> Response:
    """A file as it was sent: always for saving, never shown by the browser as a page of ours."""
    name = request.query_params.get("name", "")
    _, view, data = await _look(request, Wish(What.FILE, name))
    if view.missing or view.file is None:
        raise HTTPException(404)
    return Response(data, media_type="application/octet-stream", headers=saved_as(view.file.name))


async def raw(request: Request) -> Response:
    row, data = await _read(request)
    return Response(data, media_type="application/octet-stream", headers=saved_as(f"mail-{row['id']}.eml"))


async def _look(request: Request, wish: Wish) -> tuple[Row, View, bytes]:
    row, data = await _read(request)
    return row, *await house_of(request).viewer.look(data, wish)


async def _read(request: Request) -> tuple[Row, bytes]:
    """What is known of the mail, and the mail; only to those who may see its ticket. Raises where there is none."""
    number = request.path_params["id"]
    [row] = await ask(request, "mail.show", id=number)
    return row, await house_of(request).db.read(lambda tx: spool.raw(tx, number))


ROUTES = [
    page("/mails/{id:int}", mail),
    page("/mails/{id:int}/source", source),
    page("/mails/{id:int}/page", picture),
    page("/mails/{id:int}/letter", letter),
    page("/mails/{id:int}/file", attachment),
    page("/mails/{id:int}/raw", raw),
]
