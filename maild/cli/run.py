"""``maild run``: the daemon in the foreground."""

import os
from argparse import Namespace
from pathlib import Path

from maild.cli.uncollected import uncollected
from maild.errors import UsageError

FASTEST = 1e6


def run(arguments: Namespace) -> int:
    if not 1 <= arguments.clock_speed <= FASTEST:
        raise UsageError(
            f"--clock-speed {arguments.clock_speed:g} is not from 1 to {FASTEST:g}", "1 is the wall clock's own speed"
        )
    _fill_streams()
    with uncollected():  # the daemon ends it when all is imported
        import maild.logs  # noqa: F401 - before all others: it spares us what structlog would bring along
        from maild import app
        from maild.roles import parse

        socket = Path(arguments.socket) if arguments.socket else None
        app.run(app.Start(Path(arguments.config), arguments.clock_speed, parse(arguments.roles), socket))
    return 0


def _fill_streams() -> None:
    """Where standard streams are closed, the next files opened would take their numbers, and our log lines."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
