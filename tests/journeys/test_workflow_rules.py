"""What rules can do, row by row, through the real daemon: mail in, time moved, mail out.

| row | journey |
|---|---|
| conditions: errors with file, line, column, "did you mean"; event terms in triggers only | test_bad_config.py |
| body contains X sets priority and team | test_a_body_that_contains_words_sets_priority_and_team |
| more than 10 exchanges and overdue alerts the lead | test_more_than_ten_exchanges_and_overdue_* |
| a status change hands over with a task | test_tasks.py::test_a_status_change_hands_the_order_to_* |
| matrix at every door, legal next steps | test_the_matrix_binds_every_door_and_offers_what_is_legal |
| a refusal is a step, not an error | test_the_matrix_binds_every_door_and_offers_what_is_legal |
| triggers: file order, start over, once each, traced | test_triggers_start_over_after_a_change_and_fire_once |
| changed to, was | test_changed_to_is_not_is |
| all actions | test_each_action_does_what_it_says; test_webhooks.py |
| automations: once a stay, every, max, fresh on coming back | test_an_automation_acts_once_a_stay_* |
| sequences and rungs | test_workflow_orders.py: need more info, collecting |
| time limit, overdue | test_more_than_ten_exchanges_and_overdue_* |
| schedules: working time | test_working_hours_count_only_while_the_desk_works |
| own letters are no event | test_our_own_letters_set_nothing_off |
| concurrent edits | test_workflow_orders.py::test_the_form_takes_only_what_fits |
| a changed rule file meets tickets; explain by the rules of the time | test_workflow_changes.py |
"""

from collections.abc import Iterator

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER
from tests.journeys.shop import DAY, HOUR, TICK, Shop

