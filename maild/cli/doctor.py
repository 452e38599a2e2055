"""``maild doctor``: the surroundings, one line each, with what to do. Exit 0, or 69 where something fails."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from maild.cli.output import json_line

UNAVAILABLE = 69


def run(arguments: Namespace) -> int:
    from maild import logs
    from maild.doctor.finding import Level
    from maild.doctor.look import look

    logs.start("console", "error")  # to standard error: what is amiss is a finding, told by a line of its own
    failed = False
    for finding in look(_surroundings(arguments)):
        failed |= finding.level is Level.FAIL
        if arguments.json:
            print(json_line(asdict(finding)), flush=True)
        else:
            _print(finding)
    return UNAVAILABLE if failed else 0


def _surroundings(arguments: Namespace) -> Any:
    from maild.clock import SystemClock
    from maild.config import load
    from maild.doctor.look import Surroundings
    from maild.lookup import DnsResolver
    from notifications.relay import settings_of
    from pipeline.furniture import signer_of

    config = load(Path(arguments.config))
    running, newest, desk = _daemon(arguments)
    return Surroundings(
        config=config,
        now=SystemClock().now(),
        running=running,
        newest=newest,
        signer=signer_of(config),
        relay=settings_of(config.relay),
        resolver=None if arguments.offline else DnsResolver(config.dns),
        desk=desk,
    )


def _daemon(arguments: Namespace) -> tuple[bool, datetime | None, datetime | None]:
    """Whether the daemon runs, when it last got mail, and what its clock shows."""
    from maild.cli.asking import socket_of
    from maild.control.client import NoDaemon, ask

    try:
        rows = [json.loads(line) for line in ask(socket_of(arguments), "mail.list", {"limit": 1})]
        desk = datetime.fromisoformat(json.loads(next(ask(socket_of(arguments), "status", {})))["now"])
    except NoDaemon:
        return False, None, None
    return True, max((datetime.fromisoformat(row["received_at"]) for row in rows), default=None), desk


def _print(finding: Any) -> None:
    from maild.cli.harmless import shown

    colour = {"ok": "32", "warn": "33", "fail": "31"}[finding.level]
    mark = finding.level.upper().ljust(4)
    print(f"\033[{colour}m{mark}\033[0m" if sys.stdout.isatty() else mark, f"{finding.about}: {shown(finding.what)}")
    if finding.hint:
        print(f"     -> {finding.hint}")
