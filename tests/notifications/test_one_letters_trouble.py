"""A letter that the relay puts off each time holds up no other, whatever the relay says of itself with it."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from maild.clock import ManualClock
from maild.config import Letters
from maild.domain.letter import Later, Letter, Result, Sent
from maild.store.db import Database
from notifications.courier import Courier
from notifications.keyfile import passing_keys
from notifications.outbox import StoreOutbox
from notifications.senders import AtDot
from tests.maild.store import builders
from tests.maild.store.conftest import START
from tests.notifications.test_courier import PATIENCE


class Relay:
    """Fails with a code for one letter alone."""

    def __init__(self, poison: int, code: str) -> None:
        self.poison, self.code = poison, code
        self.tried: list[int] = []

    async def send(self, letter: Letter, at_dot: AtDot) -> Result:
        self.tried.append(letter.id)
        if letter.id == self.poison:
            return Later(self.code, "as always")
        await at_dot()
        return Sent("250 ok")

    async def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize(("code", "tried"), [("relay.421", [1, 2, 3]), ("relay.unreachable", [1, 1, 1])])
async def test_only_what_was_met_before_any_letter_is_tried_with_the_oldest_again(
    sqlite_template: Path, tmp_path: Path, code: str, tried: list[int]
) -> None:
    assert await _tried(sqlite_template, tmp_path, code, waiting=1) == tried


async def test_those_claimed_with_it_leave_before_what_was_written_since(sqlite_template: Path, tmp_path: Path) -> None:
    assert await _tried(sqlite_template, tmp_path, "relay.421", waiting=3) == [1, 2, 3, 4, 5]


async def _tried(template: Path, folder: Path, code: str, waiting: int) -> list[int]:
    """The letters that were dialled, where the first fails each time and two are written while the relay rests."""
    clock = ManualClock(START)
    db = Database(f"sqlite:///{shutil.copy(template, folder / 'maild.db')}", clock, synchronous="OFF")
    poison, *_ = [db.write_now(builders.letter) for _ in range(waiting)]
    relay, kept = Relay(poison, code), StoreOutbox(db, "one", Letters(), passing_keys())
    carrier = Courier(kept, [relay], clock, PATIENCE, jitter=lambda: 0.5, hasten=kept.hasten)
    await carrier.step()
    for _ in range(2):
        clock.advance(timedelta(seconds=20))
        db.write_now(builders.letter)
        await carrier.step()
    db.close_now()
    return [number - poison + 1 for number in relay.tried]
