"""The mail server behind the desk: takes letters, remembers every step, and breaks off where it is told to."""

import asyncio
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy

FAULTS = ("refuse", "cut_before_dot", "cut_after_dot", "421_at_dot")
_HEADER = re.compile(rb"^(message-id|reply-to|subject|to):[ \t]*((?:[^\r\n]|\r\n[ \t])*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader of the letter knows of it."""

    message_id: str
    reply_to: str
    subject: str
    recipient: str
    raw: bytes


@dataclass(slots=True)
class Book:
    """What the relay remembers of one desk, by Message-ID.

    ``begun`` counts bodies that began, ``taken`` final dots seen, ``in_doubt`` those after which the desk said nothing
    more on the connection, so that nobody can know whether it heard the answer.
    """

    begun: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    in_doubt: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    recipients: Counter[str] = field(default_factory=Counter)
    letters: list[Letter] = field(default_factory=list)


class Relay:
    """``faults`` is what the next transactions suffer, in order; when it is empty all goes well."""

    def __init__(self) -> None:
        self.book = Book()
        self.faults: deque[str] = deque()
        self.port = 0

    async def start(self) -> "Relay":
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=8 * 1024 * 1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def close(self) -> None:
        self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = Conversation(self, self.book, reader, writer)
        try:
            await conversation.converse()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            conversation.left()
            writer.close()


class Conversation:
    """One connection of a desk."""

    def __init__(self, relay: Relay, book: Book, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._relay, self._book, self._reader, self._writer = relay, book, reader, writer
        self._recipients: list[str] = []
        self._unconfirmed: str | None = None  # the letter that was taken last, until the desk speaks again

    async def converse(self) -> None:
        self._say("220 relay.test ESMTP")
        while line := await self._reader.readline():
            self._unconfirmed = None  # it goes on, so it has heard and kept the answer
            verb = line[:4].upper().strip()
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                if not await self._take():
                    return
            elif verb == b"RCPT" and self._fault("refuse"):
                self._say("451 4.3.0 not now")
            else:
                if verb == b"RCPT":
                    self._recipients.append(line[line.index(b"<") + 1 : line.index(b">")].decode())
                elif verb == b"MAIL":
                    self._recipients = []
                self._say("250-relay.test\r\n250 8BITMIME" if verb == b"EHLO" else "250 2.0.0 ok")

    def left(self) -> None:
        if self._unconfirmed is not None:
            self._book.in_doubt[self._unconfirmed] += 1

    def _say(self, text: str) -> None:
        self._writer.write(text.encode() + b"\r\n")

    def _fault(self, *kinds: str) -> bool:
        if self._relay.faults and self._relay.faults[0] in kinds:
            self._relay.faults.popleft()
            return True
        return False

    async def _take(self) -> bool:
        """A letter; False where the connection is to be cut."""
        self._say("354 go ahead")
        head = await self._reader.readuntil(b"\r\n\r\n")
        fields = {name.lower().decode(): value for name, value in _HEADER.findall(head)}
        name = fields["message-id"].decode().strip()
        self._book.begun[name] += 1
        if self._fault("cut_before_dot"):
            return False
        body = await self._reader.readuntil(b"\r\n.\r\n")
        if self._fault("421_at_dot"):
            self._book.refused[name] += 1
            self._say("421 4.3.2 closing")
            return False
        self._note(name, fields, head + body[:-3])
        if self._fault("cut_after_dot"):
            self._book.in_doubt[name] += 1
            self._unconfirmed = None
            return False
        self._say("250 2.0.0 taken")
        return True

    def _note(self, name: str, fields: dict[str, bytes], raw: bytes) -> None:
        self._book.taken[name] += 1
        self._unconfirmed = name
        self._book.recipients.update(self._recipients)
        if self._book.taken[name] == 1:
            reply_to, subject = (_plain(fields.get(key, b"")) for key in ("reply-to", "subject"))
            self._book.letters.append(Letter(name, reply_to, subject, self._recipients[0], raw))


def _plain(value: bytes) -> str:
    return str(message_from_bytes(b"X: " + value + b"\r\n\r\n", policy=policy.default)["X"])
