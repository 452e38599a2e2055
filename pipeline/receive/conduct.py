"""How a client behaves: which lines no sender of mail would send, and when it has sent enough of them."""

import re

from maild.config.transport import Smtp
from pipeline.receive import limits

JUNK = frozenset({"NOOP", "RSET", "VRFY", "EXPN", "HELP", "HELO", "EHLO", "AUTH"})
LONG = frozenset({"MAIL", "RCPT", "AUTH"})

# HTTP, SSH, or the header of a mail whose DATA was refused
_FOREIGN = re.compile(
    rb"(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|CONNECT|TRACE|PATCH|PRI) |SSH-|[^ ]{1,100}:(?: |$)|[^A-Za-z]"
)


def is_foreign(line: bytes) -> bool:
    """Whether this is the line of another protocol: going on would be answering somebody else's words."""
    return _FOREIGN.match(line) is not None


def refuse_length(line: bytes, verb: str) -> str:
    """The reply to a line of a wrong length, else ""."""
    if not line:
        return "500 5.5.2 Empty line"
    longest = limits.LONGEST_PARAMETERS if verb in LONG else limits.LONGEST_COMMAND
    return "500 5.5.2 Line too long" if len(line) > longest else ""


class Conduct:
    """Counts between two mails (``faults``, ``junk``, ``unknown``) and over the whole connection (the others)."""

    __slots__ = ("_settings", "auth_failures", "commands", "faults", "junk", "mails", "strangers", "unknown")

    def __init__(self, settings: Smtp) -> None:
        self._settings = settings
        self.faults = self.junk = self.unknown = 0
        self.strangers = self.commands = self.mails = self.auth_failures = 0

    def mail_taken(self) -> None:
        self.mails += 1
        self.faults = self.junk = self.unknown = 0

    def refuse_command(self, verb: str) -> str:
        self.junk += verb in JUNK
        if self.junk > limits.JUNK_COMMANDS or self.commands > self._settings.max_commands:
            return "421 4.7.0 Too many commands"
        return ""

    def refuse_unknown(self) -> str:
        self.unknown += 1
        return "421 4.7.0 Too many unknown commands" if self.unknown >= limits.UNKNOWN_COMMANDS else ""

    def refuse_mail(self) -> str:
        return "421 4.7.0 Enough mails for one connection" if self.mails >= self._settings.max_messages else ""

    def refuse_stranger(self) -> str:
        """Each address nobody knows counts."""
        self.strangers += 1
        return "421 4.7.0 Too many unknown recipients" if self.strangers > limits.UNKNOWN_RECIPIENTS else ""

    @property
    def guessing(self) -> bool:
        """So many unknown addresses that the answers come slowly."""
        return self.strangers > limits.UNKNOWN_RECIPIENTS_AT_ONCE

    def refuse_password(self) -> str:
        self.auth_failures += 1
        if self.auth_failures >= self._settings.max_auth_failures:
            return "421 4.7.0 Too many failed logins"
        return "535 5.7.8 Wrong login or password"

    def refuse_fault(self, reply: str) -> str:
        """What to add to a reply that blames the client."""
        self.faults += reply.startswith("5")
        return "421 4.7.0 Too many errors" if self.faults >= self._settings.max_errors else ""
