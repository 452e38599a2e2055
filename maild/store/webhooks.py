"""How webhooks fare: since when one fails without a success, and which are switched off for it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from maild.domain.letter import Kind, Phase
from maild.store.tables import LETTER, TO_SEND, WEBHOOK
from maild.store.tx import Tx

PATIENCE = timedelta(days=1)
"""A webhook that has failed for so long without a success is switched off."""


def is_off(tx: Tx, name: str) -> bool:
    return tx.scalar(select(WEBHOOK.c.off_at).where(WEBHOOK.c.name == name)) is not None


def name_of(tx: Tx, letter_id: int) -> str:
    return str(tx.scalar(select(LETTER.c.to_address).where(LETTER.c.id == letter_id)))


def worked(tx: Tx, name: str) -> None:
    """Forget its failures; one that was off is on again."""
    tx.execute(WEBHOOK.delete().where(WEBHOOK.c.name == name))


def failed(tx: Tx, name: str, why: str) -> bool:
    """Take notice of a failure; True when that switched it off. Its waiting calls then fail for that reason."""
    tx.insert_new(WEBHOOK, name=name, failing_since=tx.now)
    tx.execute(update(WEBHOOK).where(WEBHOOK.c.name == name).values(why=why))
    patient = update(WEBHOOK).where(WEBHOOK.c.name == name, WEBHOOK.c.off_at.is_(None))
    if not tx.execute(patient.where(WEBHOOK.c.failing_since <= tx.now - PATIENCE).values(off_at=tx.now)).rowcount:
        return False
    waiting = update(LETTER).where(TO_SEND, LETTER.c.kind == Kind.WEBHOOK, LETTER.c.to_address == name)
    tx.execute(waiting.values(phase=Phase.FAILED, code="webhook.off", why=told(name), settled_at=tx.now))
    return True


def told(name: str) -> str:
    return f"webhook {name} was switched off after a day of failures; 'maild webhook on {name}' switches it on"


def rows(tx: Tx) -> list[dict[str, Any]]:
    return tx.rows(select(WEBHOOK).order_by(WEBHOOK.c.name))
