"""The mail itself: S14, S15, S23 to S30, S32, L15."""

import asyncio
import contextlib
import errno
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from maild.failpoints import Failure
from pipeline.receipt import Receipt, Refused, TemporaryTrouble
from pipeline.receive import framing
from pipeline.receive.body import ALL_IN_MEMORY
from tests.pipeline.receive.conftest import ORDERS, Client, Desk, Serve
from tests.pipeline.receive.discarding import discarding

END_OF_DATA_VARIANTS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r.\r",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r\n\x00.\r\n",
    b"\r.\r\n",
    b"\n.\r",
    b"\r\n.\r\r\n",
]
SECOND = b"MAIL FROM:<evil@b.example>\r\nRCPT TO:<orders@desk.example>\r\nDATA\r\nSubject: 2\r\n\r\nsmuggled\r\n.\r\n"


@pytest.mark.parametrize("variant", END_OF_DATA_VARIANTS)
@pytest.mark.parametrize("in_pieces", [False, True])
async def test_s14_other_ends_of_data_smuggle_no_second_mail(desk: Desk, variant: bytes, in_pieces: bool) -> None:
    client = await desk.ready()
    await client.envelope()
    text = b"Subject: 1\r\n\r\nbody" + variant + SECOND
    for piece in [text[i : i + 1] for i in range(len(text))] if in_pieces else [text]:
        client.send(piece)
        await client.writer.drain()
    assert (await client.reply()).startswith("250 2.0.0")
    assert await client.cmd("NOOP") == "250 2.0.0 OK"
    assert len(desk.store.mails) == 1
    assert b"smuggled" in desk.store.raw[0]


async def test_s15_body_pipelined_behind_a_refused_data(desk: Desk) -> None:
    client = await desk.ready()
    client.send(b"MAIL FROM:<a@b.example>\r\nDATA\r\n" + SECOND)
    said = (await client.rest()).splitlines()
    assert [line[:9] for line in said] == ["250 2.1.0", "554 5.5.0"]
    assert desk.store.mails == []


async def test_s15_body_that_comes_later_behind_a_refused_data(desk: Desk) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example>")
    assert (await client.cmd("DATA")).startswith("503")
    client.send(b"Subject: order\r\n\r\n" + SECOND)
    assert (await client.rest()).startswith("554 5.5.1")
    assert desk.store.mails == []


async def test_s23_one_byte_a_second_in_a_command(desk: Desk) -> None:
    client = await desk.ready()
    for _ in range(59):
        client.send(b"N")
        desk.pass_time(1)
    assert len(desk.server.reception.connections) == 1
    desk.pass_time(1)
    assert (await client.rest()).startswith("421 4.4.2")
    await desk.server.reception.quiet()


async def test_s23_one_byte_a_second_in_data(serve: Serve) -> None:
    taken = asyncio.Event()
    desk = await serve(fail=lambda name: taken.set() if name == "chunk.written" else None)
    client = await desk.ready()
    await client.envelope()
    for _ in range(60):
        taken.clear()
        client.send(b"x")
        await taken.wait()
        desk.pass_time(1)
    desk.pass_time(1)
    assert (await client.rest()).startswith("421 4.4.2")
    await desk.server.reception.quiet()
    assert desk.store.mails == []


async def test_s23_silence_before_the_greeting(desk: Desk) -> None:
    client = await desk.connect()
    await client.reply()
    desk.pass_time(60)
    assert (await client.rest()).startswith("421 4.4.2")


async def test_s23_a_client_that_never_reads_or_closes_is_cut(desk: Desk) -> None:
    client = await desk.ready()
    desk.pass_time(60)
    assert len(desk.server.reception.connections) == 1
    desk.pass_time(5)
    await desk.server.reception.quiet()
    assert client is not None


async def test_s23_a_slow_but_steady_line_may_take_its_time(serve: Serve) -> None:
    taken = asyncio.Event()
    desk = await serve(fail=lambda name: taken.set() if name == "chunk.written" else None)
    client = await desk.ready()
    await client.envelope()
    for _ in range(100):
        taken.clear()
        client.send(b"x" * 5998 + b"\r\n")
        await taken.wait()
        desk.pass_time(10)
    assert (await client.cmd(b".")).startswith("250")
    assert len(desk.store.raw[0]) == 600_000


async def test_s22_noop_every_59_seconds_ends_after_half_an_hour(desk: Desk) -> None:
    client = await desk.ready()
    for _ in range(30):
        assert (await client.cmd("NOOP")).startswith("250")
        desk.pass_time(59)
    desk.pass_time(30)
    assert (await client.rest()).startswith("421 4.4.2")


