"""The order workflow as shipped, row by row, through the real daemon: mail in, time moved, mail out.

| row | journey |
|---|---|
| order form fields, checked on every write | test_the_form_takes_only_what_fits |
| people: snapshot, mapping, Buyers list, CSV | test_people.py; test_the_customer_stands_beside_the_ticket |
| views of one's own groups only | test_views.py::test_agents_see_the_views_of_their_groups |
| statuses: replies reopen, machines do not, 28 days close, a reply follows up | test_statuses_*, test_trap_21_* |
| creation trigger, first letter | test_a_new_order_is_routed_*, test_a_mail_without_an_order_* |
| six views | test_views.py |
| macros Approve, Confirm processing, Shipped | test_approve_confirm_and_ship |
| macro Need more info, reminders after 1 and 3 days, a task to call | test_need_more_info_* |
| macro Problem | test_a_problem_notice_and_its_answer_reach_the_escalation_agent |
| each macro in its place, once | test_approve_confirm_and_ship; test_an_order_that_is_revised_after_processing_* |
| a mail after shipping | test_a_mail_about_a_shipped_order_is_seen_by_somebody |
| open order at 24 h and at 2 business days | test_an_order_nobody_approves_* |
| the promise of 2 business days | test_an_approved_order_nobody_processes_alerts_the_agent_then_the_lead |
| past the ship date without tracking | test_a_processed_order_past_its_ship_date_alerts |
| the 0 / 2 / 3 days chain | test_collecting_is_asked_for_at_once_after_two_and_after_three_days |
| reports | test_reports.py |
| placeholders | test_trap_27_*; test_operator_templates.py |
"""

from collections.abc import Iterator

import pytest

from tests.journeys.command import maild, several
from tests.journeys.customer import ORDER, Customer
from tests.journeys.shop import DAY, HOUR, TICK, Shop

AGENT, LEAD, MIA = "agent", "lead", "mia"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop.opened(tmp_path_factory.mktemp("orders"))
    yield shop
    shop.close()


def test_a_new_order_is_routed_filled_and_confirmed(shop: Shop) -> None:
    ticket = shop.show(number := shop.order())
    assert (ticket["group"], ticket["assignee"], ticket["form"]) == ("Orders", "orders-agent", "order")
    assert (ticket["status"], ticket["tags"]) == ("open", ["open_order"])
    assert (ticket["fields"]["ship_method"], ticket["fields"]["freight_charge_to"]) == ("ground", "prepaid")
    assert ticket["fields"]["ship_to"] == "Blue Harbor Supplies - Hamburg"
    assert shop.written(number) == [("order_received", MIA)]
    assert "2 business days" in shop.first[number].text and "335.00" in shop.first[number].text
    assert [step["what"] for step in shop.steps(number, "system.open")] == ["hit"]


def test_who_pays_the_freight_is_as_the_mail_says_or_for_a_person_to_look_at(shop: Shop) -> None:
    said = shop.show(shop.order(f"{ORDER}\nFreight: Collect, account 4471-20\n"))
    assert (said["fields"]["freight_charge_to"], said["needs_review"]) == ("collect", False)
    other = shop.show(shop.order(f"{ORDER}\nFreight: as agreed with Tom\n"))
    assert "freight_charge_to" not in other["fields"]
    assert other["needs_review"]
    assert any("'as agreed with Tom' is not one of prepaid" in reason for reason in other["review_reasons"])


def test_a_correction_goes_over_what_a_default_filled_in_and_not_over_a_person(shop: Shop) -> None:
    filled, typed = shop.order(), shop.order()
    shop.fill(typed, freight_charge_to="prepaid")  # as the default has it, but somebody says so
    told = [
        shop.daemon.ask("ticket.correct", "orders-agent", id=number, field="freight_terms", value="Collect")[0]
        for number in (filled, typed)
    ]
    assert (told[0]["followed"], told[0]["refused"]) == (["freight_charge_to"], [])
    assert shop.show(filled)["fields"]["freight_charge_to"] == "collect"
    assert told[1]["refused"] == ["Freight charged to keeps prepaid, typed by hand; the order says collect"]
    assert shop.show(typed)["fields"]["freight_charge_to"] == "prepaid"
    for habit in {row["habit"] for row in told}:  # learned for the orders of this customer that the next journeys bring
        shop.daemon.ask("habit.drop", "lead", id=habit)


def test_a_mail_without_an_order_gets_one_plain_receipt(shop: Shop) -> None:
    number = shop.order("Do you have brass valves in stock?\n", "A question")
    ticket = shop.show(number)
    assert (ticket["needs_review"], ticket["tags"], ticket["orders"]) == (True, ["open_order"], [])
    assert ticket["review_reasons"]
    assert shop.written(number) == [("order_received_plain", MIA)]
    assert "335.00" not in shop.first[number].text


