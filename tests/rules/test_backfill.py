"""Another rule file meets open tickets: once, and what was done does not come again, even at the same instant."""

from datetime import timedelta

from maild.control.operation import Request, Row
from maild.control.registry import OPERATIONS
from maild.store import history, timers
from tests.rules.recorded_desk import RecordedDesk

REMIND = """
[[automation]]
name = "Ask how it goes"
all = ["status == open", "hours_since('created') >= 40"]
do = [{ add_tags = ["asked"] }]
"""


def states(desk: RecordedDesk, ticket: int) -> list[str]:
    rows = desk.db.read_now(lambda tx: timers.listing(tx, ticket, all_states=True))
    return [row["state"] for row in rows if row["rule"] == "Ask how it goes"]


def test_rules_that_come_go_and_come_back_act_once(desk: RecordedDesk) -> None:
    old = desk.order()
    desk.wait(timedelta(hours=50))
    young, closed = desk.order(), desk.order()
    desk.do("ticket.move", id=closed, status="closed")
    without, asking = desk.desk, desk.with_rules(REMIND)
    assert desk.reload(asking) == 2
    desk.tick()
    assert (states(desk, old), states(desk, young), states(desk, closed)) == (["fired"], ["pending"], [])
    assert desk.reload(asking) == 0
    assert desk.reload(without) == 1
    assert states(desk, young) == ["cancelled"]
    assert desk.reload(asking) == 1
    desk.tick()
    assert (states(desk, old), states(desk, young)) == (["fired"], ["cancelled", "pending"])
    kinds = [entry["kind"] for entry in desk.db.read_now(lambda tx: history.of_ticket(tx, young))]
    assert kinds == ["TicketCreated", "RulesChanged", "RulesChanged", "RulesChanged"]


def test_timers_that_nobody_fired_are_told_of(desk: RecordedDesk) -> None:
    def status() -> Row:
        [row] = desk.db.read_now(lambda tx: list(OPERATIONS["status"].run(tx, desk.desk, Request("status"))))
        return row

    desk.order()
    desk.reload(desk.desk)
    assert (status()["timers_overdue"], status()["rules_unmet"]) == (0, False)
    due = status()["next_timer_at"]
    desk.wait(due - desk.clock.now() + timedelta(minutes=2), asleep=True)
    assert (status()["timers_overdue"], status()["timer_overdue_since"]) == (1, due)
    desk.tick()
    assert status()["timers_overdue"] == 0
    desk.desk = desk.with_rules(REMIND)
    assert status()["rules_unmet"]
