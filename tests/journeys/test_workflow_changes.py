"""A changed rule file meets the tickets that are there, is explained, told apart, and tried out beforehand.

| row | journey |
|---|---|
| timers of open tickets are set and taken back, once | test_a_changed_rule_file_meets_open_tickets_once |
| nothing fires for a past that was handled | test_a_changed_rule_file_meets_open_tickets_once |
| more open tickets than max_backfill | test_beyond_max_backfill_it_is_said_and_nothing_is_lost |
| backfill by hand, with a dry run | test_backfill_by_hand_shows_first_and_then_does_it_once |
| explain by the rules of the time | test_a_past_is_explained_by_the_rules_of_its_time |
| simulate, diff, graph | test_other_rules_are_tried_*, test_two_rule_files_are_told_apart_and_drawn |
| an option that is gone | test_trap_30_values_of_an_option_that_is_gone_stay_or_move_on |
"""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.journeys.command import maild, several
from tests.journeys.daemon import amend
from tests.journeys.shop import DAY, HOUR, Shop

REMIND = """
[[automation]]
name = "Ask how it goes"
all = ["status == open", "hours_since('created') >= 40"]
do = [{ notify = "requester", template = "reminder" }]
"""
TRIGGER = """
[[trigger]]
name = "Cancelled"
on = "mail"
all = ["mail.text contains 'cancel'"]
do = [{ add_tags = ["cancelled"] }]
"""
ANCHOR = "# ---- automations"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop.opened(tmp_path)  # one each: what rules are in force must not depend on the tests before
    shop.daemon.wait_for("backfill.finished")  # the rules it started with
    yield shop
    shop.close()


def change(shop: Shop, *changes: tuple[str, str]) -> int:
    """Other rules come into force; how many tickets were made to fit."""
    amend(shop.daemon.folder, *changes)
    shop.daemon.signal(signal.SIGHUP)
    fitted: int = shop.daemon.wait_for("backfill.finished")["tickets"]
    shop.daemon.quiet()
    return fitted


def armed(shop: Shop, ticket: int, rule: str) -> list[str]:
    return [t["due_at"] for t in shop.show(ticket)["timers"] if t["rule"] == rule and t["state"] == "pending"]


def test_a_changed_rule_file_meets_open_tickets_once(shop: Shop) -> None:
    rule = "Ask how it goes"
    old = shop.order()
    shop.wait(50 * HOUR)
    young, solved = shop.order(), shop.order()
    shop.do("move", solved, status="closed")
    escalations = shop.written(old).count(("escalation", "lead"))
    fitted = change(shop, (ANCHOR, REMIND + ANCHOR))
    assert fitted == 2
    assert shop.written(old).count(("reminder", "mia")) == 1  # forty hours are long over, and nobody had asked
    assert armed(shop, young, rule) == [(shop.daemon.now + timedelta(hours=40)).isoformat().replace("+00:00", "Z")]
    assert armed(shop, solved, rule) == []
    assert change(shop, ('label = "Urgent open orders"', 'label = "Urgent orders"')) == 0
    gone = change(shop, (REMIND, ""))
    assert gone == 1 and armed(shop, young, rule) == []
    assert change(shop, (ANCHOR, REMIND + ANCHOR)) == 1
    assert shop.written(old).count(("reminder", "mia")) == 1  # handled before: it does not come again
    assert shop.written(old).count(("escalation", "lead")) == escalations
    assert "RulesChanged" in [entry["kind"] for entry in shop.show(young)["history"]]


def test_backfill_by_hand_shows_first_and_then_does_it_once(shop: Shop) -> None:
    change(shop, (ANCHOR, REMIND + ANCHOR))
    number = shop.order()
    folder = shop.daemon.folder
    timer = next(t for t in shop.show(number)["timers"] if t["rule"] == "Ask how it goes")
    with_db(folder, f"UPDATE timer SET state = 'cancelled', settled_at = armed_at, over = 1 WHERE id = {timer['id']}")
    shown = maild(folder, "rules", "backfill", "--dry-run")
    assert f"ticket {number}: timer Ask how it goes #0" in shown.out and "1 ticket would be made to fit" in shown.out
    assert armed(shop, number, "Ask how it goes") == []
    assert maild(folder, "rules", "backfill", "--json").rows[0]["ticket"] == number
    assert armed(shop, number, "Ask how it goes") == [timer["due_at"]]
    assert "0 tickets were made to fit" in maild(folder, "rules", "backfill").out


