"""What people can do at the command line, programs can do by the API, or there is a reason why not."""

import sys
from types import CodeType

import pytest

from maild.control.registry import OPERATIONS
from maild.web.api.endpoint import Endpoint
from maild.web.api.left_out import LEFT_OUT
from maild.web.api.routes import ENDPOINTS


def asked_by(endpoint: Endpoint) -> set[str]:
    """The operations that an endpoint's function names, itself or in functions of its module that it calls."""
    found, seen, waiting = set[str](), set[str](), [endpoint.run]
    for function in waiting:
        seen.add(function.__name__)
        closed = [cell.cell_contents for cell in function.__closure__ or ()]
        found |= {one for one in (*constants(function.__code__), *closed) if isinstance(one, str)} & OPERATIONS.keys()
        module = vars(sys.modules[function.__module__])
        called = [module[name] for name in function.__code__.co_names if name in module and name not in seen]
        waiting += [one for one in called if hasattr(one, "__code__") and one.__module__ == function.__module__]
    return found


def constants(code: CodeType) -> set[object]:
    inner = [constants(one) for one in code.co_consts if isinstance(one, CodeType)]
    return {one for one in code.co_consts if isinstance(one, str)}.union(*inner)


def test_every_operation_has_an_endpoint_or_a_reason() -> None:
    asked = {operation for endpoint in ENDPOINTS for operation in asked_by(endpoint)}
    assert asked | LEFT_OUT.keys() == OPERATIONS.keys()
    assert not asked & LEFT_OUT.keys()
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())


def test_an_endpoint_that_changes_something_is_no_get() -> None:
    for endpoint in ENDPOINTS:
        asked = asked_by(endpoint)
        assert asked or endpoint.name == "listMacros", endpoint.name
        assert endpoint.writes == any(OPERATIONS[name].writes for name in asked), endpoint.name
        assert endpoint.scope.endswith(":write") == endpoint.writes, endpoint.name


def test_names_and_addresses_are_there_once() -> None:
    assert len({endpoint.name for endpoint in ENDPOINTS}) == len(ENDPOINTS)
    assert len({(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}) == len(ENDPOINTS)


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.of_ticket], ids=lambda one: one.name)
def test_if_match_is_held_against_the_ticket_of_the_address(endpoint: Endpoint) -> None:
    assert endpoint.path.startswith("/tickets/{id:int}")
    assert endpoint.writes