RULES = """
[matrix.order]
open = ["pending", "on-hold", "solved"]
on-hold = ["open", "solved"]

[matrix.order.lead]
on-hold = ["open", "pending", "solved"]

[matrix.order.limits]
open = "3h"

[[trigger]]
name = "A line that stands still"
on = ["created", "mail"]
any = ["mail.text contains 'line is down'", "subject contains 'line is down'"]
do = [{ set = { priority = "urgent", group = "Support", assignee = "helper" } }]

[[trigger]]
name = "Long and late"
on = "mail"
all = ["customer_mails > 10", "overdue"]
do = [{ notify = "lead", template = "escalation", text = "more than ten mails, and overdue" }]

[[trigger]]
name = "Third"
on = "edited"
all = ["tags any ['second']"]
do = [{ add_tags = ["third"] }]

[[trigger]]
name = "Second"
on = "edited"
all = ["tags any ['first']"]
do = [{ add_tags = ["second"] }]

[[trigger]]
name = "Wish for pending"
on = "edited"
all = ["tags any ['wish']"]
do = [{ set = { status = "pending" } }, { add_tags = ["wished"] }]

[[trigger]]
name = "Freed from the matrix"
on = "edited"
all = ["tags any ['freed']"]
outside_matrix = true
do = [{ set = { status = "pending" } }]

[[trigger]]
name = "Handed over"
on = "updated"
all = ["changed('assignee')", "assignee == 'lead'", "was('assignee') == 'orders-agent'"]
do = [{ add_tags = ["handed_over"] }]

[[trigger]]
name = "Everything"
on = "edited"
all = ["changed('so_number')", "so_number == 'ALL'"]
do = [
  { set = { subject = "All of {{ ticket.fields.po_number }}", priority = "high" } },
  { default = { carrier = "Swift", po_number = "never" } },
  { set_tags = ["one", "two", "three"] },
  { remove_tags = ["three"] },
  { comment = "A note for us" },
  { comment = "A word for all", public = true },
  { notify = ["user:approver", "group", "partner@carrier.example"], template = "notify_agent", text = "all of it" },
  { task = "Look at {{ ticket.fields.so_number }}", to = "user:approver", due = "2d" },
  { review = "please look" },
  { start = "A chain" },
  { notify = "requester", template = "reply", text = "Tracking: {{ ticket.fields.tracking_number }}" },
]

[[trigger]]
name = "Enough"
on = "edited"
all = ["changed('so_number')", "so_number == 'NONE'"]
do = [{ stop = "A chain" }, { review = false }]

[[sequence]]
name = "A chain"
while = ["status < solved"]
steps = [{ after = "5d", do = [{ add_tags = ["chained"] }] }]

[[automation]]
name = "Nag"
all = ["status == pending", "hours_since('status_changed') >= 2"]
every = "2h"
max = 3
do = [{ notify = "requester", template = "reminder" }]

[[automation]]
name = "Four working hours"
all = ["so_number == 'WORK'", "business_hours_since('created') >= 10"]
do = [{ add_tags = ["worked"] }]
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop.opened(tmp_path_factory.mktemp("rules"), more=RULES)
    yield shop
    shop.close()


def test_working_hours_count_only_while_the_desk_works(shop: Shop) -> None:
    """From Monday 10:00 in Berlin, open 8 to 17: seven hours on that day, the last three on Tuesday until 11:00."""
    ten = shop.daemon.now.replace(hour=9, minute=0, second=0, microsecond=0) - shop.daemon.now.weekday() * DAY
    shop.wait((ten - shop.daemon.now) % (7 * DAY))  # journeys before this one have moved the clock
    number = shop.order()
    shop.fill(number, so_number="WORK")
    [timer] = [t for t in shop.show(number)["timers"] if t["rule"] == "Four working hours"]
    assert timer["due_at"] == f"{shop.daemon.now + 25 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    shop.wait(25 * HOUR - TICK)
    assert "worked" not in shop.show(number)["tags"]
    shop.wait(TICK)
    assert "worked" in shop.show(number)["tags"]


def test_a_body_that_contains_words_sets_priority_and_team(shop: Shop) -> None:
    number = shop.order(ORDER.replace("Regards", "Please hurry, our LINE IS DOWN!\n\nRegards"))
    ticket = shop.show(number)
    assert (ticket["priority"], ticket["group"], ticket["assignee"]) == ("urgent", "Support", "helper")
    late = shop.order(f"{ORDER}\nPS: our line is down!\n")
    assert shop.show(late)["priority"] == "urgent", "a postscript is part of a mail that answers nothing"
    other = shop.order()
    assert (shop.show(other)["priority"], shop.show(other)["group"]) == ("normal", "Orders")
    shop.answer(other, "Now our line is down, too.")
    assert (shop.show(other)["priority"], shop.show(other)["group"]) == ("urgent", "Support")


def test_more_than_ten_exchanges_and_overdue_alerts_the_lead(shop: Shop) -> None:
    number, calm = shop.order(), shop.order()
    for _ in range(10):
        shop.answer(calm)  # eleven mails, and in time
    for _ in range(8):
        shop.answer(number)
    shop.wait(3 * HOUR - TICK)
    assert ("notify_lead", "lead") not in shop.written(number)
    shop.wait(TICK)
    assert ("notify_lead", "lead") in shop.written(number)  # the limit itself tells
    shop.answer(number)
    assert ("escalation", "lead") not in shop.written(number)  # ten mails
    shop.answer(number)
    assert shop.written(number)[-1] == ("escalation", "lead")
    assert ("escalation", "lead") not in shop.written(calm)


def test_the_matrix_binds_every_door_and_offers_what_is_legal(shop: Shop) -> None:
    number = shop.order()
    shop.do("move", number, status="on-hold")
    told = shop.show(number)["next_steps"]
    assert "pending" in told["refused"] and told["roles"]["lead"][:2] == ["open", "pending"]
    assert told["roles"]["agent"] == ["open", "solved"]
    shown = maild(shop.daemon.folder, "ticket", "show", number, "--as", "orders-agent").out
    assert "next     open, solved (as agent)" in shown and "not pending: pending may not follow on-hold here" in shown
    for verb, how in (("move", {"status": "pending"}), ("set", {"changes": [("status", "pending")]})):
        assert "pending may not follow on-hold here" in shop.refused(verb, number, **how)
    shop.fill(number, tags="+wish")
    refusal, fired = shop.steps(number, "Wish for pending")[-2:]
    assert {refusal["what"], fired["what"]} == {"refused", "hit"}
    assert (shop.show(number)["status"], "wished" in shop.show(number)["tags"]) == ("on-hold", True)
    shop.do("move", number, "lead", status="pending")
    assert shop.show(number)["status"] == "pending"
    other = shop.order()
    shop.do("move", other, status="on-hold")
    shop.fill(other, tags="+freed")
    assert shop.show(other)["status"] == "pending"


def test_triggers_start_over_after_a_change_and_fire_once(shop: Shop) -> None:
    number = shop.order()
    shop.fill(number, tags="+first")
    assert {"first", "second", "third"} <= set(shop.show(number)["tags"])
    [entry] = [e for e in shop.show(number)["history"] if e["kind"] == "FieldEdited"]
    hits = [step["rule"] for step in entry["steps"] if step["what"] == "hit"]
    assert [rule for rule in hits if rule in ("Second", "Third")] == ["Second", "Third"]
    shop.fill(number, tags="-second -third")
    assert "third" in shop.show(number)["tags"]
    asked = {s["rule"] for e in shop.show(number)["history"] if e["kind"] == "FieldEdited" for s in e["steps"]}
    assert {"Everything", "Handed over", "Freed from the matrix"} <= asked, "a miss leaves its line as well"


def test_changed_to_is_not_is(shop: Shop) -> None:
    number = shop.order()
    shop.fill(number, assignee="lead")
    assert "handed_over" in shop.show(number)["tags"]
    shop.fill(number, tags="-handed_over")
    shop.fill(number, priority="high")
    assert "handed_over" not in shop.show(number)["tags"]


def test_each_action_does_what_it_says(shop: Shop) -> None:
    number = shop.order()
    po = shop.show(number)["fields"]["po_number"]
    shop.fill(number, so_number="ALL")
    ticket = shop.show(number)
    assert (ticket["subject"], ticket["priority"]) == (f"All of {po}", "high")
    assert (ticket["fields"]["carrier"], ticket["fields"]["po_number"]) == ("Swift", po)
    assert ticket["tags"] == ["one", "two"]
    notes = {comment["text"]: comment["public"] for comment in ticket["comments"]}
    assert {"A note for us": False, "A word for all": True}.items() <= notes.items()
    sent = shop.written(number)
    everybody = [("notify_agent", to) for to in ("agent", "approver", "lead", "escalations", "partner")]
    assert set(everybody) <= set(sent)
    assert [(task["title"], task["owner"]) for task in ticket["tasks"]] == [("Look at ALL", "approver")]
    assert ticket["review_reasons"] == ["please look"]
    assert [t["state"] for t in ticket["timers"] if t["rule"] == "A chain"] == ["pending"]
    assert ("reply", "mia") not in sent, "its value is empty"
    refused = [s["why"] for s in shop.steps(number, "Everything") if s["what"] == "refused"]
    assert refused == ["the text needs ticket.fields.tracking_number, which is empty"]
    shop.fill(number, so_number="NONE")
    ticket = shop.show(number)
    assert [t["state"] for t in ticket["timers"] if t["rule"] == "A chain"] == ["cancelled"]
    assert not ticket["needs_review"]


def test_trap_27_a_text_with_an_empty_value_is_not_sent_and_says_which(shop: Shop) -> None:
    number = shop.order("No order in here.\n", "A question")
    shop.fill(number, so_number="ALL")
    refused = [s["why"] for s in shop.steps(number, "Everything") if s["what"] == "refused"]
    assert "subject needs ticket.fields.po_number, which is empty" in refused
    assert all("{{" not in letter["subject"] for letter in shop.daemon.letters(number))


def test_tasks_by_hand_are_told_reminded_of_and_done(shop: Shop) -> None:
    number = shop.order()
    given = ["task", "add", number, "Ask", "the", "carrier", "--to", "approver", "--due", "3h", "--as", "orders-agent"]
    [task] = maild(shop.daemon.folder, *given, "--json").rows
    assert (task["title"], task["owner"], task["created_by"]) == ("Ask the carrier", "approver", "agent:orders-agent")
    assert shop.written(number)[-1] == ("notify_agent", "approver")
    assert shop.show(number)["comments"][-1]["text"] == "Task for approver: Ask the carrier"
    shop.wait(3 * HOUR)
    assert shop.written(number).count(("notify_agent", "approver")) == 2
    assert maild(shop.daemon.folder, *given[:6], *given[-2:], "--to", "stranger").code == 65
    assert maild(shop.daemon.folder, *given[:6], *given[-2:], "--due", "soon").code == 64


def test_an_automation_acts_once_a_stay_as_often_as_it_may_and_afresh_on_coming_back(shop: Shop) -> None:
    number = shop.order()
    shop.do("move", number, status="pending")
    reminders = [("reminder", "mia")] * 3
    shop.wait(2 * HOUR - TICK)
    assert ("reminder", "mia") not in shop.written(number)
    shop.wait(TICK + 2 * HOUR)
    assert shop.written(number).count(reminders[0]) == 2
    shop.wait(2 * DAY)
    assert shop.written(number).count(reminders[0]) == 3
    shop.answer(number)
    shop.do("move", number, status="pending")
    shop.wait(HOUR)
    shop.do("move", number, status="open")
    shop.wait(DAY)
    assert shop.written(number).count(reminders[0]) == 3
    shop.do("move", number, status="pending")
    shop.wait(2 * HOUR)
    assert shop.written(number).count(reminders[0]) == 4


def test_trap_02_our_own_letters_set_nothing_off(shop: Shop) -> None:
    number = shop.order()
    shop.do("reply", number, text="Your line is down? Please tell us more.")
    kinds = [entry["kind"] for entry in shop.show(number)["history"]]
    assert kinds == ["TicketCreated", "CommentWritten"]
    assert shop.show(number)["priority"] == "normal"


def test_explain_names_every_rule_asked_with_the_condition_that_failed(shop: Shop) -> None:
    number = shop.order()
    rows = shop.daemon.ask("rules.explain", id=number)
    missed = next(r for r in rows if r.get("event") == "TicketCreated" and r["rule"] == "A line that stands still")
    assert (missed["what"], "config.toml:" in missed["where"]) == ("miss", True)
    assert {"waiting", "miss"} <= {row["what"] for row in rows if row["event"] == "now"}
    assert [row["what"] for row in rows if row["event"] == "letter"] == ["sent"]
