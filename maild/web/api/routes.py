"""The addresses of the API."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from maild.web.api import (
    aside_endpoints,
    desk_endpoints,
    event_endpoints,
    knowledge_endpoints,
    order_endpoints,
    post_endpoints,
    price_endpoints,
    record_endpoints,
    report_endpoints,
    task_endpoints,
    ticket_endpoints,
)
from maild.web.api.door import Door
from maild.web.api.endpoint import Endpoint
from maild.web.api.openapi import BASE, document
from maild.web.house import House, house_of

ENDPOINTS: tuple[Endpoint, ...] = (
    *ticket_endpoints.ENDPOINTS,
    *task_endpoints.ENDPOINTS,
    *aside_endpoints.ENDPOINTS,
    *knowledge_endpoints.ENDPOINTS,
    *desk_endpoints.ENDPOINTS,
    *order_endpoints.ENDPOINTS,
    *event_endpoints.ENDPOINTS,
    *post_endpoints.ENDPOINTS,
    *record_endpoints.ENDPOINTS,
    *price_endpoints.ENDPOINTS,
    *report_endpoints.ENDPOINTS,
)


def routes(house: House) -> list[Route]:
    door = Door(house)
    found = [Route(BASE + one.path, door.opened(one), methods=[one.method], name=one.name) for one in ENDPOINTS]
    return [
        Route(f"{BASE}/openapi.json", openapi, methods=["GET"]),
        *_together(found),
    ]


def _together(found: list[Route]) -> list[Route]:
    """Those of one address in one Route, so that another method there is told which ones there are (405, Allow)."""
    by_path: dict[str, list[Route]] = {}
    for route in found:
        by_path.setdefault(route.path, []).append(route)
    return [_one(path, routes) for path, routes in by_path.items()]


def _one(path: str, routes: list[Route]) -> Route:
    ends = {method: route.endpoint for route in routes for method in (route.methods or ())}
    ends["OPTIONS"] = _may(*ends)

    async def endpoint(request: Request) -> Response:
        answer: Response = await ends[request.method](request)
        return answer

    return Route(path, endpoint, methods=list(ends))


async def openapi(request: Request) -> Response:
    """For everybody: who writes a program reads it before there is a token."""
    text, tag = _written(house_of(request).site.base_url)
    if tag in request.headers.get("if-none-match", ""):
        return Response(None, 304, {"etag": tag})
    return Response(text, 200, {"etag": tag}, "application/json")


@lru_cache(maxsize=2)
def _written(server: str) -> tuple[bytes, str]:
    """The document and its tag: making it takes longer than most requests."""
    text = json.dumps(document(ENDPOINTS, server)).encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:16]}"'


def _may(*methods: str) -> Callable[[Request], Awaitable[Response]]:
    """RFC 9110, 9.3.7: what may be asked at an address."""
    allow = ", ".join(sorted({*methods, "OPTIONS"}))

    async def answer(_: Request) -> Response:
        return Response(None, 204, {"allow": allow})

    return answer
