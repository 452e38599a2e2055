"""``maild imap``: the mailboxes that are read."""

import asyncio
from argparse import Namespace
from pathlib import Path

from maild.cli.output import listed
from maild.errors import Unavailable, UsageError

COLUMNS = ("mailbox", "folder", "last_uid", "unfinished", "read_at")


def list_mailboxes(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "imap.list")


def poll(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "imap.poll", name=arguments.name)


def folders(arguments: Namespace) -> int:
    """Log in now, from here, and print the names of the folders: shows whether the settings are right."""
    for name in asyncio.run(_folders(Path(arguments.config), arguments.name)):
        print(name)
    return 0


async def _folders(config: Path, name: str) -> list[str]:
    from maild.clock import SystemClock
    from maild.config import load
    from pipeline.receive.mailbox_session import Session
    from pipeline.receive.mailbox_thread import MailboxThread
    from pipeline.receive.mailbox_token import TokenSource
    from pipeline.receive.mailbox_trouble import Declined, Lost

    boxes = {box.name: box for box in load(config).imap}
    if name not in boxes:
        raise UsageError(f"no mailbox {name!r}", f"one of {', '.join(boxes)}" if boxes else "[[imap]] configures one")
    box = boxes[name]
    session = Session(box, MailboxThread("imap"), TokenSource(box.oauth2, box.timeout) if box.oauth2 else None)
    try:
        await session.open(SystemClock().now())
        return await session.folders()
    except (Lost, Declined) as trouble:
        raise Unavailable(f"{box.user} at {box.host}: {trouble.why}", f"see [[imap]] {name} in {config}") from trouble
    finally:
        await session.close()
