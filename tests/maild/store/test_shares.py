"""A ticket of a hidden department is seen by the department whose transition is next, and as long as it is."""

from sqlalchemy import func, select

from maild.domain.effects import EnterBlueprint, MoveState, SetDepartment
from maild.store import comments, search, stands, tickets, visibility
from maild.store.db import Database
from maild.store.tables import COMMENT, TICKET
from maild.store.tx import Tx
from pipeline import apply
from tests.maild.store import builders

SHARES = (("asked", "service"), ("asked", "packing"))
HIDDEN = frozenset({"orders"})  # from people of service


def walk(tx: Tx, ticket: int, effect: EnterBlueprint | MoveState) -> None:
    before = tickets.snapshot(tx, ticket)
    stands.log(tx, before, effect, "agent:ada", "rules", SHARES)
    apply.apply_one(tx, before, effect)


def seen(db: Database, hidden: frozenset[str]) -> tuple[int, int, int, bool]:
    """Tickets, comments and hits in the search that people see, and whether the ticket is shared with them."""

    def look(tx: Tx) -> tuple[int, int, int, bool]:
        listed = tx.scalar(select(func.count()).select_from(TICKET).where(visibility.shown(hidden)))
        said = tx.scalar(
            select(func.count()).select_from(COMMENT).where(visibility.shown_by(COMMENT.c.ticket_id, hidden))
        )
        hits = len(search.find(tx, "zinc", hidden=hidden))
        return int(listed), int(said), hits, visibility.is_shared(tx, 1, hidden)

    return db.read_now(look)


def test_it_is_shared_as_long_as_it_stands_there(db: Database) -> None:
    def come(tx: Tx) -> None:
        number = builders.ticket(tx)
        apply.apply_one(tx, tickets.snapshot(tx, number), SetDepartment("orders"))
        comments.add(tx, number, "agent:ada", "zinc", public=False)
        walk(tx, number, EnterBlueprint("way", "v1", "received"))

    db.write_now(come)
    assert seen(db, HIDDEN) == (0, 0, 0, False)
    assert seen(db, frozenset()) == (1, 1, 1, False), "who sees all sees it anyway"
    db.write_now(lambda tx: walk(tx, 1, MoveState("ask", "asked")))
    assert seen(db, HIDDEN) == (1, 1, 1, True)
    assert seen(db, HIDDEN | {"service"}) == (1, 1, 1, True), "packing has a say too"
    assert seen(db, HIDDEN | {"service", "packing"}) == (0, 0, 0, False)
    assert db.read_now(visibility.shared_with) == {"service", "packing"}
    db.write_now(lambda tx: walk(tx, 1, MoveState("answer", "received")))
    assert seen(db, HIDDEN) == (0, 0, 0, False)