def flood(port: int, block: bytes, total: int) -> tuple[int, bytes]:
    """Send a mail of endless blocks; how many bytes went out, and what was answered."""
    sock = socket.create_connection(("127.0.0.1", port))
    with sock, sock.makefile("rb") as replies:
        replies.readline()
        for line in (b"HELO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<a@b.example>", b"DATA"):
            sock.sendall(line + b"\r\n")
            assert replies.readline()[:1] in b"23"
        sent = 0
        try:
            while sent < total:
                sock.sendall(block)
                sent += len(block)
            sock.sendall(b"\r\n.\r\n")
        except OSError:
            pass
        try:
            return sent, replies.readline()
        except OSError:
            return sent, b""


def test_s24_data_without_a_line_end_is_cut_off_in_flat_memory() -> None:
    limit, mib = 8 * 2**20, 2**20
    with discarding(limit) as server:
        flood(server.port, b"x" * 65536, mib)
        before = server.peak_memory
        sent, reply = flood(server.port, b"x" * 65536, 400 * mib)
        assert server.peak_memory - before <= 8 * mib
    assert sent < 1.25 * limit + 16 * mib  # what the kernel's buffers hold is not ours
    assert reply in (b"", b"552 5.3.4 A mail may have 8388608 bytes at most\r\n")


def test_s21_10_mb_command_without_end_costs_no_memory() -> None:
    with discarding(10**6) as server:
        flood(server.port, b"x" * 65536, 500_000)
        before = server.peak_memory
        sock = socket.create_connection(("127.0.0.1", server.port))
        with sock, contextlib.suppress(OSError):
            for _ in range(160):
                sock.sendall(b"x" * 65536)
        assert server.peak_memory - before < 4 * 2**20


