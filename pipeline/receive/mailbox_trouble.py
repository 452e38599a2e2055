"""Why a connection to a mailbox ended, in our words."""

import imaplib
import ssl
from enum import StrEnum

from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

LONGEST = 200  # characters of remote text that are kept


class Kind(StrEnum):
    NETWORK = "network"  # no connection, cut, or too slow
    TLS = "tls"  # no encryption that proves whom we talk to
    LOGIN = "login"  # the server or the token service does not know us
    PROTOCOL = "protocol"  # an answer that is no answer
    STORE = "store"  # our own database


class Lost(Exception):
    """The connection is of no use any more; ``why`` is for people."""

    def __init__(self, kind: Kind, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


class Declined(Exception):
    """The server said NO or BAD to one command; the connection lives on."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def lost(error: BaseException) -> Lost:
    """What an exception of the IMAP library means; whatever is unknown is an answer that nobody could read."""
    match error:
        case Lost():
            return error
        case LoginError() if not (_for_now(error) or isinstance(error.__context__, imaplib.IMAP4.abort)):
            return Lost(Kind.LOGIN, f"the login was refused: {shown(error)}")
        case ssl.SSLCertVerificationError():
            return Lost(Kind.TLS, f"the server's certificate is refused: {error.verify_message}")
        case CapabilityError():
            return Lost(Kind.TLS, "the server offers no STARTTLS")
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return Lost(Kind.NETWORK, "the server hung up")
        case ssl.SSLError():
            return Lost(Kind.TLS, f"no encrypted connection: {error.reason or shown(error)}")
        case TimeoutError():
            return Lost(Kind.NETWORK, "the server did not answer in time")
        case OSError():
            return Lost(Kind.NETWORK, shown(error.strerror or error))
        case imaplib.IMAP4.abort() | LoginError():
            return Lost(Kind.NETWORK, shown(error))
        case IMAPClientError():
            return Lost(Kind.PROTOCOL, f"the server refused: {shown(error)}")
        case MemoryError() | RecursionError():
            return Lost(Kind.PROTOCOL, f"an answer that cannot be read: {type(error).__name__}")
    return Lost(Kind.PROTOCOL, f"an answer that cannot be read: {type(error).__name__}: {shown(error)}")


def _for_now(error: LoginError) -> bool:
    """Response codes that do not speak about the password (RFC 5530, 3)."""
    text = str(error).upper()
    return any(code in text for code in ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]"))


def shown(text: object) -> str:
    """Remote text on one line, printable and short."""
    return "".join(c if c.isprintable() else "?" for c in str(text)[:LONGEST])
