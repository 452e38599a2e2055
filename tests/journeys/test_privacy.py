"""Retention and forgetting through the real daemon, with a look into the very files.

| row | journey |
|---|---|
| forget ADDRESS: tickets, mails, outbox, histories, facts, records; figures stay; a report | test_a_person_* |
| the files hold the text no more; db check is clean; backups are named | test_a_person_* |
| what is unfinished is refused | test_a_person_* |
| kill -9 while it forgets | test_x01_kill_9_in_the_midst_of_forgetting_* |
| kill -9 in a sweep | test_x01_kill_9_in_the_midst_of_a_sweep_* |
| [retention]: raw mail, attachments, closed tickets, logs; nothing unfinished | test_what_is_old_and_finished_* |
"""

import contextlib
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from maild.control.client import NoDaemon
from maild.errors import MaildError
from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

CLERK = "orders-agent"
SECRET = "my knee operation in Rotterdam"
MIA = "mia.vandersloot@blueharbor.example"
NAME = "Mia Vandersloot"


def hold(folder: Path, words: str) -> list[str]:
    """The files in which the words stand, upper or lower case alike."""
    sought = re.compile(re.escape(words.encode()), re.IGNORECASE)
    return [file.name for file in sorted(folder.iterdir()) if file.is_file() and sought.search(file.read_bytes())]


ADMIN = (
    '[[group]]\nname = "Orders"\n',
    '[[user]]\nname = "admin"\naddress = "admin@shop.example"\nrole = "admin"\n[[group]]\nname = "Orders"\n',
)


@pytest.mark.both
def test_a_person_is_forgotten_everywhere_at_once_and_the_figures_stay(
    start: Callable[..., Daemon], desk_folder: Path
) -> None:
    daemon = start(ADMIN)
    sqlite = (desk_folder / "maild.db").exists()
    mia = Customer(daemon, NAME, MIA)
    mia.order("Purchase order PO-70231", ORDER.replace("Mia Okafor", f"{NAME}\nNote: {SECRET}"))
    jan = Customer(daemon, "Jan Smit", "jan@blueharbor.example")
    jan.order("Purchase order PO-70299", ORDER.replace("PO-70231", "PO-70299") + f"\nAsk {NAME} <{MIA}> about it.\n")
    daemon.ask("ticket.set", CLERK, id=1, changes=[["ship_to", f"{NAME}, 4 Quay"], ["total_cost", "335.00"]])
    daemon.ask("ticket.note", CLERK, id=1, text=f"{NAME} rang about {SECRET}")
    daemon.ask("fact.put", CLERK, rows=[{"address": MIA, "kind": "note", "key": "1", "text": SECRET}])
    refused = maild(desk_folder, "forget", MIA, "--as", "admin")
    assert refused.code == 65
    assert "work is left on their tickets: #1" in refused.err
    rehearsed = maild(desk_folder, "forget", MIA, "--as", "admin", "--dry-run")
    assert rehearsed.code == 0
    assert "it would be refused now: work is left on their tickets: #1" in rehearsed.out
    daemon.ask("ticket.move", "lead", id=1, status="solved")
    daemon.quiet()
    if sqlite:
        assert hold(desk_folder, SECRET)

    before = daemon.ticket(1)
    rehearsed = maild(desk_folder, "forget", MIA, "--dry-run", "--json", "--as", "admin").rows[0]
    assert (rehearsed["dry_run"], rehearsed["tickets"], rehearsed["facts"]) == (True, 1, 1)
    assert daemon.ticket(1)["comments"] == before["comments"]
    for colleague in (CLERK, "lead"):
        assert maild(desk_folder, "forget", MIA, "--as", colleague).code == 77, "only administrators may"

    answer = maild(desk_folder, "forget", MIA.upper(), "--as", "admin", "--json")
    assert answer.code == 0, answer.err
    [report] = answer.rows
    assert {n: report[n] for n in ("tickets", "records", "facts", "mails")} == {
        n: rehearsed[n] for n in ("tickets", "records", "facts", "mails")
    }
    assert any("backups" in words for words in report["not_covered"])
    ticket = daemon.ticket(1)
    assert (ticket["subject"], ticket["requester"]["address"]) == ("(erased)", "unknown@sender.invalid")
    assert (ticket["fields"]["total_cost"], ticket["fields"]["po_number"]) == ("335.00", "PO-70231")
    assert "ship_to" not in ticket["fields"]
    [order] = ticket["orders"]
    assert (order["total"], [line["quantity"] for line in order["lines"]]) == ("335.00", ["20", "100"])
    assert "ship_to" not in order
    assert [(row["orders"], row["total"]) for row in daemon.ask("report.sales")] == [(2, "670.00")]
    for told in (ticket, daemon.ticket(2)):
        for words in (SECRET, MIA, NAME):
            assert words.lower() not in str(told).lower(), words
    assert "erased-" in str(daemon.ticket(2)["comments"])
    assert daemon.ask("fact.list") == []
    raw = maild(desk_folder, "mail", "raw", 1)
    assert raw.code == 65
    assert "erased" in raw.err
    assert maild(desk_folder, "rules", "simulate", "--config", "config.toml").code == 0
    assert maild(desk_folder, "rules", "explain", 1).code == 0
    assert daemon.check() == []
    if sqlite:
        for words in (SECRET, MIA, "Vandersloot"):
            assert hold(desk_folder, words) == [], words
    again = maild(desk_folder, "forget", MIA, "--as", "admin", "--json").rows[0]
    assert (again["tickets"], again["mails"], again["elsewhere"]) == (0, 0, 0)
    mia.order("Purchase order PO-70240", ORDER.replace("PO-70231", "PO-70240"))
    assert daemon.ticket(3)["requester"]["address"] == MIA, "who writes again is met again"


