"""Service levels and what stands beside a ticket, through the real daemon: mail in, time moved, mail out.

| row | journey |
|---|---|
| policies by rule, re-chosen when facts change; targets; pauses; levels; the expected day | test_a_promise_* |
| conditions and views, met and missed, the report as rows, CSV and picture | test_a_promise_* |
| a changed rule file meets the clocks of open tickets; simulating unchanged rules changes nothing | test_a_promise_* |
| customer, level, progress, earlier and open orders, bought, ratings, facts in one screen | test_everything_beside_* |
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon, amend
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

RULES = """
[[sla]]
name = "Rush"
all = ["tags any ['rush']"]
resolution = "2bh"

[[sla]]
name = "Standard"
first_reply = "4bh"
next_reply = "4bh"
resolution = "2bd"
pause = ["pending", "on-hold"]
escalate = [
  { target = "first_reply", before = "1bh", do = [{ notify = "assignee", template = "notify_agent" }] },
  { target = "first_reply", after = "0h", do = [{ notify = "lead", template = "notify_lead", text = "missed" }] },
  { target = "first_reply", after = "1bh", do = [{ set = { priority = "high" } }] },
  { target = "first_reply", after = "2bh", do = [{ set = { assignee = "lead" } }] },
]

[[trigger]]
name = "Tell the day"
on = "created"
do = [{ notify = "requester", template = "reply", text = "Expected on {{ ticket.expected }}." }]

[[view]]
name = "soon"
all = ["status < solved", "hours_until('sla.due') <= 1", "not sla.breached"]
columns = ["id", "subject"]

