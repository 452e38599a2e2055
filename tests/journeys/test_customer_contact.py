"""What reaches customers, and what they say of it: a budget of letters, a rating counted once; asked aside and found
again on both databases.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

WEB = ('domain = "shop.example"\n', 'domain = "shop.example"\nbase_url = "https://desk.shop.example"\n')
TOP = "[smtp]\n"
URGENT = """
[[trigger]]
name = "Urgent word"
on = "updated"
all = ["tags any ['recall']"]
do = [{ notify = "requester", template = "problem_notice", text = "Recall", urgent = true }]

[[trigger]]
name = "Plain word"
on = "updated"
all = ["tags any ['chatter']"]
do = [{ notify = "requester", template = "problem_notice", text = "Chatter" }]

# ---- automations"""


def ordered(daemon: Daemon, number: int) -> int:
    text = ORDER.replace("PO-70231", f"PO-8800{number}")
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example", written=number * 10).order(f"Order {number}", text)
    daemon.quiet()
    return int(daemon.tickets()[0]["id"])


def test_a_customer_gets_so_many_letters_a_day_and_urgent_ones_all_the_same(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    daemon = start((TOP, "[letters]\nper_customer_per_day = 2\n" + TOP), ("# ---- automations", URGENT))
    tickets = [ordered(daemon, number) for number in (1, 2, 3)]
    assert [letter.recipients for letter in relay.letters].count(("mia@blueharbor.example",)) == 2
    [held] = [letter for letter in daemon.letters(tickets[2]) if letter["to_address"] == "mia@blueharbor.example"]
    assert (held["phase"], held["code"]) == ("held", "budget.spent")
    assert held["why"].startswith("2 automatic letters to this customer within 24 hours, 2 allowed")
    explained = daemon.ask("rules.explain", id=tickets[2])
    assert any("budget.spent" in str(row.get("why")) for row in explained)
    daemon.ask("ticket.set", "orders-agent", id=tickets[0], changes=[["tags", "+recall +chatter"]])
    daemon.quiet()
    fates = [(n["template"], n["phase"], n["code"]) for n in daemon.letters(tickets[0])[-2:]]
    assert [fate[:2] for fate in fates] == [("problem_notice", "sent"), ("problem_notice", "held")]
    assert fates[1][2] == "budget.spent"
    daemon.ask("ticket.reply", "orders-agent", id=tickets[0], text="A person's own words always leave.")
    daemon.quiet()
    assert any("own words always leave" in letter.text for letter in relay.letters)
    assert daemon.ask("outbox.release", "orders-agent", id=held["id"])
    daemon.ask("ticket.set", "orders-agent", id=tickets[0], changes=[["tags", "-recall -chatter"]])
    assert ordered(daemon, 5), "a confirmation more that has no room"
    mias = [n for n in relay.letters if n.recipients == ("mia@blueharbor.example",)]
    daemon.advance(timedelta(hours=25))
    [summary] = [n for n in relay.letters if n.recipients == ("mia@blueharbor.example",)][len(mias) :]
    assert f"#{tickets[0]}: " in summary.text and f"#{daemon.tickets()[0]['id']}: " in summary.text
    assert f"#{tickets[2]}: " not in summary.text, "that one was released"
    waited = [n for n in daemon.letters(tickets[0]) if n["template"] == "problem_notice"][-1]
    assert (waited["phase"], waited["code"]) == ("dropped", "budget.summed_up")
    assert daemon.ask("outbox.list", phase="held") == []
    before = len([n for n in relay.letters if n.recipients == ("mia@blueharbor.example",)])
    ordered(daemon, 4)
    assert len([n for n in relay.letters if n.recipients == ("mia@blueharbor.example",)]) == before + 1


def test_a_rating_is_counted_once_however_often_the_link_is_followed(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    daemon = start(WEB, (TOP, '[web]\nenabled = true\nlisten = "127.0.0.1:0"\n' + TOP))
    ticket = ordered(daemon, 1)
    fields = [("carrier", "UPS"), ("tracking_number", "1Z"), ("so_number", "1"), ("ship_date", "2026-11-30")]
    daemon.ask("ticket.set", "orders-agent", id=ticket, changes=[*fields, ("tags", "+order_processed")])
    daemon.ask("ticket.macro", "orders-agent", id=ticket, macro="shipped")
    daemon.quiet()
    [token] = re.findall(r"https://desk\.shop\.example/rate/(\S+)", relay.newest("mia@blueharbor.example").text)
    assert daemon.ask("rating.put", token=token, score=4)[0]["again"] is False
    assert daemon.ask("rating.put", token=token, score=4)[0]["again"] is True
    assert daemon.ask("rating.put", token=token, score="2", words="It came late.")[0]["again"] is True
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")
    reply_to = str(relay.newest("mia@blueharbor.example").mail["Reply-To"]).partition("+")[2].partition("@")[0]
    for wrong, score in ((forged, 5), (reply_to, 5), (reply_to.replace("t", "r", 1), 5), ("", 5), (token, 6)):
        with pytest.raises(Exception, match=r"not one of ours|from 1 to 5"):
            daemon.ask("rating.put", token=wrong, score=score)
    assert daemon.ticket(ticket)["rating"]["score"] == 2
    assert maild(daemon.folder, "report", "satisfaction", "--json").rows == [
        {
            "month": "2026-11",
            "organization": "Blue Harbor Supplies",
            "ratings": 1,
            "average": 2.0,
            "satisfied": 0.0,
        }
    ]
    assert maild(daemon.folder, "report", "satisfaction", "--csv").out.startswith("month,organization,ratings")


def test_asked_aside_resolved_and_found(daemon: Daemon, relay: Relay) -> None:
    ticket = ordered(daemon, 1)
    daemon.ask(
        "side.begin", "orders-agent", id=ticket, to="carrier@freight.example", subject="Two pallets", text="Friday?"
    )
    daemon.quiet()
    carrier = Customer(daemon, "", "carrier@freight.example")
    carrier.send(carrier.answer(relay.newest("carrier@freight.example"), "Friday."))
    daemon.quiet()
    [side] = daemon.ask("side.list", ticket=ticket)
    assert (side["messages"], side["with"]) == (2, "carrier@freight.example")
    assert [c["text"].strip() for c in daemon.ticket(ticket)["comments"]][1:] == []
    daemon.ask("ticket.resolve", "orders-agent", id=ticket, text="Der Dichtring saß verkehrt: über Kopf einbauen.")
    daemon.ask("ticket.resolve", "orders-agent", id=ticket, text="Der Dichtring saß verkehrt: ÜBER Kopf einbauen.")
    for words in ("uber dichtring", "über kopf", "DICHT*", "PO-88001 dichtring", "bh-1001 kopf"):
        assert [row["ticket"] for row in daemon.ask("search", words=words)] == [ticket], words
    assert daemon.ask("search", words="dichtring nirgends") == []
    daemon.ask("task.add", "orders-agent", ticket=ticket, title="Papers", to="lead", blocks=True)
    with pytest.raises(Exception, match="waits for task 1 \\(Papers\\)"):
        daemon.ask("ticket.move", "orders-agent", id=ticket, status="solved")
    daemon.ask("task.done", "lead", id=1)
    assert daemon.ask("ticket.move", "orders-agent", id=ticket, status="solved")
