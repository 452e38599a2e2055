"""``maild backup`` and ``maild restore``: copies of the database, and putting one back."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maild.cli.output import json_line
from maild.domain.plurals import counted
from maild.errors import CannotCreate, DataError

if TYPE_CHECKING:
    from maild.store.restore import Restored
    from maild.store.restored import Logged

OF_LETTERS = ("letter.queued", "letter.withheld", "letter.sent")


def run(arguments: Namespace) -> int:
    """Copy the database, whether the daemon runs or not."""
    from maild import environment
    from maild.config import load
    from maild.store import dump
    from maild.store.backup import take
    from maild.store.engine import sqlite_path

    url = load(Path(arguments.config)).database.url
    path, now = sqlite_path(url), environment.clock(1.0).now()
    target = _target(arguments.file)
    copy = take(path, target, now) if path else dump.take(url, target, now)
    if arguments.json:
        row = {"file": str(copy.path), "at": _iso(copy.at), "bytes": copy.size, "schema": copy.schema}
        print(json_line(row))
    else:
        print(f"{copy.path}: {copy.size} bytes, as of {_iso(copy.at)}, every invariant holds")
    return 0


def _target(name: str) -> Path:
    """A file, or a folder: a name that ends in a slash is one even if it is not there yet, and is made then."""
    target = Path(name)
    if name.endswith("/"):
        try:
            target.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise CannotCreate(
                f"{name}: {error.strerror}", "a slash at the end makes one folder, not several"
            ) from None
    return target


def restore(arguments: Namespace) -> int:
    """Put a copy in place; no daemon may run."""
    from maild import environment
    from maild.config import load
    from maild.store import dump
    from maild.store.engine import sqlite_path
    from maild.store.lock import Lock
    from maild.store.restore import restore as put_back

    url = load(Path(arguments.config)).database.url
    path, copy, now = sqlite_path(url), Path(arguments.file), environment.clock(1.0).now()
    log = Path(arguments.log) if arguments.log else None
    sent = list(_sent(log)) if log else []
    if path is None:
        done = dump.restore(copy, url, now, force=arguments.force, sent=sent)
    else:
        with Lock.of(url):
            done = put_back(copy, path, now, force=arguments.force, sent=sent)
    if arguments.json:
        print(json_line(_row(done, now)))
    else:
        _tell(done, now, log)
    return 0


def _sent(log: Path) -> Iterator["Logged"]:
    """The letters that the daemon's log says were sent, each with what the line of its making tells."""
    from maild.store.restored import Logged

    made: dict[object, tuple[str, str]] = {}
    for said in _lines(log):
        letter = said.get("letter")
        if said["event"] != "letter.sent":
            made[letter] = str(said.get("template") or ""), str(said.get("to") or "")
        elif message_id := str(said.get("message_id") or ""):
            number = letter if isinstance(letter, int) else None
            yield Logged(message_id, number, *made.pop(letter, ("", "")), at=str(said.get("ts") or "")[:19])


def _lines(log: Path) -> Iterator[dict[str, Any]]:
    """What the log says of letters, in its order."""
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if any(f'"{event}"' in line for event in OF_LETTERS) and (said := _parsed(line)):
                    yield said
    except OSError as error:
        raise DataError(f"{log}: {error.strerror}", "--log takes a file that the daemon wrote in json") from error


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    known = isinstance(said, dict) and said.get("event") in OF_LETTERS and isinstance(said.get("letter"), int | None)
    return said if known else None


def _row(done: "Restored", now: datetime) -> dict[str, object]:
    found = done.found
    return {
        "taken_at": _iso(found.taken_at) if found.taken_at else None,
        "restored_at": _iso(now),
        "aside": str(done.aside) if done.aside else None,
        "letters_held": found.held,
        "letters_sent": found.sent,
        "mails_open": found.mails,
        "timers_overdue": found.timers,
    }


def _tell(done: "Restored", now: datetime, log: Path | None) -> None:
    found = done.found
    gap = f"from {_iso(found.taken_at) if found.taken_at else 'its beginning'} to {_iso(now)}"
    print(f"The copy is in place. It knows nothing of the time {gap}.")
    if done.aside:
        print(f"- The former database is kept: {done.aside}")
    print(
        "- Mails that arrived by SMTP in that time are missing. Their senders heard 250 and will not send them again:"
    )
    print("  the log lines mail.received of that time name them, and a server in front may have them still.")
    print("- Mailboxes are read again from where the copy left them.")
    held = (
        "letter that waited in the copy is held: it"
        if found.held == 1
        else "letters that waited in the copy are held: they"
    )
    print(f"- {found.held} {held} may have left since.", end="")
    print(f" {found.sent} more did, says the log." if log else " With --log FILE the daemon's log tells which did.")
    print(
        f"- {counted(found.mails, 'mail')} and {counted(found.timers, 'timer')} of that time are worked on again; "
        "automatic letters that they"
    )
    print("  or mails of that time from mailboxes cause are held too", end="")
    print(", or count as sent where the log says so." if log else ".")
    print("What to do: maild db check; maild run; maild outbox list --phase held;")
    print("  maild outbox release --code restored     all of them leave (or: drop, or each by its number)")
    if log:
        print(
            "  Letters with the code restored.likely stay: the log names one like it; compare before you release each."
        )
    else:
        print("  Without --log some of them may have left before: look at each before you release it.")
    sys.stdout.flush()


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