[[view]]
name = "missed"
all = ["status < solved", "sla.breached", "sla.first_reply == late"]
columns = ["id", "subject"]
"""
HOUR = timedelta(hours=1)
CLERK = "orders-agent"


@pytest.fixture
def desk(start: Callable[..., Daemon], desk_folder: Path) -> Daemon:
    config = desk_folder / "config.toml"
    config.write_text(config.read_text() + RULES)
    return start()


def target(daemon: Daemon, ticket: int, name: str) -> dict[str, Any]:
    found = {clock["target"]: clock for clock in daemon.ticket(ticket)["sla"]["targets"]}
    clock: dict[str, Any] = found[name]
    return clock


def view(daemon: Daemon, name: str) -> list[int]:
    return [row["id"] for row in daemon.ask("view.page", name=name, limit=99)]


def test_a_promise_is_kept_or_missed_paused_escalated_told_and_counted(desk: Daemon, relay: Relay) -> None:
    mia = Customer(desk, "Mia Okafor", "mia@blueharbor.example")
    mia.order()
    told = next(letter for letter in relay.letters if "Expected on" in letter.text)
    assert "Expected on 2026-11-25." in told.text, "two working days after Monday"
    assert desk.ticket(1)["sla"]["policy"] == "Standard"
    assert target(desk, 1, "first_reply")["due_at"] == "2026-11-23T13:00:00Z"

    desk.advance(3 * HOUR)
    desk.quiet()
    assert view(desk, "soon") == [1]
    before = written(desk, 1)
    assert ("notify_agent", "mia@blueharbor.example") not in before
    desk.advance(3 * HOUR)  # past the due and both levels behind it
    desk.quiet()
    ticket = desk.ticket(1)
    assert (ticket["priority"], ticket["assignee"]) == ("high", "lead")
    assert [template for template, _ in written(desk, 1)].count("notify_lead") == 1
    assert target(desk, 1, "first_reply")["breached_at"] == "2026-11-23T13:00:00Z"
    assert view(desk, "missed") == [1]

    desk.ask("ticket.reply", CLERK, id=1, text="We are on it.")
    assert target(desk, 1, "first_reply")["state"] == "missed"
    desk.ask("ticket.move", CLERK, id=1, status="pending")
    paused = target(desk, 1, "resolution")
    assert (paused["state"], paused["due_at"]) == ("paused", None)
    desk.advance(timedelta(days=1))
    desk.ask("ticket.move", CLERK, id=1, status="open")
    again = target(desk, 1, "resolution")
    assert again["consumed_s"] == paused["consumed_s"], "a pause adds nothing"

    mia.send(mia.answer(told, "Where is it?"))
    desk.quiet()
    assert target(desk, 1, "next_reply")["state"] == "running"
    desk.ask("ticket.set", CLERK, id=1, changes=[["tags", "+rush"]])
    rush = desk.ticket(1)["sla"]
    assert rush["policy"] == "Rush"
    assert target(desk, 1, "resolution")["consumed_s"] == paused["consumed_s"]
    assert target(desk, 1, "resolution")["state"] == "late", "two working hours had long been used"
    assert target(desk, 1, "next_reply")["state"] == "dropped"
    desk.ask("ticket.set", CLERK, id=1, changes=[["tags", "-rush"]])

    mia.order("Purchase order PO-70232", "Please send 5 pcs BH-1001, our order PO-70232.")
    desk.ask("ticket.reply", CLERK, id=2, text="Thank you.")
    rows = desk.ask("report.sla")
    shares = {(row["policy"], row["target"]): (row["met"], row["missed"], row["share"]) for row in rows}
    assert shares["Standard", "first_reply"] == (1, 1, 50.0)
    text = maild(desk.folder, "report", "sla", "--csv").raw.decode()
    assert text.splitlines()[0] == "month,department,policy,target,met,missed,running,share"
    assert maild(desk.folder, "report", "sla", "--svg", "sla.svg").code == 0
    assert "first reply" in (desk.folder / "sla.svg").read_text()

    told_why = desk.ask("rules.explain", id=1)
    assert any("sla.Standard.resolution" in str(row) for row in told_why)
    same = maild(desk.folder, "rules", "simulate", "--config", "config.toml", "--json")
    assert same.code == 0, same.err
    assert [row for row in same.rows if row.get("differences")] == []

    amend(desk.folder, ('first_reply = "4bh"\nnext', 'first_reply = "1bh"\nnext'))
    while desk.reload()["event"] != "config.reloaded":
        pass
    desk.quiet()
    assert target(desk, 2, "first_reply")["state"] == "met"
    mia.order("Purchase order PO-70233", "Please send 7 pcs BH-1001, our order PO-70233.")
    assert target(desk, 3, "first_reply")["allowed_s"] == 3600


def written(daemon: Daemon, ticket: int) -> list[tuple[str, str]]:
    return [(letter["template"], letter["to_address"]) for letter in daemon.letters(ticket)]


FACTS = """kind,key,organization,address,date,amount,currency,text,link
invoice,2026-881,Blue Harbor Supplies,,2026-10-30,1250.00,EUR,open,https://erp.example/i/2026-881
invoice,2026-882,Blue Harbor Supplies,,2026-11-02,80.50,EUR,paid,
note,n1,,mia@blueharbor.example,,,,prefers mail,
"""


def test_everything_beside_a_ticket_stands_on_one_screen(desk: Daemon) -> None:
    customer = Customer(desk, "Mia Okafor", "mia@blueharbor.example")
    customer.order()
    desk.ask("ticket.set", CLERK, id=1, changes=[["total_cost", "335.00"], ["currency", "EUR"], ["status", "open"]])
    desk.ask("ticket.move", "lead", id=1, status="solved")
    customer.order("Purchase order PO-70232", "Please send 5 pcs BH-1001, our order PO-70232.")
    customer.order("Purchase order PO-70233", "Please send 6 pcs BH-1001, our order PO-70233.")
    (desk.folder / "facts.csv").write_text(FACTS)
    assert maild(desk.folder, "fact", "import", "facts.csv").code == 0
    put = {"organization": "Blue Harbor Supplies", "kind": "invoice", "key": "2026-882", "amount": "80.50"}
    [row] = desk.ask("fact.put", CLERK, rows=[put | {"currency": "EUR", "text": "paid twice", "date": "2026-11-02"}])
    assert row["id"] == 2, "the same key again replaces it"
    refused = maild(desk.folder, "fact", "import", "-", given=b"kind,key,amount\ninvoice,1,many\n")
    assert refused.code == 65
    assert "line 2" in refused.err
    assert "organization" in refused.err

    beside = desk.ticket(3)["customer"]
    assert [ticket["id"] for ticket in beside["open"]] == [2]
    assert [ticket["id"] for ticket in beside["earlier"]] == [1]
    assert beside["bought"] == {"EUR": "335.00"}
    assert [(fact["key"], fact["amount"], fact["text"]) for fact in beside["facts"]] == [
        ("2026-882", "80.50", "paid twice"),
        ("2026-881", "1250.00", "open"),
        ("n1", None, "prefers mail"),
    ]
    screen = maild(desk.folder, "ticket", "show", 3).out
    for words in (
        "Standard",
        "first_reply",
        "bought 335.00 EUR",
        "PO-70231",
        "paid twice",
        "https://erp.example/i/",
        "next ",
    ):
        assert words in screen, words
    assert maild(desk.folder, "fact", "drop", 3).code == 0
    assert "prefers mail" not in maild(desk.folder, "ticket", "show", 3).out