def with_db(folder: Path, statement: str) -> None:
    import sqlite3

    with sqlite3.connect(folder / "maild.db") as db:
        db.execute(statement)
    db.close()


def test_a_past_is_explained_by_the_rules_of_its_time(shop: Shop) -> None:
    change(shop, (ANCHOR, TRIGGER + ANCHOR))
    number = shop.order()
    shop.answer(number, "Thank you!")
    change(shop, ("mail.text contains 'cancel'", "mail.text contains 'storno'"))
    shop.answer(number, "Thank you again!")
    rows = shop.daemon.ask("rules.explain", id=number)
    missed = [row for row in rows if row["rule"] == "Cancelled" and row["what"] == "miss" and row["event"] != "now"]
    assert [row["why"].split(" failed")[0] for row in missed] == [
        "mail.text contains 'cancel'",
        "mail.text contains 'storno'",
    ]
    assert missed[0]["where"].startswith("rules ") and "config.toml:" in missed[1]["where"]


def test_other_rules_are_tried_on_the_recorded_past(shop: Shop) -> None:
    number = shop.order()
    shop.do("macro", number, macro="approve")
    shop.wait(DAY)
    folder = shop.daemon.folder
    before = len(shop.relay.letters), shop.show(number)["version"]
    other = folder / "other.toml"
    text = (folder / "config.toml").read_text()
    assert text.count('template = "order_received" }') == 1
    other.write_text(
        text.replace('add_tags = ["order_ready_to_process"]', 'add_tags = ["to_pack"]').replace(
            'template = "order_received" }', 'template = "order_received_plain" }'
        )
    )
    (folder / "broken.toml").write_text(text + '\n[[trigger]]\nname = "x"\ndo = []\n')
    same, answer, table, unclear, broken = several(
        folder,
        ["rules", "simulate", "--json", "--since", "90d"],
        ["rules", "simulate", "--config", "other.toml", "--json", "--ticket", str(number)],
        ["rules", "simulate", "--config", "other.toml"],
        ["rules", "simulate", "--since", "soon"],
        ["rules", "simulate", "--config", "broken.toml"],
    )
    assert same.rows == [], same.out
    assert "1 ticket replayed, 0 would differ; 0 letters more, 0 fewer" in same.err
    found = {row["what"]: row for row in answer.rows}
    told = {"was": "order_ready_to_process", "now": "to_pack", "rule": "Orders :: Approve"}
    assert found["tags"] == {"ticket": number, "what": "tags", **told}
    more = found["letter order_received_plain to requester"]
    assert (more["was"], more["now"], more["rule"]) == ("0 times", "1 time", "Confirm that the order was received")
    assert "1 letter more, 1 fewer" in answer.err
    assert "to_pack" in table.out
    assert before == (len(shop.relay.letters), shop.show(number)["version"])
    assert (unclear.code, broken.code) == (64, 78)


def test_unchanged_rules_make_no_difference_to_what_waits(shop: Shop) -> None:
    """Automations, a limit's and a sequence's steps are pending, one step has fired, and nothing may differ."""
    asked, plain = shop.order(), shop.order()
    shop.do("macro", asked, macro="need-more-info")
    shop.wait(2 * DAY)
    shop.fill(plain, shipment_state="ready-to-collect")
    waiting = {timer["rule"] for number in (asked, plain) for timer in shop.show(number)["timers"]}
    assert {"Ask again for missing information", "Collect the order"} <= waiting
    pending = maild(shop.daemon.folder, "timer", "list", "--json").rows
    assert len({timer["ticket"] for timer in pending}) >= 2
    for since in ([], ["--since", "90d"], ["--since", "1h"]):
        same = maild(shop.daemon.folder, "rules", "simulate", "--json", *since)
        assert (same.code, same.rows) == (0, []), same.out
        assert " 0 would differ; 0 letters more, 0 fewer" in same.err
    later = maild(shop.daemon.folder, "rules", "simulate", "--ticket", asked, "--config", "config.toml", "--json")
    assert later.rows == []


