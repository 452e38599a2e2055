"""The way of an order as a blueprint, through the real daemon: mail in, doors tried, time moved, mail out.

| row | journey |
|---|---|
| enters by criteria; owners, denied by default; criteria | test_a_ticket_enters_and_only_owners_move_it |
| all that is missing at once; comment; attachment by mail | test_all_that_is_missing_is_told_at_once_by_every_door |
| after-actions through the outbox, once | test_all_that_is_missing_is_told_at_once_by_every_door |
| strict: a status by transitions only, by any door | test_trap_10_no_door_leads_past_the_transitions |
| a customer's reply is a transition or a note; follow-up | test_trap_19_a_reply_is_a_declared_transition_or_a_note |
| limit of a state, four levels, overdue; common, automatic | test_limits_escalate_and_transitions_come_due |
| version pinned at entry, explicit migrate; simulate, explain | test_tickets_keep_their_version_* |
| pictures with live counts; the figures; where orders wait | test_the_dashboard_counts_what_happened |
| both databases | test_a_way_from_beginning_to_end |
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import reduce
from typing import Any

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon, amend
from tests.journeys.relay import Relay
from tests.journeys.shop import DAY, HOUR, TICK, Shop

WAY = """
[[blueprint]]
name = "orders"
label = "Order handling"
all = ["form == 'order'"]
limit = "5bd"

[[blueprint.state]]
name = "received"
label = "Received"
status = "open"
limit = { after = "4h", levels = [
  { after = "2h", do = [{ notify = "assignee", template = "notify_agent", text = "level one" }] },
  { after = "4h", do = [{ notify = "lead", template = "notify_lead", text = "level two" }] },
  { after = "6h", do = [{ set = { priority = "high" } }, { notify = "lead", template = "notify_lead" }] },
  { after = "8h", do = [{ set = { priority = "urgent" } }, { add_tags = ["level_four"] }] },
] }
[[blueprint.state]]
name = "approved"
label = "Approved"
status = "open"
[[blueprint.state]]
name = "asked"
label = "Asked"
status = "pending"
[[blueprint.state]]
name = "packed"
label = "Packed"
status = "on-hold"
[[blueprint.state]]
name = "shipped"
label = "Shipped"
status = "solved"
[[blueprint.state]]
name = "dropped"
label = "Dropped"
status = "solved"

[[blueprint.transition]]
name = "approve"
label = "Approve"
from = ["received"]
to = "approved"
who = ["group:Orders"]
all = ["total_cost < 10000"]
do = [{ notify = "requester", template = "reply", text = "Your order is approved." }]
[[blueprint.transition]]
name = "pack"
from = ["approved"]
to = "packed"
who = ["agents"]
needs = ["so_number"]
comment = true
attachment = true
[[blueprint.transition]]
name = "pack-quickly"
from = ["approved"]
to = "packed"
who = ["role:lead"]
needs = ["so_number", "carrier"]
comment = true
[[blueprint.transition]]
name = "ship"
from = ["packed"]
to = "shipped"
who = ["assignee"]
needs = ["carrier", "tracking_number"]
[[blueprint.transition]]
name = "ask"
from = ["received", "approved"]
to = "asked"
who = ["agents"]
comment = "public"
[[blueprint.transition]]
name = "answered"
from = ["asked"]
to = "received"
on = "reply"
[[blueprint.transition]]
name = "give-up"
from = ["asked"]
to = "dropped"
automatic = true
after = "2d"
[[blueprint.transition]]
name = "drop"
from = "any"
to = "dropped"
who = ["role:lead"]

[[macro]]
name = "Solve it"
do = [{ set = { status = "solved" } }]
outside_matrix = true
[[trigger]]
name = "Sneak"
on = "comment"
all = ["comment.text contains 'sneak'"]
do = [{ set = { status = "solved" } }, { add_tags = ["sneaked"] }]
[[view]]
name = "late"
all = ["overdue", "state == 'received'"]
columns = ["id", "subject"]
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop.opened(tmp_path_factory.mktemp("way"), more=WAY)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def agent(shop: Shop) -> Customer:
    return Customer(shop.daemon, "Olga Agent", "agent@shop.example")


