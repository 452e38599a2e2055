"""Listening, being full, and going away: S31, S32 (shutting down), C03."""

import asyncio
import errno
import os
import resource
import socket

import pytest

from maild.config.transport import Smtp, SmtpTls
from maild.errors import ConfigError, NotPermitted, Unavailable
from pipeline.receive import listening
from pipeline.receive.limits import Turnstile, client_of, most_connections
from pipeline.receive.listening import listening_sockets
from tests.pipeline.receive.conftest import Desk, Intake, Serve
from tests.pipeline.receive.discarding import discarding


def hear(sock: socket.socket) -> bytes:
    sock.settimeout(60)
    return sock.recv(200)


def test_s31_2000_connections_do_not_hurt_those_that_are_in() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2_200
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.fail(f"needs {wanted} file descriptors, may have {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    sockets: list[socket.socket] = []
    try:
        with discarding(10**6, 40, 2_000, files=256) as server:
            sockets.extend(socket.create_connection(("127.0.0.1", server.port)) for _ in range(2_000))
            replies = [hear(sock)[:9] for sock in sockets]
            inside = [sock for sock, reply in zip(sockets, replies, strict=True) if reply == b"220 local"]
            assert len(inside) == 40
            assert replies.count(b"421 4.7.0") == 1_960
            for sock in inside:
                sock.sendall(b"HELO x\r\n")
                assert hear(sock).startswith(b"250")
        assert server.errors == ""
    finally:
        for sock in sockets:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_s31_60_from_one_address(serve: Serve) -> None:
    desk = await serve(max_connections=100, max_per_client=50)
    greetings = [await (await desk.connect(local="127.0.0.2")).reply() for _ in range(60)]
    assert [greeting[:3] for greeting in greetings] == ["220"] * 50 + ["421"] * 10
    other = await desk.connect(local="127.0.0.3")
    assert (await other.reply()).startswith("220")
    assert await desk.clients[0].cmd("EHLO x") != ""


async def test_s31_a_place_is_free_again_when_a_client_leaves(serve: Serve) -> None:
    desk = await serve(max_connections=1)
    for _ in range(3):
        client = await desk.ready()
        assert (await (await desk.connect()).reply()).startswith("421 4.7.0")
        await client.cmd("QUIT")
        await client.rest()
        await desk.server.reception.quiet()


def test_s31_never_more_connections_than_file_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1128, hard))
    try:
        assert most_connections(10_000) == 500
        assert most_connections(20) == 20
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_s31_an_ipv6_client_is_its_network() -> None:
    assert client_of("192.0.2.1") == "192.0.2.1"
    assert client_of("2001:db8:1:2:3::4") == client_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert client_of("fe80::1%eth0") == "fe80::/64"
    turnstile = Turnstile(10, 1)
    assert turnstile.enter("2001:db8::1") == ""
    assert turnstile.enter("2001:db8::2").startswith("421")
    turnstile.leave("2001:db8::1")
    assert turnstile.enter("2001:db8::2") == "" and turnstile.count == 1


async def test_s32_drain_dismisses_the_idle_and_lets_mails_on_their_way_arrive(desk: Desk) -> None:
    idle, busy, storing = await desk.ready(), await desk.ready(), await desk.ready()
    desk.store.held = asyncio.Event()
    await busy.envelope()
    await storing.envelope()
    storing.send(b"first\r\n.\r\n")
    await desk.store.asked.wait()
    draining = asyncio.create_task(desk.server.drain(60))
    assert await idle.rest() == "421 4.3.2 Shutting down, try again later\r\n"
    desk.store.held.set()
    assert (await storing.rest()).splitlines() == [
        "250 2.0.0 queued as 1001",
        "421 4.3.2 Shutting down, try again later",
    ]
    busy.send(b"second\r\n.\r\nMAIL FROM:<a@b.example>\r\n")
    assert [line[:3] for line in (await busy.rest()).splitlines()] == ["250", "421"]
    assert await draining == 0
    assert sorted(desk.store.raw) == [b"first\r\n", b"second\r\n"]
    with pytest.raises(ConnectionRefusedError):
        await desk.connect()


