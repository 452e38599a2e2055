"""The webhook client: where it may call, what it makes of answers, and what the shipped examples promise."""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maild.clock import ManualClock
from maild.config import load
from maild.domain.letter import Later, Letter, Never, Result, Sent
from notifications.webhook_sender import Hook, WebhookSender, is_public, signature
from pipeline.furniture import furnish
from tests.overdue import while_hours_pass

EXAMPLES = Path(__file__).parents[2] / "examples" / "webhooks"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BODY = b'{"text": "hello"}'
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.1.1.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_i13_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909"])
def test_addresses_outside_are(address: str) -> None:
    assert is_public(address)


async def call(answer: Answer, dots: list[str] | None = None, **changes: Any) -> Result:
    seen: list[str] = [] if dots is None else dots

    async def at_dot() -> None:
        seen.append("dot")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        given = {"url": f"http://hook.example:{port}/in", "private": True, "timeout": 60.0, **changes}
        sender = WebhookSender(lambda: {"hook": Hook("hook", **given)}, ManualClock(NOW), local)
        return await sender.send(letter(), at_dot)


async def local(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def letter(name: str = "hook") -> Letter:
    return Letter(1, "<one@shop.example>", "", (name,), BODY, 1, NOW, automatic=False)


def saying(text: bytes) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(BODY))
        writer.write(text)
        await writer.drain()

    return answer


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", Sent, None),
        (b"HTTP/1.0 204 No Content\r\nX: y\r\n\r\n", Sent, None),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n", Sent, None),
        (b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\n\r\n", Never, "webhook.redirect"),
        (b"HTTP/1.1 410 Gone\r\n\r\n", Never, "webhook.gone"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Later, "webhook.4xx"),
        (b"HTTP/1.1 503 Busy\r\n\r\n", Later, "webhook.5xx"),
        (b"220 mail.example ESMTP\r\n\r\n", Later, "webhook.protocol"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", Later, "webhook.protocol"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, Later, "webhook.protocol"),
        (b"", Later, "webhook.cut"),
    ],
)
async def test_what_an_answer_means(said: bytes, kind: type, code: str | None) -> None:
    result = await call(saying(said))
    assert isinstance(result, kind)
    assert getattr(result, "code", None) == code


async def test_the_last_byte_waits_for_the_outbox() -> None:
    order: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(BODY))
        order.append("whole")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

    assert isinstance(await call(answer, order), Sent)
    assert order == ["dot", "whole"]


async def test_a_silent_program_is_given_up_and_may_have_heard() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(BODY))
        await while_hours_pass()

    result = await call(silent)
    assert isinstance(result, Later)
    assert (result.code, result.ambiguous) == ("webhook.timeout", True)


async def test_i13_a_name_that_leads_inside_is_not_dialled() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("it was called")

    result = await call(never, private=False)
    assert isinstance(result, Never)
    assert result.code == "webhook.private"


async def test_a_dead_program_is_not_dialled_for_each_call() -> None:
    asked: list[str] = []
    clock = ManualClock(NOW)

    async def nowhere(host: str, port: int) -> list[str]:
        asked.append(host)
        raise OSError(None, "no such host")

    async def at_dot() -> None:
        raise AssertionError("nothing was sent")

    hooks = {"hook": Hook("hook", "https://hook.example/")}
    sender = WebhookSender(lambda: hooks, clock, nowhere)
    for _ in range(3):
        result = await sender.send(letter(), at_dot)
        assert isinstance(result, Later) and result.code == "webhook.dns"
    assert len(asked) == 1
    clock.advance(timedelta(seconds=30))
    await sender.send(letter(), at_dot)
    assert len(asked) == 2
    gone = await sender.send(letter("other"), at_dot)
    assert isinstance(gone, Never) and gone.code == "webhook.unknown"


@pytest.mark.parametrize("name", ["sms", "phone", "chat"])
def test_the_examples_are_configurations(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_TOKEN", "a-token-of-the-gateway-1")
    monkeypatch.setenv("PHONE_SECRET", "a-secret-with-the-phone-2")
    shipped = (EXAMPLES.parents[1] / "config.example.toml").read_text()
    (tmp_path / "config.toml").write_text(f"{shipped}\n{(EXAMPLES / name).with_suffix('.toml').read_text()}")
    desk = furnish(load(tmp_path / "config.toml"))
    assert [hook.name for hook in desk.config.webhook] == [name]


def test_the_example_that_verifies_believes_what_we_sign_and_nothing_else() -> None:
    spec = importlib.util.spec_from_file_location("verify", EXAMPLES / "verify.py")
    assert spec and spec.loader
    verify = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verify)
    at = str(int(NOW.timestamp()))
    headers = {"X-Maild-Timestamp": at, "X-Maild-Signature": f"sha256={signature('key', at, BODY)}"}
    assert verify.genuine("key", headers, BODY, NOW.timestamp())
    assert not verify.genuine("other", headers, BODY, NOW.timestamp())
    assert not verify.genuine("key", headers, BODY + b" ", NOW.timestamp())
    assert not verify.genuine("key", headers, BODY, NOW.timestamp() + 301)
    assert not verify.genuine("key", {}, BODY, NOW.timestamp())