def stand(shop: Shop, ticket: int) -> tuple[str, str]:
    row = shop.show(ticket)
    return row["blueprint"]["state"], row["status"]


def go(shop: Shop, ticket: int, *transitions: str) -> int:
    given = {"inputs": [["so_number", "1"], ["carrier", "UPS"], ["tracking_number", "1Z"]], "comment": "done"}
    for transition in transitions:
        actor = "lead" if transition == "pack-quickly" else "orders-agent"
        shop.do("move", ticket, actor, status=transition, **(given if transition != "approve" else {}))
    return ticket


def test_a_ticket_enters_and_only_owners_move_it(shop: Shop) -> None:
    ticket = shop.order()
    row = shop.show(ticket)["blueprint"]
    assert (row["name"], row["state_label"], row["current"]) == ("orders", "Received", True)
    assert row["state_due_at"] == (shop.daemon.now + 4 * HOUR).isoformat().replace("+00:00", "Z")
    allowed = {step["transition"]: step["allowed"] for step in row["next"]}
    assert allowed == {"approve": False, "ask": False, "drop": False}  # for an operator without a name at the desk
    assert "is for the group Orders, not for helper" in shop.refused("move", ticket, "helper", status="approve")
    assert "is for everybody who is a lead" in shop.refused("move", ticket, status="drop")
    shop.fill(ticket, total_cost="20000")
    assert "Approve needs: Total is below 10000 (Total: 20000)" in shop.refused("move", ticket, status="approve")
    shop.fill(ticket, total_cost="9999")
    shop.do("move", ticket, status="approved")
    assert stand(shop, ticket) == ("approved", "open")
    assert shop.written(ticket).count(("reply", "mia")) == 1
    [enter, move] = shop.show(ticket)["blueprint"]["moves"]
    assert (enter["from"], enter["to"], enter["actor"]) == ("", "received", "rule:blueprint.orders")
    assert (move["transition"], move["to"], move["actor"]) == ("approve", "approved", "agent:orders-agent")


def test_all_that_is_missing_is_told_at_once_by_every_door(shop: Shop, agent: Customer) -> None:
    ticket = go(shop, shop.order(), "approve")
    why = shop.refused("move", ticket, status="pack")
    assert "pack needs SO number, a comment, an attachment" in why.replace("INVTW", "")
    folder = shop.daemon.folder
    told = maild(folder, "ticket", "move", ticket, "ship", "--as", "orders-agent")
    assert told.code == 65
    assert "no transition 'ship' begins here" in told.err
    shown = maild(folder, "ticket", "show", ticket, "--as", "lead").out
    assert "stands   Approved in Order handling" in shown
    assert "next     pack-quickly to Packed, needs" in shown
    rehearsed = maild(folder, "ticket", "move", ticket, "pack-quickly", "--set", "so_number=7", "--set", "carrier=UPS",
                      "--comment", "in a box", "--as", "lead", "--dry-run")  # fmt: skip
    assert "state packed by pack-quickly" in rehearsed.out
    assert stand(shop, ticket) == ("approved", "open")
    before = len(shop.relay.letters)
    agent.send(agent.mail(f"[#{ticket}] packing", "#move pack\n#field carrier DHL\nTwo boxes."))
    shop.daemon.quiet()
    [refusal] = shop.relay.letters[before:]
    assert refusal.recipients == ("agent@shop.example",)
    assert "needs" in refusal.text
    assert "an attachment" in refusal.text
    assert "carrier" not in shop.show(ticket)["fields"]
    mail = agent.mail(f"[#{ticket}] packing", "#move pack\n#field so_number 4711\nTwo boxes.")
    mail.add_attachment(b"%PDF-1.4 packing list", maintype="application", subtype="pdf", filename="list.pdf")
    agent.send(mail)
    shop.daemon.quiet()
    assert stand(shop, ticket) == ("packed", "on-hold")
    assert shop.show(ticket)["fields"]["so_number"] == "4711"
    notes = [comment["text"] for comment in shop.show(ticket)["comments"] if "Two boxes." in comment["text"]]
    assert len(notes) == 2  # the refused mail and the one that acted, each kept once
    other = shop.order()
    before = len(shop.relay.letters)
    agent.send(agent.mail(f"[#{other}] a question", "#move ask\nWhich colour?"))
    shop.daemon.quiet()
    assert stand(shop, other) == ("asked", "pending")
    [letter] = shop.relay.letters[before:]
    assert letter.recipients == (shop.customer.address,)
    assert "Which colour?" in letter.text
    assert shop.show(other)["agent_mails"] == 1


