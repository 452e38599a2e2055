"""The event loop that the daemon runs on."""

import asyncio
from collections.abc import Callable
from importlib import import_module


def quicker_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where it is installed (the extra "fast")."""
    try:
        made: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return None
    return made
