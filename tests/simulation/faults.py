"""What goes wrong, drawn from the seed. Each run switches some kinds off, so that the others meet in new company."""

import errno
import os
import random
from collections import Counter
from collections.abc import Callable

from maild.store.trouble import StoreTrouble, TroubleKind
from tests.simulation.network import NEVER, Cut

DESK, RELAY = "desk", "relay"
DAY = 86400.0
KINDS = (
    "latency",
    "pieces",
    "cut",
    "cut_at_the_dot",
    "parted",
    "relay_4xx",
    "relay_5xx",
    "relay_drop",
    "relay_silent",
    "relay_taken_and_cut",
    "relay_garbage",
    "relay_421",
    "store_trouble",
    "answer_lost",
    "disk_full",
    "crash",
    "crash_at_a_place",
    "child_death",
    "child_slow",
    "no_safety_wake",
)
# Places at which a daemon may be killed: name and how likely at each hit.
PLACES = {
    "smtp.accepted": 0.004,
    "smtp.rcpt": 0.004,
    "data.first_byte": 0.004,
    "data.half": 0.004,
    "data.before_dot_seen": 0.006,
    "chunk.written": 0.004,
    "tx.begin": 0.001,
    "tx.before_commit": 0.001,
    "tx.after_commit_before_250": 0.01,
    "smtp.after_250": 0.006,
    "parse.leased": 0.006,
    "parse.before_commit": 0.006,
    "parse.after_commit": 0.006,
    "rule.effect": 0.004,
    "outbox.leased": 0.006,
    "outbox.at_dot": 0.01,
    "outbox.after_dot_before_250": 0.01,
    "outbox.after_250_before_commit": 0.01,
    "timer.selected": 0.01,
    "timer.after_commit": 0.01,
}


class Killed(BaseException):
    """The daemon died here. Not an Exception: nothing in it may go on as if something had merely failed."""


class Faults:
    """``calm`` while the world comes to rest: then nothing goes wrong. ``count`` tells what did."""

    def __init__(self, seed: int, seconds: Callable[[], float], off: frozenset[str] | None = None) -> None:
        dice = random.Random(f"{seed}:swarm")
        self.off = off if off is not None else frozenset(kind for kind in KINDS if dice.random() < 0.35)
        self.calm = True
        self.count: Counter[str] = Counter()
        self.ambiguous: Callable[[], None] = lambda: None
        self.kill: Callable[[str], None] = lambda place: None
        self._seconds = seconds
        self._dice = {name: random.Random(f"{seed}:{name}") for name in ("net", "disk", "place", "child", "relay")}
        self._parted: dict[str, float] = {}
        self._full_until = 0.0

    def on(self, kind: str) -> bool:
        return not self.calm and kind not in self.off

    def strike(self, kind: str, dice: str, chance: float) -> bool:
        """Whether it happens now; the dice fall in any case, so that one kind does not move the others."""
        hit = self._dice[dice].random() < chance and self.on(kind)
        if hit:
            self.count[kind] += 1
        return hit

    # Network

    def latency(self) -> float:
        dice = self._dice["net"]
        quick = 0.0005 + dice.random() * 0.03
        return 20 + dice.random() * 100 if self.strike("latency", "net", 0.002) else quick

    def piece(self, size: int) -> int:
        if size > 1 and self.strike("pieces", "net", 0.08):
            return self._dice["net"].randint(1, size - 1)
        return size

    def cut(self, host: str) -> Cut:
        dice = self._dice["net"]
        if self.strike("cut", "net", 0.06):
            return (dice.randint(0, 1800), -1) if dice.random() < 0.6 else (-1, dice.randint(0, 500))
        return NEVER

    def part(self, host: str, seconds: float) -> None:
        if self.on("parted"):
            self.count["parted"] += 1
            self._parted[host] = self._seconds() + seconds

    def parted_until(self, host: str) -> float:
        return 0.0 if self.calm else self._parted.get(host, 0.0)

    # Disk

    def write_latency(self) -> float:
        return 0.001 + self._dice["disk"].random() * 0.02

    def read_latency(self) -> float:
        return self._dice["disk"].choice((0.0, 0.0, 0.0, 0.001, 0.01))

    def fill(self, seconds: float) -> None:
        if self.on("disk_full"):
            self.count["disk_full"] += 1
            self._full_until = self._seconds() + seconds

    @property
    def full(self) -> bool:
        return not self.calm and self._seconds() < self._full_until

    def trouble(self) -> StoreTrouble | None:
        if self.strike("store_trouble", "disk", 0.004):
            self.ambiguous()
            return StoreTrouble(TroubleKind.BUSY, "database: locked", "simulated")
        return None

    def answer_lost(self) -> bool:
        if self.strike("answer_lost", "disk", 0.004):
            self.ambiguous()
            return True
        return False

    # Places of maild.failpoints

    def hit(self, place: str) -> None:
        if place == "tx.before_commit" and self.full:
            self.count["commits refused by a full disk"] += 1
            self.ambiguous()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        chance = PLACES.get(place, 0.0)
        if chance and self.strike("crash_at_a_place", "place", chance):
            self.count[f"killed at {place}"] += 1
            self.kill(place)

    # Children

    def child(self) -> tuple[float, bool]:
        """How long a child reads a mail, and whether it dies of it."""
        dice = self._dice["child"]
        seconds = 0.005 + dice.random() * 0.2
        if self.strike("child_slow", "child", 0.03):
            seconds += dice.random() * 29
        return seconds, self.strike("child_death", "child", 0.05)
