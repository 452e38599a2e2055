"""A relay that does what its script says, however wrong; it keeps what it was told."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.overdue import while_hours_pass

DROP = b"<drop>"
STALL = b"<stall>"

_POLITE = {
    "banner": b"220 relay.example\r\n",
    "ehlo": b"250-relay.example\r\n250 SIZE 1000000\r\n",
    "helo": b"250 relay.example\r\n",
    "starttls": b"220 go ahead\r\n",
    "auth": b"235 welcome\r\n",
    "mail": b"250 ok\r\n",
    "rcpt": b"250 ok\r\n",
    "data": b"354 go on\r\n",
    "dot": b"250 queued as 1\r\n",
    "rset": b"250 ok\r\n",
    "quit": b"221 bye\r\n",
}


@dataclass
class ScriptedRelay:
    """``script`` holds, by phase, one answer or a list of answers used up in order; politeness otherwise.

    DROP cuts the connection there, STALL lets hours pass, and so does an answer that is half a line; the phase
    "body" acts after the first line of the body.
    """

    script: dict[str, bytes | list[bytes]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    commands: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    clear_text: list[bytes] = field(default_factory=list)
    connections: int = 0
    before_dot: bytes = b""
    line_seen: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if await self._answer("banner", writer):
                while line := await reader.readline():
                    if not await self._obey(line, reader, writer):
                        break
        except (ConnectionError, ssl.SSLError):
            return
        finally:
            writer.close()

    async def _obey(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        self.commands.append(line.rstrip(b"\r\n"))
        if writer.get_extra_info("sslcontext") is None:
            self.clear_text.append(line)
        phase = line.split()[0].lower().decode("ascii", "replace") if line.split() else "empty"
        going = await self._answer(phase, writer)
        if phase == "starttls" and going and self.tls is not None:
            await writer.start_tls(self.tls)
        elif phase == "starttls" and self._last.startswith(b"220"):
            await reader.read(1)  # a handshake begins
            await while_hours_pass()
        if phase == "data" and going and self.commands[-1] == b"DATA" and self._last.startswith(b"354"):
            return await self._body(reader, writer)
        return going and phase != "quit"

    async def _body(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        self.before_dot = b""
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                return False
            self.before_dot += line
            self.line_seen.set()
            if "body" in self.script:
                return await self._answer("body", writer)
        self.bodies.append(self.before_dot)
        return await self._answer("dot", writer)

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        answer = self.script.get(phase, _POLITE.get(phase, b"500 what?\r\n"))
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else _POLITE[phase]
        self._last = answer
        if answer == DROP:
            return False
        if answer == STALL:
            await while_hours_pass()
        writer.write(answer)
        await writer.drain()
        if not answer.endswith(b"\n"):
            await while_hours_pass()
        return True

    _last: bytes = b""


@asynccontextmanager
async def relay(
    script: dict[str, bytes | list[bytes]] | None = None, tls: ssl.SSLContext | None = None, implicit: bool = False
) -> AsyncIterator[ScriptedRelay]:
    """The relay on a free port of 127.0.0.1; its conversations end with the block."""
    scripted = ScriptedRelay(script or {}, tls)
    talks: set[asyncio.Task[None]] = set()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.ensure_future(scripted._serve(reader, writer))
        talks.add(talk)

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=tls if implicit else None)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()
