"""``maild tail``: the running daemon's log, live."""

import json
import signal
import sys
from argparse import Namespace
from typing import Any

from maild.cli.asking import socket_of, unreachable
from maild.cli.harmless import shown
from maild.cli.output import BREAKS
from maild.control.client import HungUp, NoDaemon, ask


def run(arguments: Namespace) -> int:
    """Until the daemon ends, or somebody ends this: both are a good end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        for line in ask(socket_of(arguments), "tail", {}, arguments.actor or "", named=arguments.actor is not None):
            _print(line, arguments)
    except HungUp:
        return 0
    except NoDaemon:
        raise unreachable(arguments) from None
    return 0


def _print(line: str, arguments: Namespace) -> None:
    entry: dict[str, Any] = json.loads(line)
    wanted = {"ticket": arguments.ticket, "mail_id": arguments.mail}
    if any(value is not None and entry.get(name) != value for name, value in wanted.items()):
        return
    if arguments.json:
        print(line.translate(BREAKS), flush=True)
        return
    head = f"{entry.pop('ts', '')[11:23]} {entry.pop('level', ''):<7} {entry.pop('event', ''):<20}"
    entry.pop("logger", None)
    rest = "  ".join(f"{name}={shown(str(value))}" for name, value in entry.items() if value not in (None, ""))
    print(f"{head} {rest}", flush=True)
