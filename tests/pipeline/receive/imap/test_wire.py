"""I10: remote text never becomes a command. Passwords of any kind, tokens, and the clock outside of every call."""

import asyncio
import http.server
import json
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from pipeline.receive.mailbox_thread import Cord, MailboxThread
from pipeline.receive.mailbox_trouble import Lost
from pipeline.receive.mailbox_wire import Wire
from tests.pipeline.receive.imap.conftest import Box, mail
from tests.pipeline.receive.imap.server import Server

EVIL = ["x\r\nX1 DELETE INBOX", "x\nX1 DELETE INBOX", "x\rX1", "x\0y", '<a@b>"\r\nX1 DELETE INBOX\r\n']


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    wire = Wire("127.0.0.1", server.port, "none", None, 20, Cord())
    wire.log_in("orders@shop.example", "correct horse")
    wire.select_folder("INBOX")
    wire.capabilities()
    server.seen.clear()
    yield wire
    wire.shutdown()


@pytest.mark.parametrize("evil", EVIL)
def test_i10_a_line_break_in_an_argument_is_refused_before_it_is_sent(wire: Wire, server: Server, evil: str) -> None:
    calls = [
        lambda: wire.search(["HEADER", "Message-ID", evil]),
        lambda: wire.search(["HEADER", "Subject", f"ü{evil}"], "UTF-8"),
        lambda: wire.copy([1], evil),
        lambda: wire.move([1], evil),
        lambda: wire.select_folder(evil),
        lambda: wire.create_folder(evil),
        lambda: wire.folder_status(evil),
        lambda: wire.add_flags([1], [evil]),
        lambda: wire.login(evil, "p"),
        lambda: wire.login("u", evil),
        lambda: wire.fetched(evil, "(UID)"),
        lambda: wire.put([1], evil),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="line break or NUL"):
            call()
    wire.noop()
    assert [line.split(b" ")[1] for line in server.seen] == [b"NOOP"]


def test_a_server_without_sasl_plain_gets_a_quoted_login(server: Server) -> None:
    server.capabilities = "IMAP4rev1"
    wire = Wire("127.0.0.1", server.port, "none", None, 20, Cord())
    wire.log_in("orders@shop.example", "correct horse")
    wire.shutdown()
    assert server.logins == 1


async def test_a_call_that_never_ends_is_left_behind() -> None:
    """Where not even cutting the socket helps (a name service that hangs), the next call has a thread all the same."""
    thread, cord, never = MailboxThread("t"), Cord(), threading.Event()
    import pipeline.receive.mailbox_thread as module

    last = module.LAST_SECONDS
    module.LAST_SECONDS = 0.05
    try:
        with pytest.raises(Lost, match="did not finish"):
            await thread.call(never.wait, 0.05, cord)
        assert await thread.call(lambda: "here", 20, Cord()) == "here"
    finally:
        module.LAST_SECONDS = last
        never.set()
        thread.close()


async def test_a_call_that_is_cancelled_lets_go_of_its_socket() -> None:
    thread, cord = MailboxThread("t"), Cord()
    began = threading.Event()
    ours, theirs = __import__("socket").socketpair()
    cord.tie(ours)

    def read() -> bytes:
        began.set()
        return bytes(ours.recv(1))

    task = asyncio.create_task(thread.call(read, 20, cord))
    await asyncio.to_thread(began.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await thread.call(lambda: "free", 20, Cord()) == "free"
    thread.close()
    ours.close()
    theirs.close()


class TokenService(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.status, self.answer = 200, {"access_token": "good-token", "expires_in": 3600}
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: TokenService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(parse_qs(body))
        octets = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(octets)))
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def service(box: Box) -> Iterator[TokenService]:
    service = TokenService()
    threading.Thread(target=service.serve_forever, daemon=True).start()
    (box.folder / "client").write_text("client secret of ours")
    box.changes = {
        "password_file": None,
        "oauth2": {
            "token_url": f"http://127.0.0.1:{service.server_port}/token",
            "client_id": "maild",
            "client_secret_file": str(box.folder / "client"),
            "scope": "https://mail.example/.default",
        },
    }
    yield service
    service.shutdown()
    service.server_close()


async def test_xoauth2_with_client_credentials(box: Box, server: Server, service: TokenService) -> None:
    server.put(mail(1))
    server.capabilities += " AUTH=XOAUTH2"
    await box.read()
    assert box.raws() == [mail(1)]
    assert service.asked == [
        {
            "grant_type": ["client_credentials"],
            "client_id": ["maild"],
            "client_secret": ["client secret of ours"],
            "scope": ["https://mail.example/.default"],
        }
    ]


async def test_a_token_is_kept_until_it_expires(box: Box, server: Server, service: TokenService) -> None:
    server.tricks["SELECT"] = lambda line, tag, rest: bool(line.say(b"* BYE")) or True
    await box.until(lambda: sum(box.clock.pauses) > 1500)
    assert server.connections > 8
    assert len(service.asked) == 1
    service.asked.clear()
    await box.until(lambda: sum(box.clock.pauses) > 9000)
    assert 2 <= len(service.asked) <= 4


async def test_a_token_that_is_refused_is_not_used_again(box: Box, server: Server, service: TokenService) -> None:
    service.answer = {"access_token": "stale", "expires_in": 3600}
    await box.until(lambda: len(box.clock.pauses) == 2)
    assert len(service.asked) == 2
    assert box.clock.pauses[0] >= 30


@pytest.mark.parametrize(
    ("status", "answer", "longest"),
    [
        (401, {"error": "invalid_client", "error_description": "secret has expired"}, 60.0),
        (400, {"error": "unauthorized_client"}, 60.0),
        (503, {}, 1.0),
        (429, {}, 1.0),
        (302, {}, 1.0),
        (200, {"access_token": ["no"]}, 1.0),
        (200, {"access_token": "a\r\nb"}, 1.0),
    ],
)
async def test_a_token_service_that_gives_none(
    box: Box, server: Server, service: TokenService, status: int, answer: dict[str, object], longest: float
) -> None:
    service.status, service.answer = status, answer  # type: ignore[assignment]
    await box.until(lambda: len(box.clock.pauses) == 1)
    assert longest / 2 <= box.clock.pauses[0] <= longest
    assert server.connections == 0
    assert bool(box.watcher.troubles) is (longest > 1)
