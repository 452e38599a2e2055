"""The courier against an outbox that knows which moves are allowed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from maild import failpoints
from maild.clock import ManualClock
from maild.domain.letter import MOVES, Later, Letter, Never, Phase, Result, Sent
from maild.store.trouble import StoreTrouble, TroubleKind
from notifications.courier import Courier, Patience, Settlement, settle
from notifications.relay import RelaySender, RelaySettings
from notifications.senders import AtDot, FolderSender, Sender
from tests.notifications.builders import NOW, letter
from tests.notifications.scripted_relay import DROP, relay

PATIENCE = Patience(
    schedule=(60, 300), give_up_after=5 * 86400, lease=timedelta(minutes=30), longest=timedelta(minutes=15)
)
WAITING = (Phase.QUEUED, Phase.DEFERRED, Phase.UNKNOWN)


@dataclass
class Row:
    letter: Letter
    phase: Phase = Phase.QUEUED
    next_at: datetime = NOW
    why: str = ""
    history: list[Phase] = field(default_factory=list)

    def move(self, to: Phase) -> None:
        assert to in MOVES[self.phase], f"{self.phase} to {to}"
        self.phase = to
        self.history.append(to)


class MemoryOutbox:
    """An outbox in memory that asserts every move."""

    def __init__(self, *letters: Letter) -> None:
        self.rows = {made.id: Row(made) for made in letters}
        self.claims: list[int] = []

    async def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Letter]:
        due = [row for row in self.rows.values() if row.phase in WAITING and row.next_at <= now][:limit]
        for row in due:
            first = row.phase is Phase.QUEUED
            row.move(Phase.SENDING)
            row.next_at = now + lease
            row.letter = row.letter if first else replace(row.letter, attempt=row.letter.attempt + 1)
        self.claims.append(len(due))
        return [row.letter for row in due]

    async def at_dot(self, letter_id: int) -> None:
        self.rows[letter_id].move(Phase.AT_DOT)

    async def settle(self, letter_id: int, settlement: Settlement, now: datetime) -> None:
        row = self.rows[letter_id]
        row.move(settlement.phase)
        row.why = f"{settlement.code}: {settlement.why}"
        row.next_at = settlement.next_at or now
        if settlement.remaining:
            row.letter = replace(row.letter, recipients=settlement.remaining)

    async def next_due(self, now: datetime) -> datetime | None:
        return min((row.next_at for row in self.rows.values() if row.phase in WAITING), default=None)


class FakeSender:
    """Answers from a list, Sent when it is used up."""

    def __init__(self, *results: Result, before: Callable[[], None] = lambda: None) -> None:
        self.results = list(results)
        self.sent: list[Letter] = []
        self.closed = 0
        self.before = before

    async def send(self, letter: Letter, at_dot: AtDot) -> Result:
        self.before()
        self.sent.append(letter)
        result = self.results.pop(0) if self.results else Sent("250 ok")
        if isinstance(result, Sent) or (isinstance(result, Later) and result.ambiguous):
            await at_dot()
        return result

    async def close(self) -> None:
        self.closed += 1


def courier(outbox: MemoryOutbox, *senders: Sender, clock: ManualClock | None = None) -> Courier:
    return Courier(outbox, senders, clock or ManualClock(NOW), PATIENCE, jitter=lambda: 0.5)


async def test_a_letter_is_claimed_sent_and_settled() -> None:
    outbox, sender = MemoryOutbox(letter(1)), FakeSender()
    assert await courier(outbox, sender).step() == 1
    assert outbox.rows[1].history == [Phase.SENDING, Phase.AT_DOT, Phase.SENT]
    assert outbox.rows[1].why == "sent: 250 ok"


async def test_r01_the_attempt_is_written_before_dialling() -> None:
    outbox = MemoryOutbox(letter(1))
    seen: list[tuple[Phase, datetime]] = []
    sender = FakeSender(before=lambda: seen.append((outbox.rows[1].phase, outbox.rows[1].next_at)))
    await courier(outbox, sender).step()
    assert seen == [(Phase.SENDING, NOW + PATIENCE.lease)]


class TroubledOutbox(MemoryOutbox):
    """Its n-th call of one kind meets a database in trouble, before anything is written."""

    def __init__(self, *letters: Letter, troubled: dict[str, int]) -> None:
        super().__init__(*letters)
        self.troubled = troubled

    def _trouble(self, call: str) -> None:
        self.troubled[call] = self.troubled.get(call, 0) - 1
        if self.troubled[call] >= 0:
            raise StoreTrouble(TroubleKind.BUSY, "database: locked")

    async def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Letter]:
        self._trouble("claim")
        return await super().claim(now, limit, lease)

    async def at_dot(self, letter_id: int) -> None:
        self._trouble("at_dot")
        await super().at_dot(letter_id)

    async def settle(self, letter_id: int, settlement: Settlement, now: datetime) -> None:
        self._trouble("settle")
        await super().settle(letter_id, settlement, now)


async def _work(carrier: Courier, clock: ManualClock, seconds: int) -> None:
    """Let it run while so many seconds pass."""
    wake, stop = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(carrier.run(wake, stop))
    for _ in range(seconds):
        for _ in range(30):
            await asyncio.sleep(0)
        clock.advance(timedelta(seconds=1))
    stop.set()
    wake.set()
    await running


async def test_b03_what_became_of_a_letter_is_written_down_as_soon_as_the_store_can_again() -> None:
    outbox, clock = TroubledOutbox(letter(1), troubled={"settle": 3}), ManualClock(NOW)
    sender = FakeSender()
    await _work(courier(outbox, sender, clock=clock), clock, 6)
    assert outbox.rows[1].history == [Phase.SENDING, Phase.AT_DOT, Phase.SENT]
    assert len(sender.sent) == 1


async def test_b03_a_dot_that_cannot_be_written_down_is_not_sent_and_cuts_off_nobody_else() -> None:
    outbox, clock = TroubledOutbox(letter(1), letter(2), troubled={"at_dot": 1}), ManualClock(NOW)
    await _work(courier(outbox, FakeSender(), FakeSender(), clock=clock), clock, 2)
    assert outbox.rows[1].history == [Phase.SENDING, Phase.DEFERRED]
    assert outbox.rows[2].history == [Phase.SENDING, Phase.AT_DOT, Phase.SENT]


async def test_b03_a_claim_that_fails_is_tried_again_each_second() -> None:
    outbox, clock = TroubledOutbox(letter(1), troubled={"claim": 3}), ManualClock(NOW)
    await _work(courier(outbox, FakeSender(), clock=clock), clock, 6)
    assert outbox.rows[1].phase is Phase.SENT


async def test_a_deferred_letter_comes_again_at_its_time() -> None:
    outbox, clock = MemoryOutbox(letter(1)), ManualClock(NOW)
    carrier = courier(outbox, FakeSender(Later("relay.4xx", "450 later")), clock=clock)
    await carrier.step()
    assert outbox.rows[1].phase is Phase.DEFERRED and outbox.rows[1].next_at == NOW + timedelta(seconds=60)
    clock.advance(timedelta(seconds=59))
    assert await carrier.step() == 0
    clock.advance(timedelta(seconds=1))
    assert await carrier.step() == 1
    assert outbox.rows[1].history[-1] is Phase.SENT and outbox.rows[1].letter.attempt == 2


async def test_r09_an_ambiguous_end_is_unknown_and_sent_again_with_the_same_message_id() -> None:
    outbox, clock, sender = (
        MemoryOutbox(letter(1)),
        ManualClock(NOW),
        FakeSender(Later("relay.cut", "lost", ambiguous=True)),
    )
    carrier = courier(outbox, sender, clock=clock)
    await carrier.step()
    assert outbox.rows[1].phase is Phase.UNKNOWN
    clock.advance(timedelta(minutes=2))
    await carrier.step()
    assert outbox.rows[1].history == [
        Phase.SENDING,
        Phase.AT_DOT,
        Phase.UNKNOWN,
        Phase.SENDING,
        Phase.AT_DOT,
        Phase.SENT,
    ]
    assert len({sent.message_id for sent in sender.sent}) == 1


async def test_r09_through_a_real_connection_the_same_bytes_go_twice() -> None:
    outbox, clock = MemoryOutbox(letter(1)), ManualClock(NOW)
    async with relay({"dot": [DROP]}) as scripted:
        sender = RelaySender(RelaySettings("127.0.0.1", scripted.port, tls="none", hostname="desk.example", timeout=60))
        carrier = courier(outbox, sender, clock=clock)
        await carrier.step()
        assert outbox.rows[1].phase is Phase.UNKNOWN
        clock.advance(timedelta(minutes=2))
        await carrier.step()
        await sender.close()
    assert outbox.rows[1].history[-1] is Phase.SENT
    assert len(scripted.bodies) == 2 and scripted.bodies[0] == scripted.bodies[1]


async def test_a_permanent_refusal_fails() -> None:
    outbox = MemoryOutbox(letter(1))
    await courier(outbox, FakeSender(Never("relay.5xx", "550 no"))).step()
    assert outbox.rows[1].phase is Phase.FAILED and outbox.rows[1].why == "relay.5xx: 550 no"


async def test_r06_recipients_who_must_wait_are_served_later_and_the_others_not_again() -> None:
    outbox, clock = MemoryOutbox(letter(1, recipients=("a@one.example", "b@two.example"))), ManualClock(NOW)
    sender = FakeSender(Sent("250 ok", later=(("b@two.example", "450 later"),)))
    carrier = courier(outbox, sender, clock=clock)
    await carrier.step()
    assert outbox.rows[1].phase is Phase.DEFERRED
    clock.advance(timedelta(minutes=2))
    await carrier.step()
    assert sender.sent[1].recipients == ("b@two.example",) and outbox.rows[1].history[-1] is Phase.SENT


async def test_r14_a_relay_down_for_five_days() -> None:
    outbox, clock = MemoryOutbox(letter(1)), ManualClock(NOW)
    down = Later("relay.unreachable", "connecting: refused")
    sender = FakeSender(*[down] * 100_000)
    carrier = Courier(outbox, [sender], clock, Patience(), jitter=lambda: 0.5)
    while outbox.rows[1].phase is not Phase.FAILED:
        assert clock.now() <= NOW + timedelta(days=5, minutes=5)  # the relay may be resting when the time is up
        await carrier.step()
        clock.move_to(max(outbox.rows[1].next_at, carrier.backoff.resume_at or clock.now()))
    assert outbox.rows[1].why.startswith("relay.expired: given up after ") and "refused" in outbox.rows[1].why
    assert clock.now() >= NOW + timedelta(days=5)


async def test_r15_a_failing_relay_is_asked_once_not_for_every_letter() -> None:
    outbox, clock = MemoryOutbox(*[letter(n) for n in range(1, 501)]), ManualClock(NOW)
    sender = FakeSender(*[Later("relay.unreachable", "refused")] * 1000)
    carrier = courier(outbox, sender, clock=clock)
    await carrier.step()
    assert len(sender.sent) == 1
    assert await carrier.step() == 0
    clock.advance(timedelta(hours=1))
    await carrier.step()
    assert len(sender.sent) == 2
    assert outbox.claims == [10, 1]


async def test_r04_a_refused_login_is_not_tried_again_for_five_minutes() -> None:
    outbox, clock = MemoryOutbox(*[letter(n) for n in range(1, 30)]), ManualClock(NOW)
    sender = FakeSender(*[Later("relay.auth", "535")] * 100)
    carrier = courier(outbox, sender, clock=clock)
    for _ in range(600):
        await carrier.step()
        clock.advance(timedelta(seconds=1))
    assert len(sender.sent) == 2


async def test_r16_what_was_claimed_but_not_begun_goes_back_when_the_daemon_stops() -> None:
    outbox = MemoryOutbox(*[letter(n) for n in range(1, 501)])
    sender = FakeSender()
    carrier = courier(outbox, sender)
    sender.before = carrier.stop.set
    await carrier.step()
    phases = [row.phase for row in outbox.rows.values()]
    assert phases.count(Phase.SENT) == 1 and phases.count(Phase.DEFERRED) == 9 and phases.count(Phase.QUEUED) == 490
    after = courier(outbox, FakeSender())
    while await after.step():
        pass
    assert all(row.phase is Phase.SENT for row in outbox.rows.values())


async def test_no_conversation_is_begun_that_could_outlive_its_lease() -> None:
    outbox, clock = MemoryOutbox(letter(1), letter(2)), ManualClock(NOW)
    sender = FakeSender(before=lambda: clock.advance(timedelta(minutes=16)))
    await courier(outbox, sender, clock=clock).step()
    assert [row.phase for row in outbox.rows.values()] == [Phase.SENT, Phase.DEFERRED]
    assert outbox.rows[2].next_at == clock.now()


@pytest.mark.parametrize("folder", [False, True])
async def test_every_failpoint_lies_on_the_road(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: bool) -> None:
    passed: list[str] = []
    outbox = MemoryOutbox(letter(1))

    def hit(name: str) -> None:
        passed.append(f"{name} {outbox.rows[1].phase}")

    monkeypatch.setattr(failpoints, "hit", hit)
    async with relay() as scripted:
        settings = RelaySettings("127.0.0.1", scripted.port, tls="none", hostname="desk.example", timeout=60)
        sender: Sender = FolderSender(tmp_path) if folder else RelaySender(settings)
        await courier(outbox, sender).step()
        await sender.close()
    assert passed == [
        "outbox.leased sending",
        "outbox.at_dot at_dot",
        "outbox.after_dot_before_250 at_dot",
        "outbox.after_250_before_commit at_dot",
    ]


async def test_r17_a_letter_that_was_never_written_is_not_sent_empty() -> None:
    outbox, sender = MemoryOutbox(letter(1, raw=b"")), FakeSender()
    await courier(outbox, sender).step()
    assert sender.sent == []
    assert outbox.rows[1].phase is Phase.FAILED and outbox.rows[1].why.startswith("letter.unwritten: ")


async def test_several_senders_share_a_round() -> None:
    outbox = MemoryOutbox(*[letter(n, ticket=None if n % 2 else n) for n in range(1, 21)])
    meeting = asyncio.Barrier(2)

    class Waiting(FakeSender):
        async def send(self, letter: Letter, at_dot: AtDot) -> Result:
            await meeting.wait()  # passes only while two conversations are open
            return await super().send(letter, at_dot)

    one, two = Waiting(), Waiting()
    assert await courier(outbox, one, two).step() == 20
    assert len(one.sent) == len(two.sent) == 10
    assert all(row.phase is Phase.SENT for row in outbox.rows.values())


async def test_letters_of_one_ticket_leave_one_after_the_other() -> None:
    outbox = MemoryOutbox(*[letter(n, ticket=7 if n in (1, 2, 4) else n) for n in range(1, 6)])
    first = asyncio.Event()

    class Slow(FakeSender):
        async def send(self, letter: Letter, at_dot: AtDot) -> Result:
            if letter.id == 1:
                await first.wait()  # the other connection is quicker
            if letter.id == 5:
                first.set()
            return await super().send(letter, at_dot)

    one, two = Slow(), Slow()
    assert await courier(outbox, one, two).step() == 5
    assert [[sent.id for sent in sender.sent] for sender in (one, two)] == [[1, 2, 4], [3, 5]]


async def test_older_letters_are_asked_for_before_a_failing_relay_is_tried_again() -> None:
    outbox, clock = MemoryOutbox(letter(1)), ManualClock(NOW)
    asked: list[datetime] = []

    async def hasten() -> None:
        asked.append(clock.now())

    sender = FakeSender(Later("relay.unreachable", "refused"))
    carrier = Courier(outbox, [sender], clock, PATIENCE, jitter=lambda: 0.5, hasten=hasten)
    await carrier.step()
    await carrier.step()
    assert asked == []  # it rests
    clock.advance(timedelta(minutes=2))
    await carrier.step()
    await carrier.step()
    assert asked == [clock.now()]  # once, since it answers again


async def until(true: Callable[[], bool]) -> None:
    """Let the loop go round until something is so; the test's own time limit ends it otherwise."""
    while not true():  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_the_loop_sleeps_until_a_letter_is_due_and_wakes_for_a_new_one() -> None:
    outbox, clock = MemoryOutbox(letter(1, created_at=NOW)), ManualClock(NOW)
    outbox.rows[1].next_at = NOW + timedelta(minutes=5)
    sender, wake, stop = FakeSender(), asyncio.Event(), asyncio.Event()
    carrier = courier(outbox, sender, clock=clock)
    running = asyncio.create_task(carrier.run(wake, stop))
    await until(lambda: bool(outbox.claims))
    assert sender.sent == []
    while not sender.sent:
        clock.move_to(NOW + timedelta(minutes=5))
        await asyncio.sleep(0)
    outbox.rows[2] = Row(letter(2))
    wake.set()
    await until(lambda: len(sender.sent) == 2)
    stop.set()
    wake.set()
    await running
    assert sender.closed >= 2
    assert [row.phase for row in outbox.rows.values()] == [Phase.SENT, Phase.SENT]


async def test_trouble_of_our_own_is_not_hidden() -> None:
    class Broken(MemoryOutbox):
        async def settle(self, letter_id: int, settlement: Settlement, now: datetime) -> None:
            raise RuntimeError("our bug")

    with pytest.raises(ExceptionGroup):
        await courier(Broken(letter(1)), FakeSender()).step()


RESULTS = [Sent("250"), Later("relay.4xx", "450"), Later("relay.cut", "x", ambiguous=True), Never("relay.5xx", "550")]


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("age", [0, 6])
def test_every_result_settles_by_an_allowed_move(result: Result, age: int) -> None:
    made = settle(letter(1, created_at=NOW - timedelta(days=age)), result, NOW, PATIENCE, lambda: 0.5)
    assert made.phase in MOVES[Phase.AT_DOT]
    assert (made.next_at is not None) == (made.phase in (Phase.DEFERRED, Phase.UNKNOWN))
    assert made.code and made.why
