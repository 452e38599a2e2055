"""Lists page by page: each row once, in the order that the whole list has."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from maild.domain.query import parse
from maild.store import feed, letter_list, mail_list, resolutions, sides, tasks, ticket_list, timers
from maild.store.db import Database
from maild.store.feed import Reach
from maild.store.resolutions import NewArticle
from maild.store.tasks import NewTask
from maild.store.tx import Tx
from tests.maild.store import builders as make

DAY = timedelta(days=1)


def paged(page: Callable[[int | None], list[dict[str, Any]]], key: str = "id") -> list[int]:
    """The keys of all pages of two."""
    found: list[int] = []
    while rows := page(found[-1] if found else None):
        assert len(rows) <= 2
        found += [row[key] for row in rows]
    return found


def test_pages_hold_each_row_once_in_the_order_of_the_list(db: Database) -> None:
    def told(tx: Tx) -> None:
        numbers = [make.ticket(tx) for _ in range(5)]
        first = numbers[0]
        outsider = make.person(tx, "carrier@else.example").id
        for days in (2, 1, None, 2, None):
            tasks.create(tx, NewTask(first, "x", "ann", "ann", tx.now + days * DAY if days else None))
        for step, days in enumerate((3, 1, 3, 2)):
            timers.arm(tx, first, "remind", step, tx.now + days * DAY)
        for number in numbers:
            make.mail(tx)
            sides.begin(tx, number, outsider, "x", "ann")
            resolutions.resolve(tx, number, "x", "ann")
            resolutions.publish(tx, NewArticle(number, f"{number}.md", "x", "", "x", "ann"))

        assert paged(lambda after: tasks.rows(tx, limit=2, after=after)) == [r["id"] for r in tasks.rows(tx)]
        assert paged(lambda after: timers.listing(tx, limit=2, after=after)) == [r["id"] for r in timers.listing(tx)]
        assert paged(lambda b: sides.rows(tx, limit=2, before=b)) == [r["id"] for r in sides.rows(tx)]
        mails = [r["id"] for r in mail_list.rows(tx, None, None, 99)]
        assert paged(lambda b: mail_list.rows(tx, None, None, 2, before=b)) == mails
        articles = [r["ticket_id"] for r in resolutions.articles(tx)]
        assert paged(lambda b: resolutions.articles(tx, limit=2, before=b), "ticket_id") == articles
        assert [len(mails), len(articles), len(tasks.rows(tx)), len(timers.listing(tx))] == [5, 5, 5, 4]
        assert letter_list.rows(tx, None, None, 2, before=1) == []
        now = tx.now.isoformat().replace("+00:00", "Z")
        later = (tx.now + DAY).isoformat().replace("+00:00", "Z")
        assert len(ticket_list.rows(tx, parse(f"updated:{now} created:{now}"), 9)) == 5
        assert ticket_list.rows(tx, parse(f"updated:{later}"), 9) == []
        assert [event["ticket"] for event in feed.events(tx, Reach(0, 9, ticket=numbers[1]))] == [numbers[1]]

    db.write_now(told)
