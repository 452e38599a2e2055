"""Mistakes of programs in plain sentences."""

from typing import Annotated

import pytest
from pydantic import Field

from maild.web.api.endpoint import Asked
from maild.web.api.reading import _checked
from maild.web.trouble import Refused


class Body(Asked):
    facts: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    quantity: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")] = "1"
    limit: Annotated[int, Field(ge=1, le=5)] = 1


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({}, "/facts: is missing"),
        ({"facts": []}, "/facts: is too short: at least 1 entry"),
        ({"facts": ["a", "b", "c"]}, "/facts: is too long: at most 2 entries"),
        ({"facts": ["a"], "quantity": "-1"}, "/quantity: is no quantity: write a number that is not negative"),
        ({"facts": ["a"], "limit": 9}, "/limit: is too large: at most 5"),
        ({"facts": [1]}, "/facts/0: is no text"),
    ],
)
def test_a_program_hears_no_pattern_and_no_tuple(body: object, what: str) -> None:
    with pytest.raises(Refused, match=what):
        _checked(Body, body, 422)
