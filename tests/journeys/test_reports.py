"""Reports through the running daemon: sales, orders by day, time per stage, late orders; as rows, CSV and pictures."""

import csv
import io
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both


def order(daemon: Daemon, number: int, domain: str, total: str = "335.00", currency: str = "EUR") -> None:
    text = ORDER.replace("PO-70231", f"PO-7300{number}").replace("335.00 EUR", f"{total} {currency}")
    text = text.replace("Currency: EUR", f"Currency: {currency}")
    Customer(daemon, "Mia Okafor", f"mia@{domain}").order(f"Order {number}", text)


def test_sales_by_month_and_organization(daemon: Daemon, relay: Relay) -> None:
    maild(daemon.folder, "organization", "set", "=Evil & Co", "domains=evil.example")
    order(daemon, 1, "blueharbor.example")
    order(daemon, 2, "evil.example")
    daemon.ask("ticket.set", "orders-agent", id=2, changes=[("total_cost", "0.10"), ("currency", "USD")])
    daemon.advance(timedelta(days=7, hours=13, minutes=59))  # 23:59 of 30 November in Berlin
    order(daemon, 3, "blueharbor.example")
    daemon.ask("ticket.set", "orders-agent", id=3, changes=[("total_cost", "0.20")])
    daemon.advance(timedelta(minutes=2))
    order(daemon, 4, "blueharbor.example")
    rows = maild(daemon.folder, "report", "sales", "--json").rows
    assert [tuple(row.values()) for row in rows] == [
        ("2026-11", "=Evil & Co", "USD", 1, "0.10"),
        ("2026-11", "Blue Harbor Supplies", "EUR", 2, "335.20"),
        ("2026-12", "Blue Harbor Supplies", "EUR", 1, "335.00"),
    ]
    told = list(csv.reader(io.StringIO(maild(daemon.folder, "report", "sales", "--csv").raw.decode(), newline="")))
    assert told[0] == ["month", "organization", "orders", "total", "currency"]
    assert told[1] == ["2026-11", "'=Evil & Co", "1", "0.10", "USD"]
    assert "Blue Harbor Supplies" in maild(daemon.folder, "report", "sales").out


def test_orders_by_day_show_days_without_any(daemon: Daemon, relay: Relay) -> None:
    order(daemon, 1, "blueharbor.example")
    daemon.advance(timedelta(days=2))
    order(daemon, 2, "blueharbor.example")
    Customer(daemon, "Ann", "ann@blueharbor.example").order("A question", "When are you open?")
    rows = maild(daemon.folder, "report", "orders", "--days", 3, "--json").rows
    assert [(row["day"], row["orders"], row["tickets"]) for row in rows] == [
        ("2026-11-23", 1, 1),
        ("2026-11-24", 0, 0),
        ("2026-11-25", 1, 2),
    ]
    assert maild(daemon.folder, "report", "orders", "--days", 9999).code == 64


def test_time_per_stage_is_read_off_the_history(daemon: Daemon, relay: Relay) -> None:
    order(daemon, 1, "blueharbor.example")
    daemon.advance(timedelta(hours=3))
    daemon.ask("ticket.macro", "orders-agent", id=1, macro="approve")
    daemon.advance(timedelta(hours=5))
    daemon.ask("ticket.set", "orders-agent", id=1, changes=[("so_number", "9001")])
    daemon.ask("ticket.macro", "orders-agent", id=1, macro="confirm-processing")
    daemon.advance(timedelta(hours=1))
    rows = {row["stage"]: row for row in maild(daemon.folder, "report", "stages", "--json").rows}
    assert rows["tag open_order"]["average_hours"] == 3
    assert rows["tag order_ready_to_process"]["longest_hours"] == 5
    assert (rows["status open"]["ended"], rows["status open"]["median_hours"]) == (1, 8)
    assert (rows["status on-hold"]["ended"], rows["status on-hold"]["going_on"]) == (0, 1)
    assert rows["tag order_processed"]["average_hours"] is None


def test_late_orders_are_those_past_their_ship_date(daemon: Daemon, relay: Relay) -> None:
    order(daemon, 1, "blueharbor.example")  # wants it by 4 December
    order(daemon, 2, "blueharbor.example")
    daemon.ask("ticket.set", "orders-agent", id=2, changes=[("ship_date", "2027-01-31")])
    daemon.ask("ticket.move", "orders-agent", id=1, status="on-hold")
    daemon.advance(timedelta(days=11, hours=13, minutes=59))
    assert maild(daemon.folder, "report", "late", "--json").rows == []
    daemon.advance(timedelta(minutes=1))  # midnight in Berlin
    [row] = maild(daemon.folder, "report", "late", "--json").rows
    assert (row["id"], row["days_late"], row["po_number"]) == (1, 1, "PO-73001")


def test_i14_pictures_stand_by_themselves_and_only_where_they_may(daemon: Daemon, relay: Relay) -> None:
    order(daemon, 1, "blueharbor.example")
    folder = daemon.folder
    for name in ("sales", "orders", "stages", "late"):
        assert maild(folder, "report", name, "--svg", f"{name}.svg").code == 0
        drawn = (folder / f"{name}.svg").read_text()
        ElementTree.fromstring(drawn)
        assert "href" not in drawn and "<script" not in drawn
    assert (
        "Blue Harbor"
        in maild(folder, "report", "sales", "--svg", "sales.html").out + (folder / "sales.html").read_text()
    )
    assert maild(folder, "report", "sales", "--svg", "sales.svg").code == 73
    assert maild(folder, "report", "sales", "--svg", "sales.svg", "--force").code == 0
    assert maild(folder, "report", "sales", "--svg", "../outside.svg").code == 64
    assert not (folder.parent / "outside.svg").exists()
