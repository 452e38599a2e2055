"""Which daemons are at work on the database, and how each is reached: several share one, each with its own socket."""

import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maild.cli.harmless import cell
from maild.errors import Unavailable

if TYPE_CHECKING:
    from maild.store.tx import Tx

Row = dict[str, Any]


def at_work(tx: "Tx") -> list[Row]:
    """Those that the database knows, without those that ended suddenly."""
    from maild.store import processes

    return alive(processes.rows(tx))


def alive(known: Iterable[Row]) -> list[Row]:
    """Without those of this host whose process is gone; of other hosts nobody can tell from here."""
    return [one for one in known if one["host"] != socket.gethostname() or _runs(one["pid"])]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def told(one: Row) -> str:
    return (
        f"{one['host']} pid {one['pid']}, {one['roles']}, since {cell(str(one['started_at']))}, socket {one['socket']}"
    )


def listening_at(asked: Path, known: Iterable[Row]) -> Row | None:
    """The one of this host that should answer there: it is about to begin, or to end."""
    here = (one for one in known if one["host"] == socket.gethostname() and one["socket"] == str(asked.absolute()))
    return next(here, None)


def unreachable(asked: Path, known: list[Row]) -> Unavailable:
    """What to say to whoever asked for a daemon and got no answer."""
    if one := listening_at(asked, known):
        return Unavailable(
            f"the daemon at {asked} (pid {one['pid']}) is starting or stopping and does not answer", "try again"
        )
    if not known:
        return Unavailable("no daemon runs", "start it with 'maild run', or read its log file")
    shown = "; ".join(f"{one['host']} pid {one['pid']} ({one['roles']}): --socket {one['socket']}" for one in known)
    return Unavailable(f"no daemon answers at {asked}, but others are at work", f"ask one of them: {shown}")