@pytest.mark.parametrize("line", [b"x\r\n", b"\r\n", b"..\r\n", b"x" * 76 + b"\r\n", b"\r"])
def test_s26_30_mib_of_any_lines_in_flat_memory_and_bounded_time(line: bytes) -> None:
    mib = 2**20
    block = line * (65536 // len(line))
    with discarding(32 * mib) as server:
        flood(server.port, block, mib)
        before = server.peak_memory
        sent, reply = flood(server.port, block, 30 * mib)
        assert server.peak_memory - before <= 8 * mib
    size = (sent + 2) * (3 / 4 if line == b"..\r\n" else 1)
    assert reply.startswith(b"250") and sent >= 30 * mib
    assert abs(int(reply.split()[-1]) - size) < 65536


async def test_s26_work_at_one_go_is_bounded_and_grows_with_the_bytes(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[int] = []

    class Counted(framing.DotDecoder):
        def feed(self, block: bytes) -> tuple[bytes, bytes | None]:
            fed.append(len(block))
            return super().feed(block)

    monkeypatch.setattr(framing, "DotDecoder", Counted)
    desk = await serve(max_size=10**8)
    client = await desk.ready()
    totals = []
    for count in (10**6, 2 * 10**6):
        fed.clear()
        assert (await client.mail(b"x\r\n" * count)).startswith("250")
        assert max(fed) <= 256 * 1024
        totals.append(sum(fed))
    assert totals == [3 * 10**6 + 3, 6 * 10**6 + 3]


async def test_s25_one_byte_over_the_limit_then_a_small_mail(serve: Serve) -> None:
    desk = await serve(max_size=70_000)
    client = await desk.ready()
    assert (await client.mail(b"x" * 69_999 + b"\r\n")).startswith("552 5.3.4")
    assert (await client.mail(b".." + b"x" * 69_997 + b"\r\n")).startswith("250")
    assert (await client.mail(b"small\r\n")).startswith("250")
    assert [len(raw) for raw in desk.store.raw] == [70_000, 7]


async def test_s25_far_over_the_limit_is_cut_with_552(serve: Serve) -> None:
    desk = await serve(max_size=70_000)
    client = await desk.ready()
    await client.envelope()
    client.send(b"x" * 200_000)
    assert (await client.rest()).startswith("552 5.3.4")
    await desk.server.reception.quiet()


@pytest.mark.parametrize("length", [1_000, 1_100, 65_536, 300_000, 1_000_000])
async def test_s27_lines_of_any_length_are_stored_unchanged(serve: Serve, length: int) -> None:
    desk = await serve(max_size=2_000_000)
    client = await desk.ready()
    raw = b"Subject: order\r\n\r\n" + b"x" * length + b"\r\n"
    assert (await client.mail(raw)).startswith("250")
    assert desk.store.raw == [raw]


def gathered_files(folder: Path) -> list[str]:
    """The nameless files of this folder that this process has open."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found


def reset(client: Client) -> None:
    client.reset()


def half_close(client: Client) -> None:
    client.writer.write_eof()


def close(client: Client) -> None:
    client.writer.close()


@pytest.mark.parametrize("leave", [reset, half_close, close])
async def test_s28_client_gone_in_data_leaves_nothing(
    serve: Serve, tmp_path: Path, leave: Callable[[Client], None]
) -> None:
    written = asyncio.Event()
    desk = await serve(folder=str(tmp_path), fail=lambda name: written.set() if name == "chunk.written" else None)
    client = await desk.ready()
    await client.envelope()
    client.send(b"x" * 800_000)
    while not gathered_files(tmp_path):
        await written.wait()
        written.clear()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 (in an async test)
    leave(client)
    await desk.server.reception.quiet()
    assert gathered_files(tmp_path) == []
    assert not desk.store.asked.is_set()


async def test_s28_client_gone_in_data_gives_its_memory_back(serve: Serve) -> None:
    written = asyncio.Event()
    desk = await serve(fail=lambda name: written.set() if name == "chunk.written" else None)
    client = await desk.ready()
    await client.envelope()
    client.send(b"x" * 10_000)
    await written.wait()
    assert desk.server.reception.memory.left < ALL_IN_MEMORY
    client.reset()
    await desk.server.reception.quiet()
    assert desk.server.reception.memory.left == ALL_IN_MEMORY


async def test_s29_client_gone_after_the_dot_does_not_stop_the_store(desk: Desk) -> None:
    desk.store.held = asyncio.Event()
    client = await desk.ready()
    await client.envelope()
    client.send(b"order\r\n.\r\n")
    await desk.store.asked.wait()
    client.reset()
    while desk.server.reception.connections:  # noqa: ASYNC110 (a reset has no event on this side)
        await asyncio.sleep(0)
    assert desk.server.reception.busy == (0, 1)
    desk.store.held.set()
    await desk.server.reception.quiet()
    assert desk.store.raw == [b"order\r\n"]


async def test_s29_half_closed_after_the_dot_still_gets_its_reply(desk: Desk) -> None:
    client = await desk.connect()
    client.send(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<orders@desk.example>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n")
    client.writer.write_eof()
    said = (await client.rest()).splitlines()
    assert [line[:3] for line in said[-3:]] == ["354", "250", "221"]
    assert desk.store.raw == [b"hi\r\n"]


async def test_s30_mail_of_zero_bytes(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.mail(b"")).startswith("250")
    assert desk.store.raw == [b""]


def failing(error: Exception) -> Callable[[], Receipt | None]:
    def answer() -> Receipt | None:
        raise error

    return answer


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (RuntimeError("database is locked /secret/path.db"), r"451 4\.3\.0 .*\(id [0-9a-f]{8}\)"),
        (OSError(errno.ENOSPC, "No space left", "/secret/path.db"), r"451 4\.3\.0 .*\(id [0-9a-f]{8}\)"),
        (TimeoutError("/secret"), r"451 4\.3\.0 .*"),
        (ConnectionError("worker at /secret is dead"), r"451 4\.3\.0 .*"),
        (TemporaryTrouble("4.3.0", "Busy, try again"), r"451 4\.3\.0 Busy, try again"),
        (TemporaryTrouble("4.3.1", "No room"), r"452 4\.3\.1 No room"),
    ],
)
async def test_s32_our_own_trouble_is_temporary_and_tells_nothing(desk: Desk, error: Exception, reply: str) -> None:
    desk.store.answer = failing(error)
    client = await desk.ready()
    said = await client.mail()
    assert re.fullmatch(reply, said)
    assert "secret" not in said
    desk.store.answer = lambda: None
    assert (await client.mail()).startswith("250")


async def test_s32_shutting_down_is_421(desk: Desk) -> None:
    desk.store.answer = failing(TemporaryTrouble("4.3.2", "Shutting down"))
    client = await desk.ready()
    assert await client.mail() == "421 4.3.2 Shutting down"
    assert await client.rest() == ""


async def test_s32_store_task_cancelled_is_421(desk: Desk) -> None:
    desk.store.answer = failing(asyncio.CancelledError())  # type: ignore[arg-type]
    client = await desk.ready()
    assert (await client.mail()).startswith("421 4.3.2")


async def test_s32_store_that_never_answers(desk: Desk) -> None:
    desk.store.held = asyncio.Event()
    client = await desk.ready()
    await client.envelope()
    client.send(b"order\r\n.\r\n")
    await desk.store.asked.wait()
    desk.pass_time(299)
    assert len(desk.server.reception.connections) == 1
    desk.pass_time(1)
    assert (await client.rest()).startswith("421 4.3.0")
    desk.store.held.set()
    await desk.server.reception.quiet()
    assert desk.store.raw == [b"order\r\n"]


@pytest.mark.parametrize(("number", "reply"), [(errno.ENOSPC, "452 4.3.1"), (errno.EIO, "451 4.3.0")])
async def test_s32_disk_full_while_gathering(serve: Serve, number: int, reply: str) -> None:
    def fail(name: str) -> None:
        if name == "chunk.written" and not mended:
            raise OSError(number, os.strerror(number), "/secret")

    mended: list[bool] = []
    desk = await serve(fail=fail)
    client = await desk.ready()
    said = await client.mail(b"x" * 800_000 + b"\r\n")
    assert said.startswith(reply) and "secret" not in said
    mended.append(True)
    assert (await client.mail()).startswith("250")
    assert len(desk.store.mails) == 1


async def test_s32_folder_that_vanished(serve: Serve, tmp_path: Path) -> None:
    desk = await serve(folder=str(tmp_path / "gone"))
    client = await desk.ready()
    assert (await client.mail(b"x" * 800_000 + b"\r\n")).startswith("451 4.3.0")
    assert (await client.mail(b"small\r\n")).startswith("250")


async def test_a_fault_of_ours_in_the_middle_of_data_never_turns_text_into_commands(serve: Serve) -> None:
    def fail(name: str) -> None:
        if name == "data.half":
            raise Failure(name)

    desk = await serve(fail=fail)
    client = await desk.ready()
    await client.envelope()
    client.send(b"x\r\n" + SECOND)
    assert (await client.rest()).startswith("421 4.3.0")
    assert desk.store.mails == []
    await desk.server.reception.quiet()


async def test_refused_for_good_by_the_store(desk: Desk) -> None:
    desk.store.answer = lambda: Refused("5.7.1", "Not from you")
    client = await desk.ready()
    assert await client.mail() == "550 5.7.1 Not from you"
    assert await client.cmd("NOOP") == "250 2.0.0 OK"


@pytest.mark.parametrize(("hops", "reply"), [(50, "250"), (51, "550 5.4.6")])
async def test_l15_mail_that_has_been_everywhere(desk: Desk, hops: int, reply: str) -> None:
    received = b"".join(b"ReceiVed: from a%d.example\r\n\tby b.example\r\n" % hop for hop in range(hops))
    client = await desk.ready()
    raw = received + b"Subject: order\r\n\r\n" + b"Received: quoted\r\n" * 60
    assert (await client.mail(raw)).startswith(reply)
    assert len(desk.store.mails) == (reply == "250")


async def test_every_failpoint_of_a_small_and_a_large_mail_is_hit_in_order(serve: Serve) -> None:
    hit: list[str] = []
    desk = await serve(fail=hit.append)
    client = await desk.ready()
    order = ["data.first_byte", "data.half", "data.before_dot_seen", "chunk.written", "smtp.after_250"]
    await client.mail(b"small\r\n")
    await client.cmd("NOOP")
    assert hit == ["smtp.accepted", "smtp.rcpt", *order]
    hit.clear()
    await client.cmd("MAIL FROM:<a@b.example> SIZE=600000")
    await client.cmd(f"RCPT TO:<{ORDERS}>")
    await client.cmd("DATA")
    await client.cmd(b"x" * 600_000 + b"\r\n.")
    await client.cmd("NOOP")
    assert list(dict.fromkeys(name for name in hit if name != "chunk.written")) == ["smtp.rcpt", *order[:3], order[4]]
    assert hit.count("data.half") == hit.count("data.before_dot_seen") == 1 < hit.count("chunk.written")
    assert "chunk.written" in hit[: hit.index("data.half")]


async def test_bodies_are_closed_after_the_store(desk: Desk) -> None:
    client = await desk.ready()
    await client.mail(b"x" * 400_000 + b"\r\n")
    with pytest.raises(ValueError, match="closed file"):
        desk.store.bodies[0].open()
    assert desk.server.reception.memory.left == ALL_IN_MEMORY


async def test_log_tells_the_trouble_by_the_id_the_sender_saw(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.store.answer = failing(RuntimeError("database is locked"))
    client = await desk.ready()
    match = re.search(r"id ([0-9a-f]{8})", await client.mail())
    assert match is not None
    printed = capsys.readouterr().out
    assert match[1] in printed and "database is locked" in printed
