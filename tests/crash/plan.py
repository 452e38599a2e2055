"""What happens in each round, drawn from the seed: the same seed makes the same plan."""

import random
from dataclasses import dataclass, replace
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
    "imap.fetched": 4,
    "imap.committed": 4,
    "imap.moved": 1,
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
MAILBOX = ("imap.fetched", "imap.committed", "imap.moved")
NEED_LONG = ("data.half", "chunk.written")
INSTANT = "any instant"
FROM_SCRATCH = 40
FEW = 5  # mails among which some come by each way, so that each place is reached once
AT_REST = "at rest"
MACROS = ("Orders :: Approve", "Orders :: Need more info", "Orders :: Problem")


@dataclass(frozen=True, slots=True)
class Round:
    """One life of the daemon, and its death at the ``nth`` hit of ``place`` or after ``delay`` seconds.

    ``minutes`` is how far time moves on; ``timers`` moves it to the next timer as well, ``sweeps`` until mails are
    old. At least ``boxed`` mails go by the mailbox; those that are ``late`` are put into it while the daemon lives,
    which hears of it by IDLE, all others before. ``dice`` seeds the mails.
    """

    number: int
    place: str
    nth: int
    delay: float
    mails: int
    long: bool
    boxed: int
    late: bool
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


def places(*, mailbox: bool) -> tuple[str, ...]:
    """Where a daemon may die that is at work; without a mailbox there are some places to which it never comes."""
    return tuple(name for name in PLACES if mailbox or name not in MAILBOX)


def rounds(
    seed: int, chapter: int, kills: int, mails: int, *, postgresql: bool = False, mailbox: bool = True
) -> list[Round]:
    """A chapter: every migration place first, then all other places in turn and a quarter of any instants."""
    dice = random.Random(f"plan:{seed}:{chapter}")
    names = [*MIGRATIONS, *_in_turn(dice, places(mailbox=mailbox), max(0, kills - len(MIGRATIONS)))][:kills]
    shares = _shares(dice, mails, len(names))
    return [_round(dice, number, *pair, postgresql) for number, pair in enumerate(zip(names, shares, strict=True))]


def once_more(missed: Round, number: int) -> Round:
    """Another life for a place that was not reached so often: it ends at the first hit, and nothing is in its way.

    How often a life comes to a place hangs on the dice of its mails: a run must not fail because they fell badly.
    """
    return replace(
        missed,
        number=number,
        nth=1,
        mails=max(FEW, missed.mails),
        boxed=min(1, missed.boxed),
        faults=(),
        from_scratch=False,
        database="",
        dice=missed.dice + 1,
    )


def _shares(dice: random.Random, mails: int, count: int) -> list[int]:
    """As many mails in all as were asked for, up to twice the average at once."""
    weights = [dice.uniform(0.1, 1.9) for _ in range(count)]
    ends = [round(mails * part / sum(weights)) for part in accumulate(weights, initial=0.0)]
    return [end - start for start, end in pairwise(ends)]


def _in_turn(dice: random.Random, names: tuple[str, ...], count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        turn = [*names, *(INSTANT for _ in range(len(names) // 4))]
        dice.shuffle(turn)
        found += turn
    return found[:count]


def _round(dice: random.Random, number: int, place: str, mails: int, postgresql: bool) -> Round:
    timers = place.startswith("timer.")
    nth = 0 if place == INSTANT else dice.randint(1, PLACES.get(place, 1))
    return Round(
        number=number,
        place=place,
        nth=min(nth, max(1, mails)) if place in MAILBOX else nth,
        delay=dice.uniform(0.0, 0.5),
        mails=mails,
        long=place in NEED_LONG or dice.random() < 0.02,
        boxed=nth if place in MAILBOX else 0,
        late=dice.random() < 0.25,
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
