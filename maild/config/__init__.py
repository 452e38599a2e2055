"""The configuration: one TOML file, read once, frozen; every mistake is told at once with its line.

    config = load("config.toml")                  # or maild.errors.ConfigError, exit code 78
    config = Config.default(folder)               # without a file: the demo and tests

From the bottom: `mistakes`, `quantities` and `values` (kinds), `credentials` (secrets), `transport` and `schema`
(sections), `keys` (their names), `checks` (across sections), `build` (sections from parsed TOML), `model`
(`Config`, `load`).
"""

from maild.config.credentials import Secret
from maild.config.keys import KEYS, RULE_SECTIONS
from maild.config.model import Config, load, salvage
from maild.config.schema import (
    Control,
    Database,
    GroupEntry,
    Intake,
    Letters,
    Log,
    Metrics,
    OrganizationEntry,
    Retry,
    Site,
    UserEntry,
    Web,
    Webhook,
    Workers,
)
from maild.config.transport import Dkim, Dns, Imap, ImapOauth2, Relay, Smtp, SmtpAuth, SmtpTls
from maild.config.values import endpoint, untagged

__all__ = [
    "KEYS",
    "RULE_SECTIONS",
    "Config",
    "Control",
    "Database",
    "Dkim",
    "Dns",
    "GroupEntry",
    "Imap",
    "ImapOauth2",
    "Intake",
    "Letters",
    "Log",
    "Metrics",
    "OrganizationEntry",
    "Relay",
    "Retry",
    "Secret",
    "Site",
    "Smtp",
    "SmtpAuth",
    "SmtpTls",
    "UserEntry",
    "Web",
    "Webhook",
    "Workers",
    "endpoint",
    "load",
    "salvage",
    "untagged",
]
