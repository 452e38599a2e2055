"""What trouble with a relay means for the letter that was on its way: wait, give up, or perhaps it has gone out."""

from enum import StrEnum

from aiosmtplib.errors import SMTPException, SMTPResponseException

from maild.domain.letter import Later, Never
from notifications.clean import printable


class Stage(StrEnum):
    """How far a conversation came."""

    CONNECT = "connecting"
    GREETING = "EHLO"
    TLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "the body"
    DOT = "the final dot"


# Trouble at these stages is the relay's as a whole, whatever the code: the letter did nothing wrong and waits.
_RELAY_WIDE = {
    Stage.CONNECT: "relay.unreachable",
    Stage.GREETING: "relay.greeting",
    Stage.TLS: "tls.required",
    Stage.AUTH: "relay.auth",
}


class Garbage(SMTPException):
    """The relay said something that is no answer to what was asked."""


def trouble(stage: Stage, error: Exception) -> Later | Never:
    """What a failed conversation means for the letter."""
    code = getattr(error, "code", None)
    if isinstance(error, SMTPResponseException) and isinstance(code, int) and 400 <= code < 600:
        return _answered(stage, code, quoted(code, error.message))
    why = f"{stage}: {printable(str(error) or type(error).__name__, 300)}"
    if stage is Stage.DOT:
        return Later("relay.cut", f"{why}; the relay may have the letter", ambiguous=True)
    garbage = isinstance(error, SMTPResponseException | Garbage)
    return Later(_RELAY_WIDE.get(stage, "relay.garbage" if garbage else "relay.cut"), why)


def _answered(stage: Stage, code: int, reply: str) -> Later | Never:
    why = f"{stage}: {reply}"
    if stage in _RELAY_WIDE:
        return Later(_RELAY_WIDE[stage], why)
    if code == 421:
        return Later("relay.421", why)
    return Later("relay.4xx", why) if code < 500 else Never("relay.5xx", why)


def quoted(code: int, message: str) -> str:
    """An answer of the relay as it is kept and shown."""
    return f"{code} {printable(message, 300)}"
