"""What was only tried is not there afterwards, and nobody hears of it."""

from maild.store.db import Database
from maild.store.trial import trial
from maild.store.tx import Tx
from tests.maild.store import builders


async def test_what_is_tried_is_taken_back_with_what_would_have_been_said(db: Database) -> None:
    said: list[str] = []

    def run(tx: Tx) -> None:
        tx.tell(lambda: said.append("kept"))
        with trial(tx):
            tx.tell(lambda: said.append("tried"))
            builders.letter(tx)
            assert "outbox" in tx.woken
        assert tx.woken == set()

    await db.write(run)
    assert said == ["kept"]
    assert await db.read(lambda tx: tx.conn.exec_driver_sql("SELECT count(*) FROM letter").scalar()) == 0
