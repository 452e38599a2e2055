"""Clients that are slow, many, large or odd; proxies that may speak for others and strangers that may not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from maild.store import sign_ins
from maild.web.connection import LARGEST_HEAD, Doorkeeper, networks
from tests.maild.web.conftest import Town
from tests.maild.web.test_base import sign_in


@asynccontextmanager
async def line(town: Town) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", town.server.port)
    yield reader, writer
    writer.close()


async def said(town: Town, *pieces: bytes) -> bytes:
    """What the server answers until it hangs up."""
    async with line(town) as (reader, writer):
        for piece in pieces:
            writer.write(piece)
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110 - the server's own loop turns meanwhile
        await asyncio.sleep(0)


class TestSlow:
    @pytest.fixture
    def web(self) -> str:
        return 'read_timeout = "100ms"'

    async def test_w11_whoever_says_nothing_is_hung_up_on(self, town: Town) -> None:
        assert await said(town) == b""

    async def test_w11_half_a_head_is_not_waited_for(self, town: Town) -> None:
        assert await said(town, b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ") == b""

    async def test_w11_the_second_request_of_a_connection_is_not_waited_for_either(self, town: Town) -> None:
        whole = await said(town, b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n")
        assert whole.count(b"HTTP/1.1 200") == 1

    async def test_w11_a_body_that_does_not_come_ends_the_request(self, town: Town) -> None:
        head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        with capture_logs() as told:
            await said(town, head + b"Content-Length: 100\r\n\r\ncsrf=")
        assert [line["status"] for line in told if line["event"] == "web.answered"] == [408]


class TestMany:
    @pytest.fixture
    def web(self) -> str:
        return "max_connections = 5\nmax_per_client = 3\ntrusted_networks = []"

    async def test_w11_one_client_has_so_many_connections_and_frees_them(self, town: Town) -> None:
        request = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        lines = [await asyncio.open_connection("127.0.0.1", town.server.port) for _ in range(3)]
        await until(lambda: town.server.keeper.inside == 3)
        assert await said(town, request) == b""
        assert town.server.keeper.refused == 1
        for _, writer in lines:
            writer.close()
        await until(lambda: town.server.keeper.inside == 0)
        assert b"200" in await said(town, request)


def test_a_doorkeeper_counts_all_and_lets_proxies_carry_many() -> None:
    keeper = Doorkeeper(4, 2, networks(("10.0.0.0/8",)), 1.0)
    assert [keeper.admit(client) for client in ("192.0.2.1", "192.0.2.1", "192.0.2.1")] == [True, True, False]
    assert [keeper.admit("10.1.1.1") for _ in range(3)] == [True, True, False]  # four inside: nobody more
    keeper.leave("192.0.2.1")
    assert keeper.admit("10.1.1.1")
    assert (keeper.inside, keeper.refused) == (4, 2)


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (
            b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"400",
        ),
        (b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX : y\r\n\r\n", b"400"),
        (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        (b"CONNECT evil.example:25 HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        (b"DELETE /sign-in HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"GET /" + b"a" * LARGEST_HEAD + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"4"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 8000 + b"\r\n", b"4"),
    ],
)
async def test_w12_what_two_servers_could_read_differently_is_refused(
    town: Town, request_text: bytes, status: bytes
) -> None:
    answer = await said(town, request_text.replace(b"Host: x\r\n", b"Host: x\r\nConnection: close\r\n", 1))
    assert answer.split(b" ", 2)[1].startswith(status), answer[:200]


async def test_w11_a_form_beyond_the_limit_is_refused_without_being_kept(town: Town) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    async with line(town) as (reader, writer):
        writer.write(head + b"Content-Length: 1000000000\r\n\r\ncsrf=x")
        assert (await reader.readline()).split()[1] == b"413"
    parts = b"a=1&" * 0x40000
    chunked = b"Transfer-Encoding: chunked\r\n\r\n" + (b"100000\r\n" + parts + b"\r\n") * 25
    async with line(town) as (reader, writer):
        writer.write(head + chunked)
        with capture_logs() as told:
            assert (await reader.readline()).split()[1] in (b"400", b"413")  # too many fields, or too many bytes
    assert [entry["event"] for entry in told] == ["web.answered"]


class TestProxies:
    @pytest.fixture
    def web(self) -> str:
        return 'trusted_networks = ["127.0.0.1/32", "10.0.0.0/8"]'

    @pytest.mark.parametrize(
        ("forwarded", "client"),
        [
            ("203.0.113.9", "203.0.113.9"),
            ("198.51.100.7, 203.0.113.9", "203.0.113.9"),  # what a stranger says before the proxy is not believed
            ("198.51.100.7, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
            ("unknown", "127.0.0.1"),
            ("203.0.113.9:80", "127.0.0.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("'; DROP TABLE ticket", "127.0.0.1"),
        ],
    )
    async def test_w10_the_client_is_the_last_hop_that_is_no_proxy_of_ours(
        self, town: Town, forwarded: str, client: str
    ) -> None:
        with capture_logs() as told:
            await town.client.get("/robots.txt", headers={"x-forwarded-for": forwarded})
        assert [line["client"] for line in told if line["event"] == "web.answered"] == [client]

    async def test_w08_a_limit_is_of_the_client_behind_the_proxy(self, town: Town) -> None:
        for number in range(2):
            town.client.headers["x-forwarded-for"] = f"203.0.113.{number}"
            for _ in range(5):
                await sign_in(town, "anna", "something-else-1")
        failures = await town.read(lambda tx: sign_ins.failures(tx, "anna", "203.0.113.1", tx.now.replace(year=2020)))
        assert (failures.both, failures.account, failures.client) == (5, 10, 5)


class TestNoProxies:
    @pytest.fixture
    def web(self) -> str:
        return "trusted_networks = []"

    async def test_w10_nobody_speaks_for_others(self, town: Town) -> None:
        with capture_logs() as told:
            await town.client.get("/robots.txt", headers={"x-forwarded-for": "203.0.113.9"})
        assert [line["client"] for line in told if line["event"] == "web.answered"] == ["127.0.0.1"]


class TestHttps:
    @pytest.fixture
    def site(self) -> str:
        return 'base_url = "https://orders.shop.example"'

    async def test_w10_no_address_of_ours_comes_from_a_header(self, town: Town) -> None:
        forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"}
        for path in ("/", "/sign-in", "/sign-in/", "/api/v1/openapi.json"):
            answer = await town.client.get(path, headers=forged)
            assert "evil.example" not in answer.text + str(answer.headers)
        assert (await town.client.get("/api/v1/openapi.json")).json()["servers"] == [
            {"url": "https://orders.shop.example"}
        ]

    async def test_cookies_are_for_https_and_this_host_alone(self, town: Town) -> None:
        answer = await town.client.get("/sign-in")
        assert answer.headers["set-cookie"].startswith("__Host-maild_visitor=")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"]

    async def test_w04_the_public_address_is_ours_too(self, town: Town) -> None:
        ours = await town.client.post("/sign-in", headers={"origin": "https://orders.shop.example"})
        other = await town.client.post("/sign-in", headers={"origin": "https://evil.example"})
        assert "another site" in other.text
        assert "another site" not in ours.text


async def test_who_leaves_in_the_middle_of_a_form_is_no_mistake_of_ours(town: Town) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with capture_logs() as told:
        async with line(town) as (_, writer):
            writer.write(head + b"Content-Length: 100\r\n\r\ncsrf=x")
            await writer.drain()
            await until(lambda: town.server.keeper.inside == 1)
        await until(lambda: any(entry["event"] == "web.answered" for entry in told))
    assert not [entry for entry in told if entry["event"] == "web.failed"]