@pytest.mark.both
def test_x01_kill_9_in_the_midst_of_forgetting_and_it_is_gone_on_with(desk_folder: Path, relay: Relay) -> None:
    daemon = Daemon(desk_folder).start(MAILD_FAIL="forget.step=kill:n=3")
    mia = Customer(daemon, NAME, MIA)
    for number in range(3):
        mia.order(f"Purchase order PO-7300{number}", ORDER.replace("PO-70231", f"PO-7300{number}") + SECRET)
        daemon.ask("ticket.move", "lead", id=number + 1, status="solved")
    daemon.quiet()
    assert maild(desk_folder, "forget", MIA).code != 0
    assert daemon.died() == -9
    daemon.start()
    told = maild(desk_folder, "doctor")
    assert f"forgetting {MIA} was begun" in told.out
    [report] = maild(desk_folder, "forget", MIA, "--json").rows
    assert (report["records"], report["tickets"], report["mails"]) == (1, 3, 3)
    assert report["resumed"]
    assert daemon.check() == []
    for number in (1, 2, 3):
        shown = str(daemon.ticket(number)).lower()
        assert all(words.lower() not in shown for words in (SECRET, MIA, NAME))
    assert daemon.stop() == 0


KEPT = """
[retention]
raw_mail = "10d"
attachments = "5d"
closed_tickets = "40d"
every = "1h"
batch = 2
"""


@pytest.mark.both
def test_what_is_old_and_finished_is_swept_and_nothing_else(start: Callable[..., Daemon], desk_folder: Path) -> None:
    config = desk_folder / "config.toml"
    config.write_text(config.read_text().replace("[relay]", KEPT + "[relay]", 1))
    daemon = start()
    mia = Customer(daemon, NAME, MIA)
    for number in range(5):
        mia.order(f"Purchase order PO-7300{number}", ORDER.replace("PO-70231", f"PO-7300{number}") + SECRET)
    for number in (1, 2, 3):
        daemon.ask("ticket.move", "lead", id=number, status="solved")
    daemon.advance(timedelta(days=29))  # closed a day ago
    daemon.quiet()
    assert [daemon.ticket(number)["status"] for number in (1, 5)] == ["closed", "open"]
    daemon.advance(timedelta(hours=2))
    kept = {mail["id"]: mail["erased_at"] is None for mail in daemon.ask("mail.list")}
    assert kept == {1: False, 2: False, 3: False, 4: True, 5: True}, "closed and old enough; the rest has work left"
    assert SECRET in str(daemon.ticket(1)["comments"]), "the text stays longer"
    assert daemon.check() == []
    daemon.advance(timedelta(days=40))
    daemon.wait_for("retention.swept", closed_tickets=3)
    ticket = daemon.ticket(1)
    assert (ticket["subject"], ticket["comments"][0]["text"]) == ("(erased)", "(erased)")
    assert ticket["fields"]["po_number"] == "PO-73000"
    assert ticket["requester"]["address"] == MIA, "who it was is kept until somebody asks to be forgotten"
    assert SECRET in str(daemon.ticket(5)["comments"])
    assert [row["orders"] for row in daemon.ask("report.sales")] == [5]
    assert daemon.check() == []


@pytest.mark.both
def test_x01_kill_9_in_the_midst_of_a_sweep_and_the_next_one_goes_on(desk_folder: Path, relay: Relay) -> None:
    config = desk_folder / "config.toml"
    config.write_text(config.read_text().replace("[relay]", KEPT + "[relay]", 1))
    daemon = Daemon(desk_folder).start(MAILD_FAIL="retention.sweep=kill:n=2")
    mia = Customer(daemon, NAME, MIA)
    for number in range(3):
        mia.order(f"Purchase order PO-7300{number}", ORDER.replace("PO-70231", f"PO-7300{number}") + SECRET)
        daemon.ask("ticket.move", "lead", id=number + 1, status="solved")
    with contextlib.suppress(MaildError, NoDaemon, OSError):
        daemon.advance(timedelta(days=30))
        daemon.advance(timedelta(hours=2))
    assert daemon.died() == -9
    daemon.start()
    daemon.wait_for("retention.swept")
    daemon.quiet()  # it may have died before all three were closed
    daemon.advance(timedelta(hours=2))
    assert all(mail["erased_at"] for mail in daemon.ask("mail.list"))
    assert daemon.check() == []
    assert daemon.stop() == 0
