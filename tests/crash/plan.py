"""What happens in each round, drawn from the seed: the same seed makes the same plan."""

import random
from dataclasses import dataclass
from itertools import accumulate, pairwise

from tests.crash.relay import FAULTS

# The place, and the highest hit of a round's life at which the daemon may die there.
PLACES = {
    "smtp.accepted": 6,
    "smtp.rcpt": 12,
    "data.first_byte": 12,
    "data.half": 1,
    "data.before_dot_seen": 12,
    "chunk.written": 2,
    "tx.begin": 25,
    "tx.before_commit": 25,
    "tx.after_commit_before_250": 12,
    "smtp.after_250": 12,
    "parse.leased": 2,
    "parse.child_running": 8,
    "parse.before_commit": 8,
    "parse.after_commit": 3,
    "rule.effect": 8,
    "outbox.leased": 1,
    "outbox.at_dot": 6,
    "outbox.after_dot_before_250": 6,
    "outbox.after_250_before_commit": 6,
    "timer.selected": 1,
    "timer.after_commit": 3,
    "config.reload": 1,
    "retention.sweep": 1,
}
MIGRATIONS = ("migration.start", "migration.half", "migration.end")
NEED_LONG = ("data.half", "chunk.written")
INSTANT = "any instant"
FROM_SCRATCH = 40
AT_REST = "at rest"
MACROS = ("Orders :: Approve", "Orders :: Need more info", "Orders :: Problem")


@dataclass(frozen=True, slots=True)
class Round:
    """One life of the daemon, and its death at the ``nth`` hit of ``place`` or after ``delay`` seconds.

    ``minutes`` is how far time moves on; ``timers`` moves it to the next timer as well, ``sweeps`` until mails are
    old. ``dice`` seeds the mails.
    """

    number: int
    place: str
    nth: int
    delay: float
    mails: int
    long: bool
    deeds: int
    minutes: int
    timers: bool
    sweeps: bool
    faults: tuple[str, ...]
    rude: int
    from_scratch: bool
    database: str
    dice: int

    @property
    def fail(self) -> str:
        return f"{self.place}=kill:n={self.nth}" if self.nth else ""


def rounds(seed: int, chapter: int, kills: int, mails: int, *, postgresql: bool = False) -> list[Round]:
    """A chapter: every migration place first, then all other places in turn and a quarter of any instants."""
    dice = random.Random(f"plan:{seed}:{chapter}")
    places = [*MIGRATIONS, *_places(dice, max(0, kills - len(MIGRATIONS)))][:kills]
    shares = _shares(dice, mails, len(places))
    return [_round(dice, number, *pair, postgresql) for number, pair in enumerate(zip(places, shares, strict=True))]


def _shares(dice: random.Random, mails: int, count: int) -> list[int]:
    """As many mails in all as were asked for, up to twice the average at once."""
    weights = [dice.uniform(0.1, 1.9) for _ in range(count)]
    ends = [round(mails * part / sum(weights)) for part in accumulate(weights, initial=0.0)]
    return [end - start for start, end in pairwise(ends)]


def _places(dice: random.Random, count: int) -> list[str]:
    places: list[str] = []
    while len(places) < count:
        turn = [*PLACES, *(INSTANT for _ in range(len(PLACES) // 4))]
        dice.shuffle(turn)
        places += turn
    return places[:count]


def _round(dice: random.Random, number: int, place: str, mails: int, postgresql: bool) -> Round:
    timers = place.startswith("timer.")
    return Round(
        number=number,
        place=place,
        nth=0 if place == INSTANT else dice.randint(1, PLACES.get(place, 1)),
        delay=dice.uniform(0.0, 0.5),
        mails=mails,
        long=place in NEED_LONG or dice.random() < 0.02,
        deeds=dice.choice((0, 0, 0, 1, 2)),
        minutes=dice.choice((0, 0, 1, 2, 5)),
        timers=timers,
        sweeps=place == "retention.sweep",
        faults=tuple(dice.choices(FAULTS, k=dice.randint(1, 3))) if dice.random() < 0.15 else (),
        rude=dice.choice((0, 0, 1, 2)),
        from_scratch=number % FROM_SCRATCH == FROM_SCRATCH - 1,
        database=dice.choice(("cut", "cut", "restart")) if postgresql and dice.random() < 0.06 else "",
        dice=dice.randrange(1 << 48),
    )
