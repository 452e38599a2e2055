"""Waiting that is cut short: what an event loop was to do in hours it does now, so that no test waits for a limit.

Limits in such tests can be as long as they are in earnest; a busy machine exceeds none of them before it is its turn.
"""

import asyncio
from typing import NoReturn

HOUR = 3600.0


async def while_hours_pass() -> NoReturn:
    """From now on each turn of the running loop takes an hour by its clock; ends when it is cancelled."""
    loop = asyncio.get_running_loop()
    asked, passed = loop.time, 0.0
    loop.time = lambda: asked() + passed  # type: ignore[method-assign]
    while True:
        passed += HOUR
        await asyncio.sleep(0)