def test_trap_10_no_door_leads_past_the_transitions(shop: Shop, agent: Customer) -> None:
    ticket = shop.order()
    before = shop.show(ticket)["history"]
    assert "only transitions change the status; from 'Received'" in shop.refused(
        "set", ticket, "lead", changes=[["status", "solved"]]
    )
    assert "no transition 'solved' begins" in shop.refused("move", ticket, "lead", status="solved")
    assert "only transitions change" in shop.refused("macro", ticket, "lead", macro="solve-it")
    for macro in ("confirm-processing", "shipped", "need-more-info"):
        shop.refused("macro", ticket, macro=macro)
    shop.do("note", ticket, text="sneak it through")
    [step] = [step for step in shop.steps(ticket, "Sneak") if step["what"] == "refused"]
    assert "only transitions change" in step["why"]
    assert "sneaked" in shop.show(ticket)["tags"]
    letters = len(shop.relay.letters)
    agent.send(agent.mail(f"[#{ticket}] done", "#status solved\n"))
    shop.daemon.quiet()
    assert "only transitions change" in shop.relay.letters[letters].text
    forger = Customer(shop.daemon, "Olga Agent", "agent@shop.example", source="127.0.0.2", written=70)
    forger.send(forger.mail(f"[#{ticket}] approve", "#move approve\n"))  # nothing proves who that is
    shop.daemon.quiet()
    shop.answer(ticket, "Thanks, please close it.")
    assert stand(shop, ticket) == ("received", "open")
    assert len(shop.show(ticket)["history"]) > len(before)


def test_trap_19_a_reply_is_a_declared_transition_or_a_note(shop: Shop) -> None:
    ticket = shop.order()
    shop.do("move", ticket, status="ask", comment="How many?")
    assert stand(shop, ticket) == ("asked", "pending")
    shop.answer(ticket, "Away until Monday", Auto_Submitted="auto-replied")
    assert stand(shop, ticket) == ("asked", "pending")
    shop.answer(ticket, "Twenty.")
    assert stand(shop, ticket) == ("received", "open")
    go(shop, ticket, "approve", "pack-quickly")
    shop.answer(ticket, "When does it come?")
    assert stand(shop, ticket) == ("packed", "on-hold")
    assert shop.show(ticket)["unread"]
    go(shop, ticket, "ship")
    shop.answer(ticket, "Thank you!")
    assert stand(shop, ticket) == ("shipped", "solved")
    [*_, step] = shop.steps(ticket, "system.reopen")
    assert "it is a note" in step["why"]
    shop.wait(28 * DAY)
    assert stand(shop, ticket) == ("shipped", "closed")
    shop.answer(ticket, "One of them leaks.")
    follow_up = shop.daemon.tickets()[0]["id"]
    row = shop.show(follow_up)
    assert row["follow_up_of"] == ticket
    assert (row["blueprint"] or {"state": "received"})["state"] == "received"  # its way begins anew, if at all


def test_limits_escalate_and_transitions_come_due(shop: Shop) -> None:
    ticket, other = shop.order(), shop.order()
    told = []
    for hour in (2, 4, 6, 8):
        before = len(shop.written(ticket))
        shop.wait(2 * HOUR - TICK)
        assert len(shop.written(ticket)) == before
        shop.wait(TICK)
        told.append(shop.written(ticket)[before:])
        assert ("late" in shop.views(ticket)) == (hour >= 4)
        if hour == 2:
            shop.do("move", other, status="ask", comment="Really?")
    assert told == [[("notify_agent", "agent")], [("notify_lead", "lead")], [("notify_lead", "lead")], []]
    row = shop.show(ticket)
    assert (row["priority"], "level_four" in row["tags"]) == ("urgent", True)
    assert shop.show(other)["priority"] == "normal"
    shop.wait(2 * DAY - 6 * HOUR - TICK)
    assert stand(shop, other)[0] == "asked"
    shop.wait(TICK)
    assert stand(shop, other) == ("dropped", "solved")
    shop.do("move", ticket, "lead", status="drop")
    assert stand(shop, ticket) == ("dropped", "solved")
    assert "late" not in shop.views(ticket)


