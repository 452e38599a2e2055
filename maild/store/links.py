"""The editions of customers' signed links."""

from sqlalchemy import bindparam, select, update

from maild.store.prepared import Prepared
from maild.store.tables import LINK_EDITION
from maild.store.tx import Tx

_EDITION = Prepared(select(LINK_EDITION.c.edition).where(LINK_EDITION.c.person_id == bindparam("person")))


def edition(tx: Tx, person: int) -> int:
    """How often this person's links were revoked."""
    return int(tx.scalar(_EDITION, {"person": person}) or 0)


def revoke(tx: Tx, person: int, by: str) -> int:
    """Make every link that the person was sent useless; the edition from now on."""
    if tx.insert_new(LINK_EDITION, person_id=person, edition=1, revoked_at=tx.now, revoked_by=by):
        return 1
    mine = update(LINK_EDITION).where(LINK_EDITION.c.person_id == person)
    tx.execute(mine.values(edition=LINK_EDITION.c.edition + 1, revoked_at=tx.now, revoked_by=by))
    return edition(tx, person)
