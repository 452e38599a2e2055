"""``maild run``: the daemon in the foreground."""

from argparse import Namespace
from pathlib import Path

from maild.errors import UsageError


def run(arguments: Namespace) -> int:
    from maild import app

    if arguments.clock_speed < 1:
        raise UsageError(f"--clock-speed {arguments.clock_speed:g} is below 1", "1 is the wall clock's own speed")
    app.run(app.Start(Path(arguments.config), arguments.clock_speed))
    return 0
