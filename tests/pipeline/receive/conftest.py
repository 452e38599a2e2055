"""A real server on a real socket, its store a list, its clock a number, its clients raw."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from maild.config.credentials import Secret
from maild.config.transport import Smtp, SmtpAuth, SmtpTls
from maild.domain.envelope import Envelope
from pipeline.receipt import Receipt, Refused
from pipeline.receive.body import SpooledBody
from pipeline.receive.smtp import Server, start

ORDERS = "orders@desk.example"
PASSWORD = "correct horse battery"


class Seconds:
    """A monotonic clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Intake:
    def recipient(self, address: str) -> str | None:
        local, _, domain = address.lower().rpartition("@")
        if address.lower() == "postmaster":
            return None
        if domain not in ("desk.example", "müller.example"):
            return "550 5.7.1 Relaying denied"
        return None if local.partition("+")[0] in ("orders", "bestellung") else "550 5.1.1 No such address here"


class Store:
    """Keeps what was accepted; ``held`` makes it wait, ``answer`` is what it does instead of succeeding."""

    def __init__(self) -> None:
        self.mails: list[tuple[Envelope, bytes]] = []
        self.bodies: list[SpooledBody] = []
        self.asked = asyncio.Event()
        self.held: asyncio.Event | None = None
        self.answer: Callable[[], Receipt | Refused | None] = lambda: None

    async def __call__(self, envelope: Envelope, body: SpooledBody) -> Receipt | Refused:
        self.asked.set()
        if self.held is not None:
            await self.held.wait()
        answer = self.answer()
        if answer is not None:
            return answer
        self.bodies.append(body)
        self.mails.append((envelope, b"".join(body.chunks())))
        return Receipt(str(1000 + len(self.mails)))

    @property
    def raw(self) -> list[bytes]:
        return [raw for _, raw in self.mails]


class Client:
    """Bytes out, replies in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def reply(self) -> str:
        """One whole reply, its lines joined by line feeds; "" once the server has closed."""
        lines: list[str] = []
        while True:
            line = (await self.reader.readline()).decode()
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def cmd(self, line: str | bytes) -> str:
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.reply()

    async def greet(self) -> str:
        assert (await self.reply()).startswith("220 ")
        return await self.cmd("EHLO client.example")

    async def envelope(self, sender: str = "buyer@customer.example") -> None:
        """Everything up to the 354."""
        assert (await self.cmd(f"MAIL FROM:<{sender}>")).startswith("250")
        assert (await self.cmd(f"RCPT TO:<{ORDERS}>")).startswith("250")
        assert (await self.cmd("DATA")).startswith("354")

    async def mail(self, raw: bytes = b"Subject: order\r\n\r\n10 bolts\r\n") -> str:
        await self.envelope()
        return await self.cmd(raw + b".")

    async def rest(self) -> str:
        """All the server says until it closes, which it must; then we close too."""
        said = (await self.reader.read()).decode()
        self.writer.close()
        return said

    def reset(self) -> None:
        """Cut the connection as a crashing client does: RST."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def starttls(self, ca: trustme.CA) -> None:
        import ssl

        context = ssl.create_default_context()
        ca.configure_trust(context)
        assert (await self.cmd("STARTTLS")).startswith("220")
        await self.writer.start_tls(context, server_hostname="mx.desk.example")


class Desk:
    """One running server and everything around it."""

    def __init__(self, server: Server, store: Store, seconds: Seconds) -> None:
        self.server, self.store, self.seconds = server, store, seconds
        self.clients: list[Client] = []
        self.pauses: list[float] = []

    async def connect(self, host: str = "127.0.0.1", local: str | None = None) -> Client:
        local_addr = (local, 0) if local else None
        client = Client(*await asyncio.open_connection(host, self.server.port, local_addr=local_addr, limit=2**20))
        self.clients.append(client)
        return client

    async def ready(self) -> Client:
        client = await self.connect()
        await client.greet()
        return client

    def pass_time(self, seconds: float) -> None:
        self.seconds.now += seconds
        self.server.close_overdue()

    async def close(self) -> None:
        for client in self.clients:
            client.writer.transport.abort()
        await self.server.drain(5)


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def certificate(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> SmtpTls:
    folder: Path = tmp_path_factory.mktemp("tls")
    issued = ca.issue_cert("mx.desk.example")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    return SmtpTls.model_construct(cert_file=folder / "cert.pem", key_file=folder / "key.pem", required=False)


@pytest.fixture
def logins() -> SmtpAuth:
    return SmtpAuth.model_construct(require=False, users={"erp": Secret("a file", PASSWORD)})


Serve = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """``await serve(max_size=..., fail=...)``: settings of `Smtp`, and the keywords of `start`."""
    desks: list[Desk] = []

    async def begin(**wanted: Any) -> Desk:
        keywords = {key: wanted.pop(key) for key in ("fail", "folder") if key in wanted}
        settings = {"listen": ("127.0.0.1:0",), "hostname": "mx.desk.example"} | wanted
        seconds, store, pauses = Seconds(), Store(), []

        async def pause(length: float) -> None:
            pauses.append(length)

        smtp = Smtp().model_copy(update=settings)
        server = await start(smtp, Intake(), store, seconds=seconds, pause=pause, **keywords)
        desk = Desk(server, store, seconds)
        desk.pauses = pauses
        desks.append(desk)
        return desk

    yield begin
    for desk in desks:
        await desk.close()


@pytest.fixture
async def desk(serve: Serve) -> Desk:
    return await serve(max_size=1_000_000)