def test_tickets_keep_their_version_until_somebody_migrates(shop: Shop) -> None:
    daemon, old, mapped = shop.daemon, shop.order(), shop.order()
    go(shop, mapped, "approve")
    changes = (
        ('who = ["group:Orders"]', 'who = ["group:Support"]'),
        ('name = "approved"\nlabel = "Approved"', 'name = "cleared"\nlabel = "Cleared"'),
        ('to = "approved"', 'to = "cleared"'),
        ('from = ["approved"]', 'from = ["cleared"]'),
        ('from = ["received", "approved"]', 'from = ["received", "cleared"]'),
    )
    original = (daemon.folder / "config.toml").read_text()
    amend(daemon.folder, (WAY, reduce(lambda text, change: text.replace(*change), changes, WAY)))
    assert daemon.reload()["event"] == "config.reloaded"
    daemon.quiet()
    fresh = shop.order()
    assert "is for the group Support" in shop.refused("move", fresh, status="approve")
    shop.do("move", old, status="approve")
    assert shop.show(old)["blueprint"]["state"] == "approved"
    assert "by an older version" in maild(daemon.folder, "ticket", "show", old).out
    rows = maild(daemon.folder, "blueprint", "list", "--json").rows
    assert [(row["version"], row["today"]) for row in rows] == [(1, False), (2, True)]
    dry = maild(daemon.folder, "blueprint", "migrate", "orders", "--dry-run", "--as", "lead")
    assert "has no state 'approved' today; say which takes its place: approved=" in dry.out
    agents = maild(daemon.folder, "blueprint", "migrate", "orders", "--as", "orders-agent")
    assert (agents.code, "orders-agent is no lead" in agents.err) == (77, True)
    for state, told in (
        (
            "aproved=cleared",
            "no version of blueprint orders has a state 'aproved'\nhint: did you mean approved? there are",
        ),
        ("approved=claered", "blueprint orders has no state 'claered' today\nhint: did you mean cleared? there are"),
    ):
        wrong = maild(daemon.folder, "blueprint", "migrate", "orders", "--state", state, "--as", "lead")
        assert (wrong.code, told in wrong.err) == (64, True), wrong.err
    done = maild(daemon.folder, "blueprint", "migrate", "orders", "--state", "approved=cleared", "--as", "lead")
    assert " 0 refused" in done.out
    again = maild(daemon.folder, "blueprint", "migrate", "orders", "--as", "lead")
    assert (again.code, again.out.startswith("nothing to do: no ticket of blueprint orders")) == (0, True)
    summed = maild(daemon.folder, "blueprint", "migrate", "orders", "--as", "lead", "--json").rows
    assert summed == [{"name": "orders", "taken_over": 0, "refused": 0, "dry_run": False}]
    daemon.quiet()
    assert stand(shop, mapped) == ("cleared", "open")
    assert shop.show(mapped)["blueprint"]["current"]
    assert [
        (row["version"], row["tickets"] > 0) for row in maild(daemon.folder, "blueprint", "list", "--json").rows
    ] == [
        (1, False),
        (2, True),
    ]
    explained = maild(daemon.folder, "rules", "explain", old).out
    assert "blueprint.orders.approve" in explained
    (daemon.folder / "config.toml").write_text(original)
    assert daemon.reload()["event"] == "config.reloaded"
    daemon.quiet()
    simulated = maild(daemon.folder, "rules", "simulate", "--ticket", old)
    assert simulated.code == 0
    assert "1 ticket replayed" in simulated.err


def figures_now(shop: Shop) -> dict[tuple[str, str], dict[str, Any]]:
    rows = maild(shop.daemon.folder, "report", "blueprint", "--from", "2026-11-23", "--json").rows
    return {(row["figure"], row["name"]): row for row in rows if row["department"] == "all"}


