"""The mailboxes that mail is fetched from: connect, encrypt, log in, select each folder's name, say goodbye."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from maild.config import Config, Imap
from maild.doctor.finding import Finding, fail, ok
from pipeline.receive.mailbox_session import Session
from pipeline.receive.mailbox_thread import MailboxThread
from pipeline.receive.mailbox_token import TokenSource
from pipeline.receive.mailbox_trouble import Declined, Kind, Lost

_HINTS = {
    Kind.NETWORK: "check host and port, and the firewall",
    Kind.TLS: "check tls, or ca_file for an authority of your own",
    Kind.LOGIN: "check user and password, or oauth2",
}


def look(config: Config, now: datetime) -> Iterator[Finding]:
    for box in config.imap:
        yield asyncio.run(_try(box, now))


async def _try(box: Imap, now: datetime) -> Finding:
    about = f"mailbox {box.name}"
    session = Session(box, MailboxThread("doctor"), TokenSource(box.oauth2, box.timeout) if box.oauth2 else None)
    try:
        await session.open(now)
        missing = sorted({*box.folders} - {*await session.folders()})
    except Lost as trouble:
        return fail(about, f"{box.user} at {box.host}: {trouble.why}", _HINTS.get(trouble.kind, "see the mail server"))
    except Declined as trouble:
        return fail(about, f"{box.user} at {box.host}: {trouble.why}", "see the mail server's log")
    finally:
        await session.close()
    if missing:
        return fail(about, f"there is no folder {', '.join(missing)}", f"maild imap folders {box.name} lists them")
    return ok(about, f"{box.user} is logged in at {box.host}")
