"""The addresses of the API."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from maild.web.api import order_endpoints, record_endpoints, ticket_endpoints
from maild.web.api.door import Door
from maild.web.api.endpoint import Endpoint
from maild.web.api.openapi import BASE, document
from maild.web.house import House, house_of

ENDPOINTS: tuple[Endpoint, ...] = (
    *ticket_endpoints.ENDPOINTS,
    *order_endpoints.ENDPOINTS,
    *record_endpoints.ENDPOINTS,
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

    async def endpoint(request: Request) -> Response:
        answer: Response = await ends[request.method](request)
        return answer

    return Route(path, endpoint, methods=list(ends))


async def openapi(request: Request) -> Response:
    return JSONResponse(document(ENDPOINTS, house_of(request).site.base_url))