def test_the_form_takes_only_what_fits(shop: Shop) -> None:
    number = shop.order()
    for name, value, why in (
        ("total_cost", "a lot", "is not a number"),
        ("ship_date", "tomorrow", "is not a date"),
        ("ship_method", "rocket", "one of ground, 2-day, overnight, freight"),
        ("payment_state", "payd", "did you mean paid?"),
        ("colour", "red", "no field"),
        ("assignee", "nobody", "no user"),
    ):
        assert why in shop.refused("set", number, changes=[(name, value)])
    shop.fill(number, ship_method="2 day", ship_date="2026-12-07", total_cost="335.50")
    assert {"ship_method": "2-day", "total_cost": "335.50"}.items() <= shop.show(number)["fields"].items()
    assert "changed meanwhile" in shop.refused("set", number, changes=[("so_number", "1")], version=1)


def test_approve_confirm_and_ship(shop: Shop) -> None:
    number = shop.order()
    shop.do("macro", number, macro="approve")
    assert shop.views(number) == {"approved"}
    assert shop.show(number)["comments"][-1]["text"] == "This order is good to go."
    assert not shop.show(number)["comments"][-1]["public"]
    assert "needs SO number" in shop.refused("macro", number, macro="confirm-processing")
    shop.fill(number, so_number="9001")
    shop.do("macro", number, macro="confirm-processing")
    assert "confirmation already" in shop.refused("macro", number, macro="confirm-processing")
    assert "Shipped comes next" in shop.refused("macro", number, macro="approve")
    letter = shop.relay.newest(shop.customer.address)
    po = shop.show(number)["fields"]["po_number"]
    assert f"PO# {po}" in letter.mail["Subject"]
    assert shop.show(number)["subject"] == f"Your order has been processed PO# {po}"
    for text in (po, "INVTW9001", "Blue Harbor Supplies - Hamburg", "Ground (Prepaid)"):
        assert text in letter.text
    assert (shop.show(number)["status"], shop.views(number)) == ("on-hold", {"processed"})
    assert "needs Carrier, Tracking number" in shop.refused("macro", number, macro="shipped")
    shop.fill(number, carrier="Swift", tracking_number="T-77")
    shop.do("macro", number, macro="shipped")
    assert "T-77" in shop.relay.newest(shop.customer.address).text
    ticket = shop.show(number)
    assert (ticket["status"], ticket["tags"]) == ("solved", ["order_shipped"])
    assert [c["text"] for c in ticket["comments"] if not c["public"]][-1] == "Order shipped on 2026-12-04"
    assert shop.views(number) == set()
    for macro in ("approve", "confirm-processing", "shipped", "need-more-info"):
        assert "the order is done" in shop.refused("macro", number, macro=macro)
    told = [template for template, to in shop.written(number) if to == "mia"]
    assert told == ["order_received", "order_processed", "order_shipped"]


def test_macros_are_previewed_and_applied_to_many(shop: Shop) -> None:
    one, other, third = shop.order(), shop.order(), shop.order()
    shop.fill(other, status="closed")
    versions = [shop.show(number)["version"] for number in (one, other, third)]
    some = f"{one}-{third}"
    preview, done = several(
        shop.daemon.folder,
        ["ticket", "macro", some, "approve", "--dry-run", "--as", "orders-agent"],
        ["ticket", "macro", f"{one},{third}", "approve", "--as", "orders-agent"],
    )
    assert preview.out.count("+order_ready_to_process") == 2
    assert preview.code == 65 and f"ticket {other}: Orders :: Approve: the order is done" in preview.err
    assert [shop.show(number)["version"] for number in (one, other, third)] != versions
    assert done.code == 0 and done.out.count("+order_ready_to_process") == 2
    assert [shop.views(number) for number in (one, other, third)] == [{"approved"}, set(), {"approved"}]
    mixed = maild(shop.daemon.folder, "ticket", "macro", f"{one},{third}", "shipped", "--as", "orders-agent")
    assert mixed.code == 65 and mixed.err.count("needs Carrier, Tracking number") == 2
    assert "is for Orders" in shop.refused("macro", one, "helper", macro="approve")


def test_statuses_a_reply_reopens_and_a_machine_does_not(shop: Shop) -> None:
    for status in ("pending", "on-hold", "solved"):
        number = shop.order()
        shop.do("move", number, status=status)
        shop.answer(number, "I am on holiday until Monday.", Auto_Submitted="auto-replied")
        assert shop.show(number)["status"] == status
        assert "reopens nothing" in shop.steps(number, "system.reopen")[0]["why"]
        shop.answer(number, "Thank you!")
        assert (shop.show(number)["status"], shop.show(number)["unread"]) == ("open", True)
        assert shop.steps(number, "system.reopen")[-1]["effects"] == ["status open"]


