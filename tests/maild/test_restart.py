"""A reload says what of the new configuration waits for the next start, and only that."""

from typing import Any

import pytest

from maild.config import Config
from maild.restart import needing_restart

LISTEN = {"listen": ["127.0.0.1:2525"]}


def needs(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return needing_restart(Config.default(**old), Config.default(**new))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"smtp": {"listen": ["127.0.0.1:2526"]}}, ["smtp.listen"]),
        ({"smtp": LISTEN | {"enabled": False}}, ["smtp.enabled"]),
        ({"smtp": LISTEN | {"max_size": "1MB"}}, []),
        ({"smtp": LISTEN, "retry": {"give_up_after": "3d"}}, ["retry"]),
        ({"smtp": LISTEN, "web": {"listen": "127.0.0.1:8099"}}, ["web"]),
    ],
)
def test_what_is_read_at_the_start_only_is_named(changed: dict[str, Any], named: list[str]) -> None:
    assert needs({"smtp": LISTEN}, changed) == named


def test_an_unchanged_configuration_waits_for_nothing() -> None:
    assert needs({"smtp": LISTEN}, {"smtp": LISTEN}) == []
