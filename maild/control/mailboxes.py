"""The mailboxes we read: how far each is, and having one read now."""

from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row
from maild.errors import UsageError
from maild.store import mailboxes
from maild.store.tx import Tx
from pipeline.furniture import Desk


def list_folders(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return mailboxes.rows(tx)


def poll(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Wakes the mailbox's task when this is committed."""
    names = [box.name for box in desk.config.imap]
    name = request.text("name")
    if name not in names:
        raise UsageError(f"no mailbox {name!r}", f"one of {', '.join(names)}" if names else "[[imap]] configures one")
    tx.wake(f"imap:{name}")
    return [row for row in mailboxes.rows(tx) if row["mailbox"] == name]


OPERATIONS = {
    "imap.list": Operation(list_folders),
    "imap.poll": Operation(poll, writes=True),
}
