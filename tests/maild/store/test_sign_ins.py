"""Sessions, passwords, failed tries, tokens and kept answers, on both databases."""

from datetime import timedelta

from maild.clock import ManualClock
from maild.store import api_tokens, dismissal, links, people, sign_ins
from maild.store.db import Database

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


async def test_a_session_is_of_the_password_that_was_proved(db: Database, clock: ManualClock) -> None:
    assert not await db.write(lambda tx: sign_ins.begin(tx, "d1", "anna", "h1", WEEK))
    await db.write(lambda tx: sign_ins.set_password(tx, "anna", "h1"))
    assert await db.write(lambda tx: sign_ins.begin(tx, "d1", "anna", "h1", WEEK))
    assert not await db.write(lambda tx: sign_ins.begin(tx, "d2", "anna", "h0", WEEK))
    held = await db.read(lambda tx: sign_ins.session(tx, "d1", HOUR))
    assert held is not None and held.name == "anna"
    clock.move_to(clock.now() + HOUR)
    assert await db.read(lambda tx: sign_ins.session(tx, "d1", HOUR)) is None
    await db.write(lambda tx: sign_ins.touch(tx, "d1"))
    assert await db.read(lambda tx: sign_ins.session(tx, "d1", HOUR)) is not None
    assert await db.read(sign_ins.sessions) == {"anna": 1}
    assert await db.write(lambda tx: sign_ins.drop_password(tx, "anna")) == 1
    assert await db.read(sign_ins.with_password) == {}


async def test_failures_are_counted_and_forgotten_after_a_day(db: Database, clock: ManualClock) -> None:
    since = clock.now() - HOUR
    for account, client in (("anna", "a"), ("anna", "b"), ("olaf", "a")):
        await db.write(lambda tx, pair=(account, client): sign_ins.failed(tx, *pair))
    found = await db.read(lambda tx: sign_ins.failures(tx, "anna", "a", since))
    assert (found.both, found.account, found.client) == (1, 2, 2)
    clock.move_to(clock.now() + timedelta(days=1))
    await db.write(lambda tx: sign_ins.failed(tx, "anna", "c"))
    assert (await db.read(lambda tx: sign_ins.failures(tx, "anna", "a", since))).account == 1


async def test_an_answer_is_kept_under_its_key_for_two_days(db: Database, clock: ManualClock) -> None:
    token = await db.write(lambda tx: api_tokens.create(tx, "anna", "", ["orders:read"], "d", None))
    assert await db.write(lambda tx: api_tokens.claim(tx, token, "k", "r")) is None
    await db.write(lambda tx: api_tokens.keep(tx, token, "k", 200, {"id": 1}))
    kept = await db.write(lambda tx: api_tokens.claim(tx, token, "k", "r"))
    assert kept == api_tokens.Kept("r", 200, {"id": 1})
    clock.move_to(clock.now() + timedelta(days=2))
    assert await db.write(lambda tx: api_tokens.claim(tx, token, "k", "other")) is None


async def test_links_of_earlier_editions_are_over(db: Database) -> None:
    person = (await db.write(lambda tx: people.meet(tx, "mara@buyer.example", "Mara"))).id
    assert await db.read(lambda tx: links.edition(tx, person)) == 0
    assert [await db.write(lambda tx: links.revoke(tx, person, "agent:anna")) for _ in range(2)] == [1, 2]
    assert await db.read(lambda tx: links.edition(tx, person)) == 2


async def test_who_is_no_user_any_more_loses_sessions_and_tokens(db: Database) -> None:
    for name in ("anna", "olaf"):
        await db.write(lambda tx, name=name: sign_ins.set_password(tx, name, "h"))
        assert await db.write(lambda tx, name=name: sign_ins.begin(tx, f"s-{name}", name, "h", WEEK))
        await db.write(lambda tx, name=name: api_tokens.create(tx, name, "", ["orders:read"], f"t-{name}", None))
    assert await db.write(lambda tx: dismissal.dismiss_others(tx, {"anna", "olaf"})) == frozenset()
    assert await db.write(lambda tx: dismissal.dismiss_others(tx, {"olaf"})) == {"anna"}
    assert await db.read(sign_ins.sessions) == {"olaf": 1}
    assert await db.read(lambda tx: api_tokens.by_digest(tx, "t-anna")) is None
    assert await db.read(lambda tx: api_tokens.by_digest(tx, "t-olaf")) is not None
    assert await db.write(lambda tx: dismissal.dismiss_others(tx, ())) == {"olaf"}, "nobody is left"
