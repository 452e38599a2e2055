"""Mail servers that deliver over connections of their own, and write each reply into the ledger."""

import asyncio
import contextlib
import random
from collections import deque

from tests.crash import hostile
from tests.crash.ledger import Entry

CONNECTIONS = 8
PATIENCE = 60.0


class Line:
    """One SMTP connection. Raises OSError or IncompleteReadError where the desk hangs up."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._pipelining = False

    @classmethod
    async def open(cls, port: int, source: str) -> "Line":
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0), limit=1 << 20)
        line = cls(reader, writer)
        try:
            await line.answer()
            line.say(b"EHLO sender.example")
            line._pipelining = "PIPELINING" in await line.answer()
        except BaseException:
            writer.close()
            raise
        return line

    def say(self, *words: bytes) -> None:
        self._writer.write(b"".join(word + b"\r\n" for word in words))

    async def answer(self) -> str:
        lines = []
        async with asyncio.timeout(PATIENCE):
            while line := await self._reader.readline():
                lines.append(line.decode("utf-8", "replace").rstrip())
                if line[3:4] != b"-":
                    return "\n".join(lines)
        raise ConnectionResetError

    async def deliver(self, entry: Entry) -> None:
        """One try; the entry knows afterwards what was heard."""
        entry.tries += 1
        envelope = (f"MAIL FROM:<{entry.sender}>".encode(), f"RCPT TO:<{entry.recipient}>".encode(), b"DATA")
        answers = await self._envelope(envelope)
        entry.seen = next((answer for answer in answers if answer[0] in "45"), answers[-1])
        if entry.seen.startswith("354"):
            body = (b"\r\n" + entry.raw).replace(b"\r\n.", b"\r\n..")[2:]
            self._writer.write(body)
            await self._writer.drain()
            entry.dots += 1
            self._writer.write(b".\r\n")
            entry.seen = await self.answer()
        else:
            self.say(b"RSET")
            await self.answer()
        if entry.seen.startswith("2"):
            entry.acks += 1
        elif entry.seen.startswith("5"):
            entry.refusal = entry.seen

    async def _envelope(self, words: tuple[bytes, ...]) -> list[str]:
        if self._pipelining:
            self.say(*words)
            return [await self.answer() for _ in words]
        answers = []
        for word in words:
            self.say(word)
            answers.append(await self.answer())
            if answers[-1][0] in "45":
                break
        return answers

    async def close(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            self.say(b"QUIT")
            await self.answer()
        self._writer.close()


async def deliver(port: int, entries: list[Entry]) -> None:
    """Try each open entry once, over eight connections; what the desk does not answer stays open."""
    waiting = {source: deque(entry for entry in entries if entry.source == source) for source in _sources(entries)}
    most = {source: max(1, round(CONNECTIONS * len(queue) / len(entries))) for source, queue in waiting.items()}
    await asyncio.gather(*(_work(port, source, waiting[source]) for source in most for _ in range(most[source])))


def _sources(entries: list[Entry]) -> list[str]:
    return sorted({entry.source for entry in entries})


async def _work(port: int, source: str, waiting: deque[Entry]) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
        while waiting:
            line = await Line.open(port, source)
            try:
                while waiting:
                    await line.deliver(waiting.popleft())
            finally:
                await line.close()


async def misbehave(port: int, dice: random.Random) -> None:
    """A conversation that leads to nothing, broken off in the middle."""
    words = hostile.CONVERSATIONS[dice.choice(sorted(hostile.CONVERSATIONS))]
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
            try:
                for word in words[:-1]:
                    writer.write(word)
                    await writer.drain()
                    await reader.read(4096)
                writer.write(words[-1])
                await writer.drain()
            finally:
                writer.transport.abort()
