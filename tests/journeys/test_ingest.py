"""Mails from files, folders, mboxes and standard input, and a rehearsal that leaves no trace."""

import sqlite3
from email.message import EmailMessage
from pathlib import Path

from tests.journeys.command import maild
from tests.journeys.customer import ORDER
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay


def mail(number: int) -> bytes:
    message = EmailMessage()
    message["From"] = "Mia Okafor <mia@blueharbor.example>"
    message["To"] = "orders@shop.example"
    message["Subject"] = f"Purchase order PO-7000{number}"
    message["Message-ID"] = f"<{number}@blueharbor.example>"
    message.set_content(ORDER.replace("PO-70231", f"PO-7000{number}"))
    return message.as_bytes()


def test_ingest_takes_files_folders_mboxes_and_standard_input(daemon: Daemon, tmp_path: Path, relay: Relay) -> None:
    folder = tmp_path / "old mail"
    (folder / "2026").mkdir(parents=True)
    (folder / "a.eml").write_bytes(mail(1))
    (folder / "2026" / "b.eml").write_bytes(mail(2))
    mbox = b"".join(b"From mia@blueharbor.example Mon Nov 23 09:00:00 2026\n" + mail(n) + b"\n" for n in (3, 4))
    (tmp_path / "box").write_bytes(mbox)
    taken = maild(tmp_path, "ingest", folder, "box", "-", "--json", given=mail(5))
    assert taken.code == 0
    assert [(row["mail"], row["duplicate"]) for row in taken.rows] == [(n, False) for n in range(1, 6)]
    assert taken.rows[2]["file"] == "box[1]"
    daemon.quiet()
    assert {t["po_number"] for t in daemon.tickets()} == {f"PO-7000{n}" for n in range(1, 6)}
    assert {letter["code"] for letter in daemon.letters()} == {"auth.stranger"}
    again = maild(tmp_path, "ingest", "box", "gone.eml", "--json")
    assert again.code == 66
    assert "gone.eml: no such file" in again.err
    assert [row["duplicate"] for row in again.rows] == [True, True]
    wrong = maild(tmp_path, "ingest", "box", "--to", "sales@shop.example")
    assert wrong.code == 65
    assert "orders@shop.example" in wrong.err


def test_a_rehearsal_tells_all_and_leaves_no_trace(daemon: Daemon, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1))
    assert daemon.stop() == 0
    before = contents(tmp_path / "maild.db")
    [row] = maild(tmp_path, "ingest", "a.eml", "--dry-run", "--json").rows
    assert (row["kind"], row["outcome"], row["orders"]) == ("order", "ticket", ["PO-70001"])
    assert "Take in a new order" in row["fired"]
    assert row["letters"] == ["order_received to mia@blueharbor.example: held"]
    assert contents(tmp_path / "maild.db") == before


def contents(database: Path) -> list[str]:
    with sqlite3.connect(database) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines
