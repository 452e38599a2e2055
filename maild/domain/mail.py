"""A mail as understood, whatever its bytes were."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from maild.domain.problem import Problem


class MailKind(StrEnum):
    """The first that applies, in this order."""

    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    ORDER = "order"
    REPLY = "reply"
    OTHER = "other"


AUTOMATIC = frozenset({MailKind.BOUNCE, MailKind.AUTO_REPLY, MailKind.LIST})


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: display name ("" where none was given) and addr-spec as written (RFC 5322, 3.4.1)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text of the mail.

    ``name`` is a label only, never a path; ``part`` the position in the MIME tree ("1", "2.1"), from which the
    content can be read again out of the raw mail; ``content`` is empty once the mail left the reading child.
    """

    name: str
    type: str
    size: int
    part: str
    content_id: str | None = None
    inline: bool = False
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report (RFC 3464, or one of the many older shapes).

    ``permanent`` is False for a delay. ``original_id`` is the Message-ID of the letter that came back, where known.
    """

    recipients: tuple[str, ...]
    permanent: bool
    original_id: str | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """What was read out of the raw bytes of one mail.

    ``sender`` is the one author that the header names beyond doubt, None where the From line is missing or ambiguous;
    ``shown_sender`` is the best reading of it, for showing only and never for authority.
    ``text`` is the body as plain text, ``reply_text`` what the author newly wrote, ``cut_text`` what was cut off as
    quotation or signature. ``headers`` are the few trace headers that later decisions ask for, in file order, with
    lower-case names. ``kind_why`` says by what the kind was recognised.
    """

    sender: Address | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    date: datetime | None = None
    text: str = ""
    html: str | None = None
    reply_text: str = ""
    cut_text: str = ""
    kind: MailKind = MailKind.OTHER
    kind_why: str = ""
    bounce: Bounce | None = None
    attachments: tuple[Attachment, ...] = ()
    problems: tuple[Problem, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=())
    shown_sender: Address | None = None

    def header(self, name: str) -> tuple[str, ...]:
        """All values of one kept header, topmost first."""
        return tuple(value for key, value in self.headers if key == name)

    @property
    def automatic(self) -> bool:
        """Whether a machine sent it: such mail moves no status and gets no automatic answer."""
        return self.kind in AUTOMATIC
