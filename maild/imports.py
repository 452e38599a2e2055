"""What a library imports on the side and nobody here uses, spared: it costs each start its time and stays in memory."""

import contextlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from types import ModuleType


@contextlib.contextmanager
def without(name: str) -> Iterator[None]:
    """Whoever asks for ``name`` meanwhile finds that it is not installed; where it was imported before, it is there."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # so the import system is told that there is none
    try:
        yield
    finally:
        del sys.modules[name]


@contextlib.contextmanager
def only_parts(package: str) -> Iterator[None]:
    """A part of ``package`` that is asked for meanwhile is imported without the package itself, which imports all.

    Raises ImportError inside where such a part needs the package after all.
    """
    found = None if package in sys.modules else find_spec(package)
    if found is None:
        yield
        return
    hollow = ModuleType(package)
    hollow.__path__ = list(found.submodule_search_locations or ())
    sys.modules[package] = hollow
    try:
        yield
    finally:
        del sys.modules[package]
