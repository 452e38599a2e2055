"""How a mail reached us, apart from what is written in it."""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    SMTP = "smtp"
    IMAP = "imap"
    INGEST = "ingest"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The SMTP envelope (RFC 5321, 3.3), or what stands for it on other channels.

    ``sender`` is "" for the null reverse-path. ``recipients`` are the accepted forward-paths as given. ``peer`` is the
    client's IP address, ``login`` the name it authenticated as (SMTP AUTH), ``session`` an opaque id for the logs.
    """

    sender: str
    recipients: tuple[str, ...]
    channel: Channel
    peer: str | None = None
    helo: str | None = None
    login: str | None = None
    tls: bool = False
    session: str | None = None