async def test_s32_drain_cuts_when_the_grace_is_over_but_says_what_is_being_stored(desk: Desk) -> None:
    client, slow = await desk.ready(), await desk.ready()
    desk.store.held = asyncio.Event()
    await client.envelope()
    client.send(b"order\r\n.\r\n")
    await slow.envelope()
    slow.send(b"half an ord")
    await desk.store.asked.wait()
    assert await desk.server.drain(0) == 1
    while desk.server.reception.connections:  # noqa: ASYNC110 (cut connections end in their own time)
        await asyncio.sleep(0)
    desk.store.held.set()
    await desk.server.reception.quiet()
    assert desk.store.raw == [b"order\r\n"]


async def test_stop_accepting_takes_no_new_mail_on_open_connections(desk: Desk) -> None:
    client = await desk.ready()
    desk.server.stop_accepting()
    assert (await client.cmd("MAIL FROM:<a@b.example>")).startswith("421 4.3.2")
    assert await client.rest() == ""


async def test_reconfigure_is_for_clients_to_come(desk: Desk, certificate: SmtpTls) -> None:
    before = await desk.ready()
    settings = Smtp().model_copy(update={"max_size": 5000, "tls": certificate, "hostname": "new.desk.example"})
    desk.server.reconfigure(settings, Intake())
    assert (await before.cmd("MAIL FROM:<a@b.example> SIZE=6000")).startswith("250")
    after = await desk.connect()
    assert (await after.reply()).startswith("220 new.desk.example")
    offered = await after.cmd("EHLO client.example")
    assert "SIZE 5000" in offered and "STARTTLS" in offered
    broken = settings.model_copy(update={"tls": SmtpTls.model_construct(cert_file="/none", key_file="/none")})
    with pytest.raises(ConfigError):
        desk.server.reconfigure(broken, Intake())
    assert desk.server.reception.settings is settings


async def test_c03_port_in_use(desk: Desk, serve: Serve) -> None:
    with pytest.raises(Unavailable) as caught:
        await serve(listen=("127.0.0.1:0", f"127.0.0.1:{desk.server.port}"))
    assert f"127.0.0.1:{desk.server.port}" in caught.value.what and "in use" in caught.value.what
    assert caught.value.hint and caught.value.exit_code == 69


def test_c03_privileged_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(sock: socket.socket, where: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(listening, "_bind", refuse)
    with pytest.raises(NotPermitted) as caught:
        listening_sockets(["0.0.0.0:25"])
    assert "0.0.0.0:25" in caught.value.what and "privileged" in caught.value.what
    assert caught.value.hint and caught.value.exit_code == 77


@pytest.mark.parametrize("address", ["192.0.2.1:2525", "no-such-host.invalid:2525"])
def test_c03_not_an_address_of_ours(address: str) -> None:
    with pytest.raises(Unavailable) as caught:
        listening_sockets([address])
    assert address in caught.value.what


async def test_several_addresses_and_ipv6(serve: Serve) -> None:
    desk = await serve(listen=("127.0.0.1:0", "[::1]:0"))
    assert len(desk.server.ports) == 2
    reader, writer = await asyncio.open_connection("::1", desk.server.ports[1])
    assert (await reader.readline()).startswith(b"220")
    assert {connection.peer for connection in desk.server.reception.connections} == {"::1"}
    writer.close()
    await writer.wait_closed()


def test_sockets_send_small_replies_at_once() -> None:
    (sock,) = listening_sockets(["127.0.0.1:0"])
    with sock:
        assert sock.proto == socket.IPPROTO_TCP


def test_systemd_hands_over_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    given = socket.create_server(("127.0.0.1", 0))
    with given:
        monkeypatch.setattr(listening, "FIRST_INHERITED", given.fileno() - 1)
        monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
        monkeypatch.setenv("LISTEN_FDNAMES", "web:smtp")
        (sock,) = listening_sockets(["systemd:smtp"])
        with sock:
            assert sock.getsockname() == given.getsockname() and sock.proto == socket.IPPROTO_TCP
        with pytest.raises(Unavailable, match="no socket of that name"):
            listening_sockets(["systemd:imap"])
        monkeypatch.setenv("LISTEN_PID", "1")
        with pytest.raises(Unavailable):
            listening_sockets(["systemd:smtp"])
