"""What a light agent is told where they ask for more than reading and noting."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from maild.cli.status import _ports
from maild.control.operation import Operation, Request
from maild.domain.people import Role
from maild.errors import NotPermitted
from rules.model import Colleague


@pytest.mark.parametrize(("operation", "who"), [("forget", "an administrator may"), ("side.begin", "an agent or a")])
def test_a_light_agent_hears_who_may(operation: str, who: str) -> None:
    kim = Colleague("kim", "kim@shop.example", Role.LIGHT)
    desk: Any = SimpleNamespace(ruleset=SimpleNamespace(colleague=lambda name: kim))
    with pytest.raises(NotPermitted) as refused:
        Operation(cast(Any, None), writes=True).permit(desk, Request(operation, {}, "kim"))
    assert refused.value.hint.startswith(who)
    assert operation not in refused.value.hint


def test_ports_are_told_as_people_write_them() -> None:
    assert [_ports(p) for p in ([25], [25, 587], [])] == ["port 25", "ports 25, 587", "ports none"]
