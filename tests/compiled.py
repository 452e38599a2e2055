"""Statements are compiled once in a test run: every test has an engine of its own, and each would do it all anew.

A daemon has one engine for its life, so it is this that is like it; what a test compiles first, it compiles in earnest.
"""

from functools import partial
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.sql.compiler import Compiled
from sqlalchemy.util import LRUCache

from maild.store import engine

STATEMENTS = 3000  # some compiled statements take 50 kB


class Compilations:
    """What ``compiled_cache`` wants of a dictionary. Keys begin with an engine's own dialect; here, its name."""

    def __init__(self) -> None:
        self._kept: LRUCache[tuple[Any, ...], Compiled] = LRUCache(STATEMENTS)

    def get(self, key: tuple[Any, ...]) -> Compiled | None:
        return self._kept.get(_by_name(key))

    def __setitem__(self, key: tuple[Any, ...], compiled: Compiled) -> None:
        self._kept[_by_name(key)] = compiled


def share() -> None:
    """From now on every engine of this process uses what another has compiled."""
    engine.create_engine = partial(create_engine, execution_options={"compiled_cache": Compilations()})


def _by_name(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return key[0].name, *key[1:]
