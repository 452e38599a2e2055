"""``maild ingest``: mails from files, folders, mboxes and standard input, through the same acceptance as SMTP."""

import asyncio
import contextlib
import mailbox
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from maild.cli.asking import open_database, socket_of
from maild.cli.harmless import shown
from maild.cli.output import json_line

NO_INPUT = 66


def run(arguments: Namespace) -> int:
    from pipeline.furniture import load_desk

    desk = load_desk(Path(arguments.config))
    missing = [name for name in arguments.files if name != "-" and not Path(name).exists()]
    for name in missing:
        print(f"maild: {name}: no such file", file=sys.stderr)
    found = (pair for name in arguments.files if name not in missing for pair in mails(name))
    asyncio.run(_take(arguments, desk, found))
    if not arguments.dry_run:
        _wake(arguments)
    return NO_INPUT if missing else 0


def mails(name: str) -> Iterator[tuple[str, bytes]]:
    """(label, raw bytes) of each mail behind a name: a file, an mbox, a folder of either, or "-"."""
    if name == "-":
        yield from _split("-", sys.stdin.buffer.read())
        return
    path = Path(name)
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        yield from _file(file)


def _file(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        if file.read(5) != b"From ":
            file.seek(0)
            yield str(path), file.read()
            return
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.keys(), start=1):
            yield f"{path}[{number}]", box.get_bytes(key)
    finally:
        box.close()


def _split(label: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Standard input: one mail, or an mbox, as a file of the same bytes would be taken."""
    with tempfile.NamedTemporaryFile(prefix="maild-") as file:
        file.write(data)
        file.flush()
        for name, raw in _file(Path(file.name)):
            yield name.replace(file.name, label), raw


async def _take(arguments: Namespace, desk: Any, found: Iterator[tuple[str, bytes]]) -> None:
    db = open_database(desk.config.database.url)
    try:
        for label, raw in found:
            row = await (
                _try(db, desk, raw, arguments.to) if arguments.dry_run else _store(db, desk, raw, arguments.to)
            )
            _print(arguments, {"file": label} | row)
    finally:
        await db.close()


async def _store(db: Any, desk: Any, raw: bytes, to: str | None) -> dict[str, Any]:
    from pipeline.accept import accept
    from pipeline.ingest import envelope
    from pipeline.receipt import TemporaryTrouble
    from pipeline.receive.body import SpooledBody

    body = SpooledBody.of(raw)
    try:
        receipt = await accept(db, desk.intake, envelope(desk.intake, raw, to), body)
    except TemporaryTrouble as trouble:
        from maild.errors import TryAgain

        raise TryAgain(f"the mail could not be stored: {trouble.text}", "the daemon's log says why") from trouble
    finally:
        body.close()
    return {"mail": int(receipt.queue_id), "duplicate": receipt.duplicate}


async def _try(db: Any, desk: Any, raw: bytes, to: str | None) -> dict[str, Any]:
    from pipeline.ingest import rehearse

    return await rehearse(db, desk, raw, to)


def _print(arguments: Namespace, row: dict[str, Any]) -> None:
    if arguments.json:
        print(json_line(row), flush=True)
    else:
        print("  ".join(f"{name} {shown(str(value))}" for name, value in row.items() if value not in (None, [], False)))


def _wake(arguments: Namespace) -> None:
    """Tell the running daemon, if there is one, not to wait for its next look."""
    from maild.control.client import NoDaemon, ask
    from maild.errors import MaildError

    with contextlib.suppress(NoDaemon, MaildError):
        list(ask(socket_of(arguments), "wake", {}))
