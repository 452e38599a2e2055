"""One mail transaction (RFC 5321, 3.3): what MAIL and RCPT have said so far."""

from maild.config.transport import Smtp
from maild.domain.envelope import Channel, Envelope
from pipeline.receive import commands, limits
from pipeline.receive.commands import MailFrom
from pipeline.receive.reception import Intake


class Transaction:
    """Open from an accepted MAIL to the end of DATA, RSET or a new greeting."""

    __slots__ = ("_asked", "_mail", "_recipients")

    def __init__(self) -> None:
        self._mail: MailFrom | None = None
        self._recipients: dict[str, str] = {}  # as given, by the spelling under which two are the same
        self._asked = 0

    @property
    def open(self) -> bool:
        return self._mail is not None

    @property
    def declared(self) -> int:
        """The size the client announced, 0 if none."""
        return self._mail.size if self._mail else 0

    def begin(self, mail: MailFrom) -> None:
        self._mail, self._asked = mail, 0

    def read_rcpt(self, argument: str) -> tuple[str, str]:
        """The address in a RCPT argument and "", or "" and the reply that refuses it."""
        self._asked += 1
        if self._mail is None:
            return "", "503 5.5.1 MAIL first"
        return commands.read_rcpt(argument, utf8=self._mail.utf8)

    def add(self, address: str, settings: Smtp, intake: Intake) -> tuple[str, bool]:
        """Take a recipient: the reply, and whether it is an address nobody here knows."""
        key = commands.normal(address)
        if self._asked > limits.RECIPIENT_COMMANDS:
            return "421 4.7.0 Too many recipients", False
        if key in self._recipients:
            return "250 2.1.5 OK", False
        if len(self._recipients) >= settings.max_recipients:
            return "452 4.5.3 Too many recipients", False
        if stranger := intake.recipient(address):
            return stranger, True
        self._recipients[key] = address
        return "250 2.1.5 OK", False

    def refuse_data(self) -> str:
        if self._recipients:
            return ""
        return "554 5.5.1 No valid recipients" if self.open and self._asked else "503 5.5.1 RCPT first"

    def envelope(self, *, peer: str, helo: str | None, login: str | None, tls: bool, session: str) -> Envelope:
        return Envelope(
            sender=self._mail.sender if self._mail else "",
            recipients=tuple(self._recipients.values()),
            channel=Channel.SMTP,
            peer=peer,
            helo=helo,
            login=login,
            tls=tls,
            session=session,
        )
