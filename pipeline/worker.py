"""The worker: claims stored mails, has them read by the children, settles each. Nothing that a mail does stops it."""

import asyncio
from datetime import timedelta

import structlog

from maild import failpoints
from maild.clock import Clock
from maild.domain.spool import Outcome
from maild.store import knowledge, spool
from maild.store.db import Database
from maild.store.spool import Claimed, Settled, SettledBefore
from maild.store.trouble import STORE_PAUSE, StoreTrouble
from maild.store.tx import Tx
from pipeline import authenticity, settle
from pipeline.furniture import Desk
from pipeline.own_check.prover import Prover
from pipeline.own_check.question import UNCHECKED, Checked
from pipeline.pool import Pool
from pipeline.understood import Understood, Unread

BATCH = 16  # mails claimed at once
BATCH_BYTES = 4 * 1024 * 1024
PAUSES = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5))  # before a failed mail is tried again
MOST_CLAIMS = 20  # a mail in work at so many deaths of the daemon is taken for their reason

Batch = list[tuple[Claimed, Understood | Unread, Checked]]
"""Mails in the order of their arrival, with what a child and our own check say of each."""

log = structlog.get_logger("maild.worker")


class Worker:
    """``name`` marks its leases; ``desk`` may be swapped between steps by a reload."""

    def __init__(self, name: str, db: Database, desk_: Desk, pool: Pool, clock: Clock, prover: Prover) -> None:
        self.desk = desk_
        self._prover = prover
        self._name = name
        self._db = db
        self._pool = pool
        self._clock = clock

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Work until ``stop``; sleeps until a mail is stored or one that was put back is due again.

        While one batch is settled the children read the next; settled is in the order of arrival all the same.
        """
        ahead: asyncio.Task[Batch] | None = None
        interrupted = False
        try:
            while ahead is not None or not stop.is_set():
                wake.clear()
                try:
                    if interrupted and ahead is None:  # what was claimed then need not wait for its lease to end
                        await self._db.write(lambda tx: spool.release_leases(tx, self._name))
                        interrupted = False
                    reading, ahead = ahead or asyncio.create_task(self._read()), None
                    if batch := await reading:
                        ahead = None if stop.is_set() or interrupted else asyncio.create_task(self._read())
                        await self._settle_all(batch)
                    else:
                        await self._clock.wait(wake, await self._db.read(spool.next_due))
                except StoreTrouble as trouble:
                    log.error("worker.waiting", why=trouble.what, hint=trouble.hint)
                    interrupted = True
                    await self._clock.wait(wake, self._clock.now() + STORE_PAUSE)
        finally:
            if ahead is not None:
                ahead.cancel()  # a bug ended us; its leases run out

    async def step(self) -> int:
        """Claim, read and settle one batch; returns how many mails it was."""
        batch = await self._read()
        await self._settle_all(batch)
        return len(batch)

    async def _read(self) -> Batch:
        """Claim a batch and have it read, by all children at once."""
        lease = timedelta(seconds=self.desk.config.workers.lease_seconds)
        batch = await self._db.write(lambda tx: spool.claim(tx, self._name, lease, BATCH, BATCH_BYTES))
        if not batch:
            return []
        failpoints.hit("parse.leased")
        spent, fresh = _divide(batch)
        await asyncio.gather(*(self._park(mail) for mail in spent))
        raws, usual = await self._db.read(lambda tx: ([spool.raw(tx, mail.id) for mail in fresh], knowledge.usual(tx)))
        answers = await self._pool.read_all(raws, usual)
        return list(zip(fresh, answers, await self._check(fresh, raws, answers), strict=True))

    async def _settle_all(self, batch: Batch) -> None:
        await asyncio.gather(*(self._settle(*read) for read in batch))

    async def _check(
        self, mails: list[Claimed], raws: list[bytes], answers: list[Understood | Unread]
    ) -> list[Checked]:
        """What our own check says of each mail; most need none."""
        config = self.desk.config
        if not config.smtp.check_authentication:
            return [UNCHECKED] * len(mails)
        envelopes = await self._db.read(lambda tx: [spool.first_envelope(tx, mail.id) for mail in mails])
        now = self._clock.now()
        questions = [
            authenticity.question(config, answer.mail, envelope, now) if isinstance(answer, Understood) else None
            for answer, envelope in zip(answers, envelopes, strict=True)
        ]
        asked = [(question, raw) for question, raw in zip(questions, raws, strict=True) if question is not None]
        found = iter(await self._prover.check(asked))
        return [UNCHECKED if question is None else next(found) for question in questions]

    async def _settle(self, mail: Claimed, answer: Understood | Unread, checked: Checked) -> None:
        desk_ = self.desk
        with structlog.contextvars.bound_contextvars(mail_id=mail.id):
            if isinstance(answer, Unread):
                await self._failed(mail, answer)
                return
            if checked is not UNCHECKED:
                verdict = checked.verdict.outcome.value if checked.verdict else "open"
                log.info("mail.checked", verdict=verdict, results=checked.said)

            def run(tx: Tx) -> Settled:
                settled = settle.settle(tx, desk_, mail, answer, checked)
                failpoints.hit("parse.before_commit")
                return settled

            try:
                await self._db.write(run)
            except SettledBefore:
                log.info("mail.settled_before")  # its lease had ended, and another worker was quicker
                return
            except StoreTrouble:
                raise  # not the mail's fault: its lease ends and it is tried again
            except Exception as error:  # a bug of ours must not cost the mail, nor block the next one
                log.exception("mail.settle_failed")
                await self._failed(mail, Unread("settle.failed", f"settling failed: {type(error).__name__}"))
                return
            failpoints.hit("parse.after_commit")

    async def _failed(self, mail: Claimed, unread: Unread) -> None:
        if mail.attempts >= self.desk.config.workers.max_tries and unread.code != "parser.unavailable":
            await self._park(mail, unread)
            return
        pause = PAUSES[min(mail.attempts, len(PAUSES)) - 1]
        log.warning("mail.put_back", code=unread.code, why=unread.why, attempt=mail.attempts)
        await self._db.write(lambda tx: spool.release(tx, mail.id, tx.now + pause, unread.code, unread.why))

    async def _park(self, mail: Claimed, unread: Unread | None = None) -> None:
        """Quarantine a mail that cannot be read: listed, kept, and tried again only when a person asks."""
        unread = unread or Unread("parser.killed", "the daemon died each time while the mail was in work")
        why = f"{unread.why}; put aside after {mail.attempts} tries"
        await self._db.write(lambda tx: spool.finish(tx, mail.id, Settled(Outcome.QUARANTINED, why, unread.code)))
        log.error("mail.quarantined", mail_id=mail.id, code=unread.code, why=why)


def _divide(batch: list[Claimed]) -> tuple[list[Claimed], list[Claimed]]:
    """Mails that were in work at too many deaths of the daemon, and the rest."""
    spent = [mail for mail in batch if mail.attempts > MOST_CLAIMS]
    return spent, [mail for mail in batch if mail.attempts <= MOST_CLAIMS]
