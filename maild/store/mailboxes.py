"""How far each mailbox was read. The mark never passes a mail that is not stored."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.sql import ColumnElement

from maild.domain.envelope import Channel
from maild.domain.mailbox import FolderOf, Mark, UidMark, UidState
from maild.store.tables import DELIVERY, MAILBOX_FOLDER, MAILBOX_UID, MESSAGE
from maild.store.tx import Tx

AT_ONCE = 500  # identifiers in one statement


def enter(tx: Tx, of: FolderOf, uidvalidity: int | None, next_uid: int | None, highest: int) -> Mark:
    """The mark of a folder that was just selected, made or begun anew where its UIDs are no longer those we know.

    ``next_uid`` is the server's UIDNEXT, None when it told none; ``highest`` the highest UID there is, as far as known.
    Without a UIDVALIDITY nothing can be told about the UIDs, so the folder is read anew each time.
    """
    row = tx.execute(select(MAILBOX_FOLDER).where(*_folder(of))).first()
    if row is None:
        tx.insert_all(
            MAILBOX_FOLDER,
            [_named(of) | {"uidvalidity": uidvalidity, "last_uid": 0, "again_to": 0, "read_at": tx.now}],
        )
        _update(tx, of, next_uid=next_uid)
        return Mark(0, fresh=True)
    reset = _reset(row, uidvalidity, next_uid)
    if reset:
        tx.execute(delete(MAILBOX_UID).where(*_uids(of)))
        again_to = max(highest, (next_uid or 1) - 1)
        _update(tx, of, uidvalidity=uidvalidity, last_uid=0, again_to=again_to, next_uid=next_uid, read_at=tx.now)
        return Mark(0, again_to, reset)
    _update(tx, of, next_uid=next_uid, read_at=tx.now)
    return Mark(row.last_uid, row.again_to)


def _reset(row: Any, uidvalidity: int | None, next_uid: int | None) -> str:
    """Why the UIDs of a folder mean nothing any more, "" when they do."""
    if uidvalidity is None:
        return "the server tells no UIDVALIDITY"
    if row.uidvalidity != uidvalidity:
        return f"UIDVALIDITY changed from {row.uidvalidity} to {uidvalidity}"
    if next_uid is not None and next_uid <= row.last_uid and next_uid != row.next_uid:
        return f"UIDNEXT went down to {next_uid}, although UID {row.last_uid} is known"
    return ""


def look(tx: Tx, of: FolderOf, uidvalidity: int) -> int | None:
    """The mark of a folder, None where it was never read or its UIDs have changed since."""
    row = tx.execute(select(MAILBOX_FOLDER).where(*_folder(of))).first()
    return None if row is None or row.uidvalidity != uidvalidity else int(row.last_uid)


def skip_to(tx: Tx, of: FolderOf, uidvalidity: int, next_uid: int) -> None:
    """Take every mail that is in the folder by now for read."""
    enter(tx, of, uidvalidity, next_uid, 0)
    _update(tx, of, last_uid=next_uid - 1, again_to=0)


def open_uids(tx: Tx, of: FolderOf) -> dict[int, UidMark]:
    """The mails that are not done with, and those above the mark that are, by UID."""
    columns = (MAILBOX_UID.c.uid, MAILBOX_UID.c.state, MAILBOX_UID.c.tries)
    rows = tx.execute(select(*columns).where(*_uids(of)).order_by(MAILBOX_UID.c.uid))
    return {row.uid: UidMark(UidState(row.state), row.tries) for row in rows}


def failed(tx: Tx, of: FolderOf, uid: int, why: str) -> int:
    """Note that a mail could not be fetched; returns how often by now."""
    _put(tx, of, uid, UidState.FAILING, why)
    mine = and_(*_uids(of), MAILBOX_UID.c.uid == uid)
    tx.execute(update(MAILBOX_UID).where(mine).values(tries=MAILBOX_UID.c.tries + 1))
    return int(tx.scalar(select(MAILBOX_UID.c.tries).where(mine)))


def settled(tx: Tx, of: FolderOf, uid: int, state: UidState) -> None:
    """Note that a mail is ours (or will never be) and let the mark follow."""
    _put(tx, of, uid, state, None)
    _advance(tx, of)


def filed(tx: Tx, of: FolderOf, uids: Iterable[int]) -> None:
    """Note that mails are where they belong, or gone."""
    listed = list(uids)
    for start in range(0, len(listed), AT_ONCE):
        some = MAILBOX_UID.c.uid.in_(listed[start : start + AT_ONCE])
        tx.execute(update(MAILBOX_UID).where(*_uids(of), some).values(state=UidState.FILED, why=None))
    _advance(tx, of)


def delivered(tx: Tx, mailbox: str, digest: str, order_address: str) -> bool:
    """Whether this mailbox handed over the same mail before."""
    before = exists().where(
        MESSAGE.c.digest == digest,
        MESSAGE.c.order_address == order_address,
        DELIVERY.c.message_id == MESSAGE.c.id,
        DELIVERY.c.channel == Channel.IMAP,
        DELIVERY.c.session.startswith(f"{mailbox}:", autoescape=True),
    )
    return bool(tx.scalar(select(before)))


def violations(tx: Tx) -> list[str]:
    """Mails that were never stored although the mark has passed them; there must be none."""
    query = select(MAILBOX_UID.c.mailbox, MAILBOX_UID.c.folder, MAILBOX_UID.c.uid).where(
        MAILBOX_FOLDER.c.mailbox == MAILBOX_UID.c.mailbox,
        MAILBOX_FOLDER.c.folder == MAILBOX_UID.c.folder,
        MAILBOX_UID.c.state == UidState.FAILING,
        MAILBOX_UID.c.uid <= MAILBOX_FOLDER.c.last_uid,
    )
    return [f"the mark of {r.mailbox} {r.folder} passed UID {r.uid}, which is not stored" for r in tx.execute(query)]


def rows(tx: Tx) -> list[dict[str, Any]]:
    """Every folder with its mark, for people."""
    waiting = (
        select(func.count())
        .where(
            MAILBOX_UID.c.mailbox == MAILBOX_FOLDER.c.mailbox,
            MAILBOX_UID.c.folder == MAILBOX_FOLDER.c.folder,
            MAILBOX_UID.c.state != UidState.FILED,
        )
        .scalar_subquery()
    )
    columns = [MAILBOX_FOLDER.c[name] for name in ("mailbox", "folder", "uidvalidity", "last_uid", "read_at")]
    order = (MAILBOX_FOLDER.c.mailbox, MAILBOX_FOLDER.c.folder)
    return tx.rows(select(*columns, waiting.label("unfinished")).order_by(*order))


def _advance(tx: Tx, of: FolderOf) -> None:
    """Move the mark to the last mail before the first that fails, and forget what lies behind it."""
    failing = select(func.min(MAILBOX_UID.c.uid)).where(*_uids(of), MAILBOX_UID.c.state == UidState.FAILING)
    first = tx.scalar(failing)
    done = select(func.max(MAILBOX_UID.c.uid)).where(*_uids(of), MAILBOX_UID.c.state != UidState.FAILING)
    last = tx.scalar(done if first is None else done.where(MAILBOX_UID.c.uid < first))
    if last is None:
        return
    tx.execute(update(MAILBOX_FOLDER).where(*_folder(of), MAILBOX_FOLDER.c.last_uid < last).values(last_uid=last))
    behind = and_(*_uids(of), MAILBOX_UID.c.state == UidState.FILED, MAILBOX_UID.c.uid <= last)
    tx.execute(delete(MAILBOX_UID).where(behind))


def _put(tx: Tx, of: FolderOf, uid: int, state: UidState, why: str | None) -> None:
    if tx.insert_new(MAILBOX_UID, **_named(of), uid=uid, state=state, tries=0, why=why) is None:
        mine = and_(*_uids(of), MAILBOX_UID.c.uid == uid)
        tx.execute(update(MAILBOX_UID).where(mine).values(state=state, why=why))


def _update(tx: Tx, of: FolderOf, **values: Any) -> None:
    tx.execute(update(MAILBOX_FOLDER).where(*_folder(of)).values(**values))


def _named(of: FolderOf) -> dict[str, Any]:
    return {"mailbox": of.mailbox, "folder": of.folder}


def _folder(of: FolderOf) -> tuple[ColumnElement[bool], ...]:
    return (MAILBOX_FOLDER.c.mailbox == of.mailbox, MAILBOX_FOLDER.c.folder == of.folder)


def _uids(of: FolderOf) -> tuple[ColumnElement[bool], ...]:
    return (MAILBOX_UID.c.mailbox == of.mailbox, MAILBOX_UID.c.folder == of.folder)
