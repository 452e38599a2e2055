"""Colleagues go on and off line: at the command line, by mail, in the console."""

from functools import partial

import structlog

from maild.store import loads
from maild.store.tx import Tx

log = structlog.get_logger("maild.assignment")


def go(tx: Tx, name: str, online: bool, by: str) -> None:
    """Keep and tell that somebody takes work, or does not."""
    if loads.be_present(tx, name, online, by):
        tx.tell(partial(log.info, "agent.online" if online else "agent.offline", user=name, by=by))
