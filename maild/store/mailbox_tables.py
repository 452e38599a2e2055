"""Tables of the mailboxes that we read by IMAP: how far each folder was read, and which mails are not done with."""

from datetime import datetime

from sqlmodel import Field

from maild.domain.mailbox import UidState
from maild.store.columns import BIG, one_of, words
from maild.store.row import Row


class MailboxFolderRow(Row):
    """The high-water mark of one folder. ``next_uid`` is the UIDNEXT last seen, ``again_to`` the end of a rereading."""

    __tablename__ = "mailbox_folder"

    mailbox: str = Field(primary_key=True, max_length=64)
    folder: str = words(255, primary_key=True)
    uidvalidity: int | None = Field(default=None, sa_type=BIG)
    last_uid: int = Field(default=0, sa_type=BIG)
    next_uid: int | None = Field(default=None, sa_type=BIG)
    again_to: int = Field(default=0, sa_type=BIG)
    read_at: datetime


class MailboxUidRow(Row):
    """One mail above the mark, or stored and still to be moved."""

    __tablename__ = "mailbox_uid"
    __table_args__ = (one_of("mailbox_uid", "state", UidState),)

    mailbox: str = Field(primary_key=True, max_length=64)
    folder: str = words(255, primary_key=True)
    uid: int = Field(primary_key=True, sa_type=BIG)
    state: str = Field(max_length=16)
    tries: int = 0
    why: str | None = words(500, default=None)
