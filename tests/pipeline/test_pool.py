"""A reading child's time: what a mail may take is its own, and the start of a child is nobody's fault."""

import asyncio
from typing import Any

import pytest

from pipeline import frames, pool
from pipeline.pool import Child
from pipeline.understood import Unread

READ = Unread("parser.error", "as good as any other answer")


class Process:
    """One whose words a test gives."""

    returncode = None

    def __init__(self) -> None:
        self.stdout = asyncio.StreamReader()
        self.stdin = self

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    async def drain(self) -> None:
        """There is room."""


async def _answer(process: Process, *, late: bool) -> Any:
    """Of a child whose mails may take no time at all: an answer must be there when it is asked for."""
    child = Child(process, 0.0)  # type: ignore[arg-type]
    reading = asyncio.create_task(child.read([b"Subject: a\r\n\r\n"]))
    if late:
        for _ in range(20):
            await asyncio.sleep(0)
    process.stdout.feed_data(frames.block(b"") + frames.block(frames.dump(READ)))
    [answer] = await reading
    return answer


@pytest.mark.parametrize("late", [False, True])
async def test_a_child_that_is_long_in_starting_costs_the_mail_nothing(late: bool) -> None:
    assert await _answer(Process(), late=late) == READ


async def test_a_mail_that_takes_too_long_is_to_blame() -> None:
    process = Process()
    process.stdout.feed_data(frames.block(b""))
    [answer] = await Child(process, 0.0).read([b"Subject: a\r\n\r\n"])  # type: ignore[arg-type]
    assert answer == Unread("parser.timeout", "the reader took more than 0 seconds")


async def test_a_child_that_never_starts_is_no_mails_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "START_SECONDS", 0.0)
    [answer] = await Child(Process(), 30.0).read([b"Subject: a\r\n\r\n"])  # type: ignore[arg-type]
    assert answer == Unread("parser.unavailable", "the reader did not start within 0 seconds")