def test_statuses_solved_closes_after_28_days_and_a_reply_follows_up(shop: Shop) -> None:
    number = shop.order()
    shop.fill(number, so_number="9002", carrier="Swift", tracking_number="T-78", tags="+vip")
    shop.ship(number)
    shop.wait(28 * DAY - TICK)
    assert shop.show(number)["status"] == "solved"
    shop.wait(TICK)
    assert shop.show(number)["status"] == "closed"
    assert "closed" in shop.refused("move", number, status="open")


def test_trap_21_a_follow_up_keeps_fields_and_no_tags_of_the_workflow(shop: Shop) -> None:
    number = shop.order()
    shop.fill(number, so_number="9003", carrier="Swift", tracking_number="T-79")
    shop.ship(number)
    shop.do("move", number, status="closed")
    shop.answer(number, "One valve is missing.")
    follow_up = shop.daemon.tickets()[0]
    shown = shop.show(follow_up["id"])
    assert (shown["follow_up_of"], shown["status"]) == (number, "open")
    assert shown["fields"]["so_number"] == "9003"
    assert shown["tags"] == ["open_order"]  # the creation trigger's own, and none of the old ones
    assert shop.show(number)["tags"] == ["order_shipped"]


def test_need_more_info_asks_reminds_twice_and_then_somebody_calls(shop: Shop) -> None:
    number = shop.order()
    shop.do("macro", number, macro="approve")
    shop.do("macro", number, macro="need-more-info")
    assert (shop.show(number)["status"], shop.views(number)) == ("on-hold", {"on-hold"})
    due = [timer["due_at"] for timer in shop.show(number)["timers"] if timer["rule"].startswith("Ask again")]
    assert len(due) == 3
    shop.wait(9 * DAY)
    sent = [template for template, to in shop.written(number) if to == MIA]
    assert sent == ["order_received", "need_more_info", "reminder", "reminder"]
    fired = [t for t in shop.show(number)["timers"] if t["rule"].startswith("Ask again") and t["state"] == "fired"]
    assert [timer["settled_at"] for timer in fired] == due
    [task] = shop.show(number)["tasks"]
    assert task["title"] == "Call Mia Okafor: two reminders went unanswered" and task["owner"] == "orders-agent"


def test_need_more_info_ends_with_the_answer(shop: Shop) -> None:
    number = shop.order()
    shop.do("macro", number, macro="approve")
    shop.do("macro", number, macro="need-more-info")
    shop.answer(number, "The dock is number four.")
    ticket = shop.show(number)
    assert (ticket["status"], ticket["tags"]) == ("open", ["order_ready_to_process"])
    shop.wait(9 * DAY)
    assert [letter for letter in shop.written(number) if letter[0] == "reminder"] == []


def test_a_problem_notice_and_its_answer_reach_the_escalation_agent(shop: Shop) -> None:
    number = shop.order()
    shop.do("macro", number, macro="problem")
    assert shop.written(number)[-1] == ("problem_notice", MIA)
    shop.answer(number, "That is not what we ordered!")
    ticket = shop.show(number)
    assert (ticket["assignee"], shop.views(number)) == ("escalation-agent", {"escalations"})
    assert shop.written(number)[-1] == ("notify_agent", "escalations")


def test_an_order_that_is_revised_after_processing_is_confirmed_once_more(shop: Shop) -> None:
    number = shop.order()
    po = shop.show(number)["fields"]["po_number"]
    shop.fill(number, so_number="9010", carrier="Swift", tracking_number="T-90")
    for macro in ("approve", "confirm-processing"):
        shop.do("macro", number, macro=macro)
    more = ORDER.replace("PO-70231", po).replace("20        12.50   250.00", "40        12.50   500.00")
    shop.customer.order(f"Purchase order {po}, more of it", more.replace("335.00 EUR", "585.00 EUR"))
    assert {"order_processed", "revision_unseen", "confirm_again"} <= set(shop.show(number)["tags"])
    for refused in ("shipped", "confirm-processing"):
        assert f"maild ticket seen {number}" in shop.refused("macro", number, macro=refused)
    for done in ("solved", "closed"):
        assert f"maild ticket seen {number}" in shop.refused("move", number, status=done)
    shop.do("seen", number)
    shop.do("macro", number, macro="confirm-processing")
    assert "585.00" in shop.relay.newest(shop.customer.address).text
    assert "confirmation already" in shop.refused("macro", number, macro="confirm-processing")
    shop.do("macro", number, macro="shipped")
    assert (shop.show(number)["status"], shop.show(number)["tags"]) == ("solved", ["order_shipped"])