def test_two_rule_files_are_told_apart_and_drawn(shop: Shop) -> None:
    folder = shop.daemon.folder
    amend(folder, (ANCHOR, REMIND + ANCHOR))
    text = (folder / "config.toml").read_text()
    (folder / "third.toml").write_text(text.replace("hours_since('created') >= 40", "hours_since('created') >= 41"))
    told, same, printed, drawn, again, outside = several(
        folder,
        ["rules", "diff", "config.toml", "third.toml"],
        ["rules", "diff", "config.toml", "config.toml"],
        ["rules", "graph", "--svg", "-"],
        ["rules", "graph", "--svg", "flow.svg"],
        ["rules", "graph", "--svg", "flow.svg"],
        ["rules", "graph", "--svg", "../flow.svg"],
    )
    assert told.out.splitlines() == [
        "changed automation 'Ask how it goes'",
        "  - all: \"hours_since('created') >= 40\"",
        "  + all: \"hours_since('created') >= 41\"",
    ]
    assert [answer.code for answer in (told, same, printed, drawn, again, outside)] == [1, 0, 0, 0, 73, 64]
    returns = text.replace('[[group]]\nname = "Orders"', '[[group]]\nname = "Returns"\n[[group]]\nname = "Orders"', 1)
    (folder / "groups.toml").write_text(returns)
    assert "added group 'Returns'" in maild(folder, "rules", "diff", "config.toml", "groups.toml").out
    assert "order_ready_to_process" in ElementTree.fromstring(printed.out).itertext()
    assert (folder / "flow.svg").read_text() == printed.out.removesuffix("\n")


def test_trap_30_values_of_an_option_that_is_gone_stay_or_move_on(shop: Shop) -> None:
    kept, moved, closed = shop.order(), shop.order(), shop.order()
    shop.fill(kept, payment_state="refunded")
    shop.fill(moved, ship_method="freight")
    shop.fill(closed, payment_state="refunded")
    shop.do("move", closed, status="closed")
    change(
        shop,
        (', refunded = "Refunded"', ""),
        (
            'freight = { label = "Freight", also = ["ltl", "truck", "pallet"] }',
            "truck = { label = 'Truck', also = ['freight'] }",
        ),
    )
    assert shop.show(kept)["fields"]["payment_state"] == "refunded"
    assert shop.show(closed)["fields"]["payment_state"] == "refunded"
    assert shop.show(moved)["fields"]["ship_method"] == "truck"
    doubts = [row["doubt"] for row in shop.daemon.ask("rules.lint")]
    assert any("2 tickets hold payment_state = 'refunded', which is no option any more" in doubt for doubt in doubts)
    assert not any("freight" in doubt and "no option" in doubt for doubt in doubts)
    checked = maild(shop.daemon.folder, "check").out
    assert "2 tickets hold payment_state = 'refunded'" in checked
    shop.fill(kept, so_number="1")
    assert "is not one of" in shop.refused("set", closed, changes=[("payment_state", "refunded")])


def test_beyond_max_backfill_it_is_said_and_nothing_is_lost(shop: Shop) -> None:
    quiet, busy = shop.order(), shop.order()
    later = REMIND.replace("Ask how it goes", "Ask later").replace(">= 40", ">= 2")
    later += "\n[rules]\nmax_backfill = 1\n"
    amend(shop.daemon.folder, (ANCHOR, later + ANCHOR))
    shop.daemon.signal(signal.SIGHUP)
    assert shop.daemon.wait_for("backfill.asked_for")["hint"] == "maild rules backfill"
    assert "have not all met the rules in force" in maild(shop.daemon.folder, "status").out
    shop.fill(busy, priority="high")
    assert len(armed(shop, busy, "Ask later")) == 1
    shop.wait(3 * HOUR)
    reminded = [shop.written(number).count(("reminder", "mia")) for number in (quiet, busy)]
    assert reminded == [0, 1]
    assert maild(shop.daemon.folder, "rules", "backfill").code == 0
    shop.daemon.quiet()
    assert shop.written(quiet).count(("reminder", "mia")) == 1
    assert "have not all met" not in maild(shop.daemon.folder, "status").out
