"""The sections of the configuration file: names, kinds, limits and defaults. Sizes are bytes, durations seconds.

`config.example.toml` describes every key for people; a test keeps both equal.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_serializer

from maild.config.credentials import SecretFile, SecretVariable
from maild.config.quantities import DAY, GB, GIB, HOUR, KB, MB, MIB, MINUTE, count, duration, duration_or_none, size
from maild.config.section import Section
from maild.config.transport import Dkim, Dns, Imap, Relay, Smtp
from maild.config.values import (
    Address,
    BaseUrl,
    CallUrl,
    DatabaseUrl,
    Domain,
    FilePath,
    FilePathOrNone,
    Label,
    Language,
    Listen,
    ListenOrNone,
    Network,
    Text,
    TextOrNone,
    TimeZone,
)


class Site(Section):
    """Who we are. ``domain`` stands in Message-IDs; ``base_url`` is "" where no link may be written."""

    domain: Domain
    name: Text = ""
    timezone: TimeZone = "UTC"
    base_url: BaseUrl = ""


class Database(Section):
    """``url`` is sqlite:///PATH (absolute once loaded) or postgresql://..."""

    url: DatabaseUrl = Field(default="sqlite:///maild.db", repr=False)

    @field_serializer("url")
    def without_password(self, url: str) -> str:
        """The URL as it may be shown."""
        return re.sub(r"(://[^/:@]*):[^/]*@", r"\1:***@", url)


class Intake(Section):
    """The order addresses; ``split`` opens a ticket for each of them a mail was sent to."""

    addresses: tuple[Address, ...] = Field(min_length=1)
    split: bool = False
    machine_senders: tuple[Address, ...] = ()


class Letters(Section):
    """What may leave by itself, and how it looks."""

    per_organization_per_hour: Annotated[int, count(1, 1_000_000)] = 200
    per_address_per_hour: Annotated[int, count(1, 1_000_000)] = 50
    global_per_hour: Annotated[int, count(1, 10_000_000)] = 5000
    per_customer_per_day: Annotated[int, count(0, 1_000_000)] = 0
    per_customer_per_week: Annotated[int, count(0, 1_000_000)] = 0
    over_budget: Literal["hold", "drop"] = "hold"
    plus_addressing: bool = True
    reply_key_file: FilePath = Path("reply.key")
    templates: FilePathOrNone = None
    language: Language = "en"


class Retry(Section):
    """Pauses between the tries of a letter; the last one repeats until ``give_up_after``."""

    schedule: tuple[Annotated[float, duration(0.05, 7 * DAY)], ...] = Field(
        default=(MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR), min_length=1, max_length=100
    )
    give_up_after: Annotated[float, duration(1.0, 30 * DAY)] = 5 * DAY


class Rules(Section):
    """How rules meet the tickets that are there already."""

    max_backfill: Annotated[int, count(1, 100_000_000)] = 10_000


class Workers(Section):
    """The child processes that read mail, and what each may use up on one mail."""

    children: Annotated[int, count(1, 64)] = 2
    cpu_seconds: Annotated[float, duration(1.0, HOUR)] = 20.0
    wall_seconds: Annotated[float, duration(1.0, HOUR)] = 30.0
    memory: Annotated[int, size(128 * MIB, 1024 * GIB)] = GIB
    max_tries: Annotated[int, count(1, 20)] = 3
    lease_seconds: Annotated[float, duration(1.0, DAY)] = 5 * MINUTE


class Webhook(Section):
    """One program that rules may call: [[webhook]]. ``secret`` signs what is sent, ``token`` is shown to the program.

    ``private`` allows addresses that are not of the public internet; ``body`` is what to send instead of the ticket.
    ``events`` are kinds of events that it is told without a rule, ("*",) for all.
    """

    name: Label
    url: CallUrl
    secret_file: SecretFile = None
    secret: SecretVariable = None
    token_file: SecretFile = None
    token: SecretVariable = None
    private: bool = False
    timeout: Annotated[float, duration(0.05, MINUTE)] = 10.0
    body: dict[str, Text] = Field(default_factory=dict)
    events: tuple[Text, ...] = ()

    @property
    def key(self) -> str | None:
        """What signs, whichever way it was given."""
        given = self.secret_file or self.secret
        return given.reveal() if given else None

    @property
    def bearer(self) -> str | None:
        given = self.token_file or self.token
        return given.reveal() if given else None