def test_the_dashboard_counts_what_happened(shop: Shop) -> None:
    folder, before = shop.daemon.folder, figures_now(shop)
    shipped, dropped, late = shop.order(), shop.order(), shop.order()
    go(shop, shipped, "approve", "pack-quickly", "ship")
    for ticket in (late, dropped):
        shop.do("move", ticket, status="ask", comment="Really?")
    shop.answer(late, "Really.")
    shop.wait(20 * DAY)  # five business days, even when journeys before this one have come to Christmas
    go(shop, late, "approve", "pack-quickly", "ship")
    waits = shop.order()
    shown = maild(folder, "blueprint", "show", "orders").out
    assert "pack-quickly" in shown
    assert "role:lead" in shown
    graph = maild(folder, "rules", "graph", "--blueprint", "orders", "--live").out
    assert graph.startswith("stateDiagram-v2")
    assert "s_received --> s_approved: Approve (group Orders)" in graph
    live = {
        row["name"]: row["tickets"]
        for row in shop.daemon.ask("blueprint.show", name="orders")
        if row["kind"] == "state"
    }
    assert f"Received - open, 4h - {live['received']} ticket" in graph
    svg = maild(folder, "rules", "graph", "--blueprint", "orders", "--svg", "-").out
    assert svg.startswith("<svg ")
    figures = figures_now(shop)

    def more(figure: str, name: str = "") -> int:
        grown: int = figures[figure, name]["count"] - before.get((figure, name), {"count": 0})["count"]
        return grown

    assert stand(shop, waits)[0] == "received" and figures["active", ""]["count"] >= 1
    assert figures["active", ""]["count"] == sum(n for state, n in live.items() if state not in ("shipped", "dropped"))
    assert figures["over the state limit", ""]["count"] <= figures["active", ""]["count"]
    assert more("transition", "ship: packed to shipped") == 2
    assert more("transition", "give-up: asked to dropped") >= 1  # what other journeys left behind comes due, too
    assert more("completed") >= 3
    assert figures["time in state", "asked"]["average_hours"] > 0
    assert more("broke the limit of the way") >= 1
    csv = maild(folder, "report", "blueprint", "--csv", "--from", "2026-11-23").out
    assert csv.splitlines()[0].startswith("blueprint,department,figure,name,count")
    assert maild(folder, "report", "blueprint", "--svg", "figures.svg").code == 0
    assert "hours in state" in (folder / "figures.svg").read_text()
    waiting = maild(folder, "report", "waiting", "--from", "2026-11-23", "--json").rows
    assert abs(sum(row["share"] for row in waiting if row["what"] == "state") - 100) < 1
    assert [row for row in waiting if row["what"] == "slowest"]
    back = [row["name"] for row in waiting if row["what"] == "sent back"]
    assert "ask: received to asked" in back
    assert maild(folder, "report", "blueprint", "--blueprint", "ordres").code == 64
    assert maild(folder, "report", "waiting", "--from", "2030-01-01").code == 64


@pytest.mark.both
def test_a_way_from_beginning_to_end(start: Callable[..., Daemon], relay: Relay) -> None:
    """On SQLite and on PostgreSQL alike."""
    daemon = start(("# ---- automations", WAY + "\n# ---- automations"))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    daemon.ask("ticket.move", "orders-agent", id=1, status="approve")
    given = {"inputs": [["so_number", "7"], ["carrier", "UPS"]], "comment": "boxed"}
    daemon.ask("ticket.move", "lead", id=1, status="pack-quickly", **given)
    daemon.advance(timedelta(hours=3))
    daemon.ask("ticket.move", "orders-agent", id=1, status="shipped", inputs=[["tracking_number", "1Z"]])
    daemon.quiet()
    row = daemon.ticket(1)
    assert (row["status"], row["blueprint"]["final"]) == ("solved", True)
    assert [move["transition"] for move in row["blueprint"]["moves"]] == ["", "approve", "pack-quickly", "ship"]
    figures = {(r["figure"], r["name"]): r for r in daemon.ask("report.blueprint")}
    assert figures["completed", ""]["average_hours"] == 3.0
    assert figures["time in state", "packed"]["average_hours"] == 3.0
    assert (figures["active", ""]["count"], figures["transition", "ship: packed to shipped"]["count"]) == (0, 1)
    assert {r["name"]: r["share"] for r in daemon.ask("report.waiting") if r["what"] == "state"} == {"packed": 100.0}
