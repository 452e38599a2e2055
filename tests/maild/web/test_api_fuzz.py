"""The API against requests drawn from its own document, right ones and wrong ones: never a mistake of ours, and every
answer is one that the document promises.
"""

import json
from collections import Counter
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from maild.web.api.routes import ENDPOINTS
from tests.maild.web.conftest import Town
from tests.maild.web.test_api import API, bearer

EXAMPLES = 2  # of each endpoint and mode


def drawn(operation: Any, mode: GenerationMode) -> list[Any]:
    """Cases as schemathesis makes them, the same in each run."""
    cases: list[Any] = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def draw(case: Any) -> None:
        cases.append(case)

    draw()
    return cases


def modes(operation: Any) -> list[GenerationMode]:
    """Where nothing but any text is asked for, nothing can be asked wrongly."""
    said = operation.definition.raw
    demanding = [one for one in said["parameters"] if one["schema"] != {"type": "string"}]
    wrong = [GenerationMode.NEGATIVE] if demanding or "requestBody" in said else []
    return [GenerationMode.POSITIVE, *wrong]


def built(town: Town, case: Any, head: dict[str, str]) -> httpx.Request:
    given = case.as_transport_kwargs(base_url=str(town.client.base_url), headers=head)
    given["content"] = given.pop("data", None)
    given["headers"] = {name.encode(): str(value).encode() for name, value in given["headers"].items()}
    given.pop("cookies", None)
    return httpx.Request(**{name: value for name, value in given.items() if value is not None})


def thinned(document: dict[str, Any]) -> dict[str, Any]:
    """Without what one door checks for all endpoints alike: drawn at each of them it takes half the time, and a request
    without a token gets no further. Headers are left to one endpoint.
    """
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    for operation in operations:
        if operation["operationId"] != "addNote":
            operation["parameters"] = [one for one in operation["parameters"] if one["in"] != "header"]
    return {name: part for name, part in document.items() if name not in ("security", "webhooks")}


async def test_no_request_drawn_from_the_document_is_a_mistake_of_ours(town: Town) -> None:
    await town.order()
    head = await bearer(town, user="root")
    document = (await town.client.get(f"{API}/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(thinned(document))
    seen: Counter[int] = Counter()
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == len(ENDPOINTS)
    for operation in operations:
        for mode in modes(operation):
            for case in drawn(operation, mode):
                answer = await town.client.send(built(town, case, head))
                seen[answer.status_code] += 1
                checks = [not_a_server_error, response_schema_conformance, status_code_conformance]
                case.validate_response(answer, checks=checks)
    assert seen[200] > 20, seen
    assert 500 not in seen


async def test_the_document_names_every_endpoint_its_scope_and_its_failures(town: Town) -> None:
    document = (await town.client.get(f"{API}/openapi.json")).json()
    named = {operation["operationId"]: operation for path in document["paths"].values() for operation in path.values()}
    assert named.keys() == {endpoint.name for endpoint in ENDPOINTS}
    for endpoint in ENDPOINTS:
        assert endpoint.scope in named[endpoint.name]["description"]
        assert {"401", "403", "404", "422", "429"} <= named[endpoint.name]["responses"].keys()
    assert "$defs" not in json.dumps(document)
