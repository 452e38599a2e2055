"""Incoming mails: list, show, the raw bytes, and another try for what was put aside."""

import base64
from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row
from maild.control.visibility import no_such
from maild.errors import DataError
from maild.store import mail_list, spool
from maild.store.tx import Tx
from pipeline.furniture import Desk


def show(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    return [_found(tx, request)]


def raw(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    _kept(_found(tx, request))
    return [{"raw": base64.b64encode(spool.raw(tx, request.number("id"))).decode("ascii")}]


def retry(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    mail = _found(tx, request)
    _kept(mail)
    if not spool.retry(tx, request.number("id")):
        raise DataError(
            f"mail {mail['id']} is settled: {mail['outcome']} on ticket {mail['ticket_id']}",
            "only quarantined, ignored and waiting mails can be tried again",
        )
    return [{"id": mail["id"], "state": "ready"}]


def _kept(mail: Row) -> None:
    if mail["erased_at"] is not None:
        raise DataError(f"the bytes of mail {mail['id']} were erased", "see [retention], and 'maild forget'")


def _found(tx: Tx, request: Request) -> Row:
    found = mail_list.row(tx, request.number("id"))
    if found is None:
        raise no_such("mail", request.number("id"))
    return found


OPERATIONS = {
    "mail.show": Operation(show),
    "mail.raw": Operation(raw),
    "mail.retry": Operation(retry, writes=True),
}
