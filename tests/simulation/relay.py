"""The relay: takes letters by SMTP, or does what relays do instead. It knows what it took, and which yes got lost."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from email.utils import parseaddr

from tests.simulation.faults import RELAY, Faults

_PATH = re.compile(rb"<([^>]*)>")
CHANCES = {"relay_drop": 0.01, "relay_421": 0.01, "relay_4xx": 0.015, "relay_5xx": 0.004, "relay_garbage": 0.004}
GARBAGE = b"what?\r\n"


@dataclass(frozen=True)
class Taken:
    """A letter as the relay has it."""

    at: float
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    message_id: str
    reply_to: str
    to: str


@dataclass
class Relay:
    faults: Faults
    taken: list[Taken] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # envelope senders whose letter got a 5xx
    unsaid: Counter[str] = field(default_factory=Counter)  # Message-IDs that were taken, and nobody was told

    def take(self, at: float, sender: str, recipients: tuple[str, ...], raw: bytes) -> Taken:
        head = message_from_bytes(raw.partition(b"\r\n\r\n")[0])
        to = parseaddr(str(head["To"]))[1]
        letter = Taken(at, sender, recipients, raw, str(head["Message-ID"]), str(head["Reply-To"]), to)
        self.taken.append(letter)
        return letter


class RelayTalk(asyncio.Protocol):
    """One connection of a courier."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.faults = relay.faults
        self.loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._text: bytearray | None = None
        self._sender = ""
        self._recipients: list[str] = []
        self._unheard = ""  # the letter whose 250 the other side has not shown to know

    def connection_lost(self, error: Exception | None) -> None:
        if self._unheard:
            self.relay.unsaid[self._unheard] += 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._say(b"220 relay.example ESMTP")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while not self.transport.is_closing():
            if self._text is not None:
                if not self._gather():
                    return
                continue
            line, found, rest = bytes(self._buffer).partition(b"\r\n")
            if not found:
                return
            self._buffer = bytearray(rest)
            self._command(line)

    def eof_received(self) -> bool:
        return False

    def _say(self, reply: bytes) -> None:
        self.transport.write(reply + b"\r\n")

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        self._unheard = ""
        if verb in (b"MAIL", b"RCPT", b"DATA", b"RSET", b"EHLO") and self._fails(verb):
            return
        match verb:
            case b"EHLO":
                self._say(b"250-relay.example\r\n250 8BITMIME")
            case b"MAIL":
                self._sender = (_PATH.search(line) or [b"", b""])[1].decode()
                self._recipients = []
                self._say(b"250 2.1.0 fine")
            case b"RCPT":
                self._recipients.append((_PATH.search(line) or [b"", b""])[1].decode())
                self._say(b"250 2.1.5 fine")
            case b"DATA":
                self._text = bytearray()
                self._say(b"354 go on")
            case b"QUIT":
                self._say(b"221 bye")
                self.transport.close()
            case _:
                self._say(b"250 fine")

    def _fails(self, verb: bytes) -> bool:
        """Whether something else than the usual answer is given, or none."""
        if self.faults.strike("relay_silent", RELAY, 0.004):
            return True
        kind = next((kind for kind, chance in CHANCES.items() if self.faults.strike(kind, RELAY, chance)), None)
        if kind == "relay_drop":
            self.transport.abort()
        elif kind == "relay_421":
            self._say(b"421 4.3.2 closing")
            self.transport.close()
        elif kind == "relay_4xx":
            self._say(b"451 4.7.1 later")
        elif kind == "relay_garbage":
            self._say(GARBAGE)
        elif kind == "relay_5xx":
            self._refuse(verb)
        return kind is not None

    def _refuse(self, verb: bytes) -> None:
        """For good, but only what concerns the letter: a relay that refuses everybody is in trouble itself."""
        if verb in (b"RCPT", b"DATA", b"DOT"):
            self.relay.refused.add(self._sender)
            self._say(b"550 5.7.1 never")
        else:
            self._say(b"451 4.3.0 not now")

    def _gather(self) -> bool:
        """Take what came of the text; whether it is complete."""
        assert self._text is not None
        self._text += self._buffer
        self._buffer.clear()
        end = 0 if self._text.startswith(b".\r\n") else self._text.find(b"\r\n.\r\n") + 2
        if end < 2 and not self._text.startswith(b".\r\n"):
            return False
        raw, self._buffer = bytes(self._text[:end]), bytearray(self._text[end + 3 :])
        self._text = None
        self._finish(raw.replace(b"\r\n..", b"\r\n."))
        return True

    def _finish(self, raw: bytes) -> None:
        if self._fails(b"DOT"):
            return
        letter = self.relay.take(self.loop.time(), self._sender, tuple(self._recipients), raw)
        self._unheard = letter.message_id
        if self.faults.strike("relay_taken_and_cut", RELAY, 0.03):
            if self.faults.strike("relay_silent", RELAY, 0.3):
                return
            self.transport.abort()
        else:
            self._say(b"250 2.0.0 taken")