class OrganizationEntry(Section):
    """One customer company: [[organization]]."""

    name: Text = Field(min_length=1)
    domains: tuple[Domain, ...] = ()
    addresses: tuple[Address, ...] = ()
    trust_unauthenticated: bool = False
    tags: tuple[Text, ...] = ()
    fields: dict[str, Text] = Field(default_factory=dict)


class UserEntry(Section):
    """One of our own people: [[user]]."""

    name: Text = Field(min_length=1)
    address: Address
    role: Literal["light", "agent", "lead", "admin"] = "agent"
    groups: tuple[Text, ...] = ()


class GroupEntry(Section):
    """One team: [[group]]. ``lead`` is a user's name, a mail address or None."""

    name: Text = Field(min_length=1)
    lead: TextOrNone = None


class Log(Section):
    """``file`` None is the standard error."""

    format: Literal["auto", "console", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"
    file: FilePathOrNone = None


KeptFor = Annotated[float | None, duration_or_none(HOUR, 36_500 * DAY)]


class Retention(Section):
    """How long what is finished is kept, None for ever. ``closed_tickets`` are their texts; figures stay."""

    raw_mail: KeptFor = None
    attachments: KeptFor = None
    closed_tickets: KeptFor = None
    logs: KeptFor = None
    every: Annotated[float, duration(1.0, 30 * DAY)] = 6 * HOUR
    batch: Annotated[int, count(1, 10_000)] = 200


class Control(Section):
    """The unix socket on which the running daemon answers the command line."""

    socket: FilePath = Path("maild.sock")


class Metrics(Section):
    """/healthz, /readyz and /metrics; None is off."""

    listen: ListenOrNone = None


class Web(Section):
    """The web pages and the JSON API. Forwarded client addresses are believed from ``trusted_networks`` alone."""

    enabled: bool = False
    listen: Listen = "127.0.0.1:8080"
    trusted_networks: tuple[Network, ...] = ("127.0.0.1/32", "::1/128")
    max_connections: Annotated[int, count(1, 20_000)] = 500
    max_per_client: Annotated[int, count(1, 20_000)] = 50
    max_body: Annotated[int, size(64 * KB, GB)] = 25 * MB
    read_timeout: Annotated[float, duration(0.05, HOUR)] = 20.0
    session_idle: Annotated[float, duration(MINUTE, 30 * DAY)] = 12 * HOUR
    session_lifetime: Annotated[float, duration(MINUTE, 90 * DAY)] = 7 * DAY
    api_per_minute: Annotated[int, count(1, 1_000_000)] = 600
    link_lifetime: Annotated[float, duration(HOUR, 3650 * DAY)] = 90 * DAY
    undo_reply: Annotated[float, duration(0, MINUTE)] = 10.0


class Tables(Section):
    """The top-level tables of the file."""

    site: Site
    database: Database = Database()
    intake: Intake
    smtp: Smtp = Smtp()
    imap: tuple[Imap, ...] = ()
    webhook: tuple[Webhook, ...] = ()
    relay: Relay = Relay()
    dkim: Dkim = Dkim()
    dns: Dns = Dns()
    letters: Letters = Letters()
    retry: Retry = Retry()
    workers: Workers = Workers()
    rules: Rules = Rules()
    organizations: tuple[OrganizationEntry, ...] = Field(default=(), alias="organization")
    users: tuple[UserEntry, ...] = Field(default=(), alias="user")
    groups: tuple[GroupEntry, ...] = Field(default=(), alias="group")
    log: Log = Log()
    retention: Retention = Retention()
    control: Control = Control()
    metrics: Metrics = Metrics()
    web: Web = Web()