def test_a_mail_about_a_shipped_order_is_seen_by_somebody(shop: Shop) -> None:
    number = shop.order()
    shop.fill(number, so_number="9011", carrier="Swift", tracking_number="T-91")
    shop.ship(number)
    shop.answer(number, "One of the valves leaks.")
    assert (shop.show(number)["status"], shop.views(number)) == ("open", {"escalations"})
    assert shop.written(number)[-1] == ("notify_agent", AGENT)
    shop.do("move", number, status="solved")
    assert shop.views(number) == set()


def test_an_order_nobody_approves_is_urgent_after_24_hours_and_escalates(shop: Shop) -> None:
    number = shop.order()
    shop.wait(24 * HOUR - TICK)
    assert (shop.views(number), len(shop.written(number))) == ({"open"}, 1)
    shop.wait(TICK)
    assert shop.views(number) == {"urgent"}
    assert shop.written(number)[1:] == [("notify_approver", "approver")]
    shop.wait(9 * DAY)
    assert shop.written(number)[2:] == [("escalation", LEAD)]
    assert shop.show(number)["priority"] == "high"


def test_an_approved_order_nobody_processes_alerts_the_agent_then_the_lead(shop: Shop) -> None:
    number = shop.order()
    shop.do("macro", number, macro="approve")
    shop.wait(9 * DAY)
    assert shop.written(number)[1:] == [("notify_agent", AGENT), ("notify_lead", LEAD)]


def test_a_processed_order_past_its_ship_date_alerts(shop: Shop) -> None:
    late, tracked = shop.order(), shop.order()
    day = f"{shop.daemon.now + 3 * DAY:%Y-%m-%d}"
    for number in (late, tracked):
        shop.fill(number, so_number="9004", ship_date=day)
        shop.do("macro", number, macro="approve")
        shop.do("macro", number, macro="confirm-processing")
    shop.fill(tracked, tracking_number="T-80")
    shop.wait(5 * DAY)
    assert shop.written(late)[2:] == [("notify_agent", AGENT)]
    assert shop.written(tracked)[2:] == []
    [fired] = [t for t in shop.show(late)["timers"] if t["rule"].startswith("Past the ship date") and t["settled_at"]]
    assert fired["due_at"] == f"{day}T23:00:00Z"  # the day after begins, by the schedule's clock


def test_collecting_is_asked_for_at_once_after_two_and_after_three_days(shop: Shop) -> None:
    number = shop.order()
    shop.do("macro", number, macro="approve")
    shop.do("move", number, status="on-hold")
    shop.fill(number, shipment_state="ready-to-collect")
    said = [letter.text for letter in shop.relay.letters[-1:]]
    assert "ready for you to collect" in said[0]
    shop.wait(2 * DAY)
    asked = [one for one in shop.relay.letters if one.recipients == ("mia@blueharbor.example",)]
    assert "still waiting to be collected" in asked[-1].text
    shop.wait(1 * DAY)
    assert [template for template, to in shop.written(number) if to == MIA][1:] == ["reply"] * 3
    assert [task["owner"] for task in shop.show(number)["tasks"]] == ["orders-agent"]
    shop.wait(30 * DAY)
    assert [template for template, to in shop.written(number) if to == MIA][1:] == ["reply"] * 3


def test_collecting_ends_when_the_goods_are_gone(shop: Shop) -> None:
    number = shop.order()
    shop.fill(number, shipment_state="ready-to-collect")
    shop.wait(2 * DAY - TICK)
    shop.fill(number, shipment_state="delivered")
    shop.wait(3 * DAY)
    assert [template for template, to in shop.written(number) if to == MIA] == ["order_received", "reply"]
    assert [
        t for t in shop.show(number)["timers"] if t["rule"] == "Collect the order" and t["state"] == "pending"
    ] == []


def test_trap_26_a_forged_sender_gets_no_letter_through_us(shop: Shop) -> None:
    forged = Customer(shop.daemon, "Mia Okafor", "mia@blueharbor.example", source="127.0.0.2")
    sent = len(shop.relay.letters)
    forged.order("Purchase order PO-88001", ORDER.replace("PO-70231", "PO-88001") + "\nBuy at https://evil.example\n")
    number = shop.daemon.tickets()[0]["id"]
    [letter] = shop.daemon.letters(number)
    assert (letter["phase"], letter["code"]) == ("held", "auth.stranger")
    assert len(shop.relay.letters) == sent
    assert shop.show(number)["needs_review"]


def test_trap_36_counts_follow_at_once(shop: Shop) -> None:
    def count(name: str) -> int:
        return int(next(row["count"] for row in shop.daemon.ask("view.list") if row["name"] == name))

    open_, approved = count("open"), count("approved")
    number = shop.order()
    assert (count("open"), count("approved")) == (open_ + 1, approved)
    shop.do("macro", number, macro="approve")
    assert (count("open"), count("approved")) == (open_, approved + 1)
