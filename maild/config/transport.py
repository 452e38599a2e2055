"""The sections about the ways of mail: receiving by SMTP, mailboxes that are read, sending, signing, DNS.

Sizes are bytes, durations seconds.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from maild.config.credentials import GivenFile, GivenVariable, SecretEither
from maild.config.quantities import DAY, GB, HOUR, KB, MB, MINUTE, count, duration, size
from maild.config.section import Section
from maild.config.values import (
    Address,
    DomainOrNone,
    Endpoint,
    FilePath,
    FilePathOrNone,
    Label,
    Listen,
    Mailbox,
    Network,
    Selector,
    Text,
    TextOrNone,
)


class SmtpTls(Section):
    cert_file: FilePath
    key_file: FilePath
    required: bool = False


class SmtpAuth(Section):
    """Logins and where their passwords are; ``require`` refuses MAIL before AUTH."""

    require: bool = False
    users: dict[str, SecretEither] = Field(default_factory=dict)


class Smtp(Section):
    """Receiving. ``hostname`` is site.domain unless given."""

    enabled: bool = True
    listen: tuple[Listen, ...] = ("127.0.0.1:2525",)
    hostname: Text = ""
    max_size: Annotated[int, size(64 * KB, GB)] = 25 * MB
    max_connections: Annotated[int, count(1, 20_000)] = 500
    max_per_client: Annotated[int, count(1, 20_000)] = 20
    max_recipients: Annotated[int, count(1, 10_000)] = 100
    max_messages: Annotated[int, count(1, 100_000)] = 1000
    max_commands: Annotated[int, count(10, 1_000_000)] = 10_000
    max_errors: Annotated[int, count(1, 1000)] = 10
    max_auth_failures: Annotated[int, count(1, 100)] = 3
    read_timeout: Annotated[float, duration(0.05, HOUR)] = MINUTE
    session_timeout: Annotated[float, duration(0.05, DAY)] = 30 * MINUTE
    min_rate: Annotated[int, size(1, MB)] = 500
    trusted_networks: tuple[Network, ...] = ("127.0.0.1/32", "::1/128")
    trusted_authserv_ids: tuple[Text, ...] = ()
    check_authentication: bool = False
    tls: SmtpTls | None = None
    auth: SmtpAuth = SmtpAuth()


class Relay(Section):
    """Sending; without ``host`` letters land as .eml files in ``folder``.

    ``from_`` is the first order address and ``hostname`` is site.domain unless given.
    """

    host: TextOrNone = None
    port: Annotated[int, count(1, 65535)] = 587
    tls: Literal["none", "starttls", "tls"] = "starttls"
    ca_file: FilePathOrNone = None
    user: TextOrNone = None
    password_file: GivenFile = None
    password: GivenVariable = None
    from_: Mailbox = Field(default="", alias="from")
    folder: FilePath = Path("letters")
    hostname: Text = ""
    connections: Annotated[int, count(1, 100)] = 2
    letters_per_connection: Annotated[int, count(1, 10_000)] = 100
    timeout: Annotated[float, duration(0.05, HOUR)] = MINUTE
    dot_timeout: Annotated[float, duration(0.05, HOUR)] = 10 * MINUTE

    @property
    def secret(self) -> str | None:
        """The password, whichever way it was given."""
        given = self.password_file or self.password
        return given.reveal() if given else None


class Dkim(Section):
    """Signing what we send; without ``key_file`` nothing is signed. ``domain`` is that of relay.from unless given."""

    key_file: FilePathOrNone = None
    selector: Selector = "maild"
    domain: DomainOrNone = None


class Dns(Section):
    """Whom we ask; without ``servers`` those of the system. ``timeout`` is for one answer."""

    servers: tuple[Endpoint, ...] = ()
    timeout: Annotated[float, duration(0.05, MINUTE)] = 3.0


class ImapOauth2(Section):
    """Logging in by XOAUTH2 with client credentials (RFC 6749, 4.4)."""

    token_url: Text
    client_id: Text = Field(min_length=1)
    client_secret_file: GivenFile = None
    client_secret: GivenVariable = None
    scope: Text = ""

    @property
    def secret(self) -> str | None:
        """The client's secret, whichever way it was given."""
        given = self.client_secret_file or self.client_secret
        return given.reveal() if given else None


class Imap(Section):
    """One mailbox that is read: [[imap]]. ``address`` is the order address its mail belongs to.

    ``processed`` and ``failed`` are folders that mail is moved to; "" leaves it where it is.
    """

    name: Label
    host: Text = Field(min_length=1)
    port: Annotated[int, count(1, 65535)] = 993
    tls: Literal["none", "starttls", "tls"] = "tls"
    ca_file: FilePathOrNone = None
    user: Text = Field(min_length=1)
    password_file: GivenFile = None
    password: GivenVariable = None
    address: Address
    folders: tuple[Text, ...] = ("INBOX",)
    processed: Text = "Processed"
    failed: Text = "Failed"
    idle: bool = True
    poll: Annotated[float, duration(0.05, DAY)] = MINUTE
    max_size: Annotated[int, size(64 * KB, GB)] = 25 * MB
    timeout: Annotated[float, duration(0.05, HOUR)] = MINUTE
    min_rate: Annotated[int, size(1, 10 * MB)] = 10 * KB
    oauth2: ImapOauth2 | None = None

    @property
    def secret(self) -> str | None:
        """The password, whichever way it was given."""
        given = self.password_file or self.password
        return given.reveal() if given else None
