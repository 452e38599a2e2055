"""Open tickets by whose they are: counts of what somebody may see, nobody's under no name."""

from datetime import timedelta

from sqlalchemy import update

from maild.clock import ManualClock
from maild.domain.condition_syntax import parse
from maild.domain.conditions import Conditions
from maild.domain.vocabulary import Vocabulary
from maild.store import views
from maild.store.db import Database
from maild.store.tables import TICKET
from maild.store.views import Group
from maild.store.visibility import ALL, Sight
from tests.maild.store import builders
from tests.maild.store.conftest import START

OPEN = Conditions((parse("status < solved", Vocabulary()),))


def test_open_tickets_are_counted_by_assignee_within_what_is_seen(db: Database, clock: ManualClock) -> None:
    for assignee, department in ((None, None), ("ada", "sales"), ("ada", "repair"), ("ben", "repair")):
        number = db.write_now(builders.ticket)
        known = {"assignee": assignee, "department": department}
        db.write_now(lambda tx: tx.execute(update(TICKET).where(TICKET.c.id == number).values(**known)))  # noqa: B023
        clock.advance(timedelta(hours=1))
    hour = timedelta(hours=1)

    def found(sight: Sight) -> dict[str, Group]:
        return db.read_now(lambda tx: views.by_assignee(tx, OPEN, sight))

    assert found(ALL) == {"": Group(1, START), "ada": Group(2, START + hour), "ben": Group(1, START + 3 * hour)}
    assert found(Sight(frozenset({"repair"}))) == {"": Group(1, START), "ada": Group(1, START + hour)}
    assert found(Sight(frozenset({"repair"}), only="sales")) == {"ada": Group(1, START + hour)}
    assert found(Sight(only="")) == {"": Group(1, START)}
