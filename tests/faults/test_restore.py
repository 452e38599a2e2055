"""Backup and restore as an operator types them, around a daemon that works."""

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.journeys.command import maild, several
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay


def at(daemon: Daemon) -> str:
    """The daemon's time, for commands."""
    return f"manual:{daemon.now.isoformat()}"


def order(customer: Customer, number: int) -> None:
    customer.order(f"Order {number}", ORDER.replace("PO-70231", f"PO-{number}"))


def confirmed(relay: Relay) -> list[str]:
    """Order numbers in the subjects or texts of what arrived, in order."""
    return [str(received.mail["Message-ID"]) for received in relay.letters]


def test_b14_x12_nothing_is_confirmed_twice_after_a_restore(
    daemon: Daemon, customer: Customer, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since the backup: a letter that waited left, a reminder was sent, another order came and was confirmed."""
    order(customer, 1)
    relay.down()
    order(customer, 2)
    taken = maild(daemon.folder, "backup", "copy.db", "--json", MAILD_CLOCK=at(daemon))
    assert taken.code == 0, taken.err
    assert taken.rows[0]["file"] == "copy.db"
    relay.back()
    daemon.advance(timedelta(minutes=30))
    order(customer, 3)
    daemon.advance(timedelta(hours=30))
    before = confirmed(relay)
    assert len(before) > 3, "no reminder was sent"
    log = daemon.folder / "log"
    log.write_text("\n".join(json.dumps(line) for line in daemon.log))

    refused = maild(daemon.folder, "restore", "copy.db", "--force", MAILD_CLOCK=at(daemon))
    assert refused.code == 69
    assert "another maild runs" in refused.err
    assert daemon.stop() == 0
    monkeypatch.setenv("MAILD_CLOCK", at(daemon))
    there, back = several(daemon.folder, ["restore", "copy.db"], ["restore", "copy.db", "--force", "--log", "log"])
    assert there.code == 73
    assert "--force" in there.err
    assert back.code == 0, back.err
    assert "0 letters that waited in the copy are held" in back.out
    assert "1 more did, says the log" in back.out
    assert "mail.received" in back.out

    daemon.start()
    daemon.quiet()
    daemon.advance(timedelta(hours=1))
    assert confirmed(relay) == before, "something was sent a second time"
    assert daemon.check() == []
    assert {ticket["po_number"] for ticket in daemon.tickets()} == {"PO-1", "PO-2"}
    anew = [letter for letter in daemon.letters() if letter["code"] == "restored.sent"]
    assert len(anew) > 1, "the reminder of the gap is not listed"
    assert {letter["message_id"] for letter in anew} <= set(before)

    order(customer, 4)
    assert len(confirmed(relay)) == len(before) + 1, "what is new is confirmed as ever"
    assert confirmed(relay)[-1] not in before
    released = maild(daemon.folder, "outbox", "release", "--code", "restored", "--json")
    assert (released.code, released.rows) == (0, [])
    daemon.quiet()
    assert len(confirmed(relay)) == len(before) + 1, "something was sent a second time"
    assert daemon.check() == []


def test_b14_a_slash_at_the_end_makes_the_folder_and_each_night_leaves_a_copy_of_its_own(daemon: Daemon) -> None:
    first = maild(daemon.folder, "backup", "nights/", "--json", MAILD_CLOCK=at(daemon))
    assert first.code == 0, first.err
    daemon.advance(timedelta(days=1))
    second = maild(daemon.folder, "backup", "nights/", "--json", MAILD_CLOCK=at(daemon))
    folder = daemon.folder / "nights"
    assert (folder.is_dir(), stat.S_IMODE(folder.stat().st_mode)) == (True, 0o700)
    assert [row.rows[0]["file"] for row in (first, second)] == [
        "nights/maild-20261123T090000Z.db",
        "nights/maild-20261124T090000Z.db",
    ]
    (daemon.folder / "one").write_bytes(b"")
    for name in ("one/", "not/there/"):
        refused = maild(daemon.folder, "backup", name)
        assert (refused.code, "slash" in refused.err) == (73, True)


def test_x12_without_a_log_what_waited_is_held(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    relay.down()
    order(customer, 1)
    [taken] = maild(daemon.folder, "backup", ".", "--json", MAILD_CLOCK=at(daemon)).rows
    relay.back()
    daemon.advance(timedelta(minutes=30))
    assert len(relay.letters) == 1
    assert daemon.stop() == 0
    [row] = maild(daemon.folder, "restore", taken["file"], "--force", "--json", MAILD_CLOCK=at(daemon)).rows
    assert (row["letters_held"], row["letters_sent"]) == (1, 0)
    daemon.start()
    daemon.advance(timedelta(minutes=30))
    [letter] = daemon.letters()
    assert (letter["phase"], letter["code"]) == ("held", "restored")
    neither = maild(daemon.folder, "outbox", "drop")
    assert neither.code == 64
    assert [row["phase"] for row in daemon.ask("outbox.drop", code="restored")] == ["dropped"]
    assert len(relay.letters) == 1


def filed(daemon: Daemon, mailbox: Dovecot, count: int) -> None:
    while len(mailbox.subjects("Processed")) < count:
        daemon.wait_for("imap.filed")
    daemon.quiet()


@pytest.mark.parametrize("log", [False, True], ids=["without a log", "with the log"])
def test_x12_a_mailbox_is_read_again_and_its_senders_hear_nothing_twice(
    log: bool, mailbox: Dovecot, relay: Relay, desk_folder: Path, start: Callable[..., Daemon]
) -> None:
    daemon = start()
    writer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")

    def put(number: int) -> None:
        message = writer.mail(f"Order {number}", ORDER.replace("PO-70231", f"PO-{number}"))
        mailbox.put(message.as_bytes(policy=message.policy.clone(linesep="\r\n")))

    put(1)
    filed(daemon, mailbox, 1)
    assert maild(desk_folder, "backup", "copy.db", MAILD_CLOCK=at(daemon)).code == 0
    put(2)
    filed(daemon, mailbox, 2)
    assert len(relay.letters) == 2
    assert daemon.stop() == 0
    (desk_folder / "log").write_text("\n".join(json.dumps(line) for line in daemon.log))
    told = ["--log", "log"] if log else []
    assert maild(desk_folder, "restore", "copy.db", "--force", *told, MAILD_CLOCK=at(daemon)).code == 0
    daemon.now += timedelta(hours=1)
    daemon.start()
    daemon.wait_for("imap.reread", mails=1)
    daemon.quiet()
    assert sorted(ticket["po_number"] for ticket in daemon.tickets()) == ["PO-1", "PO-2"]
    assert len(relay.letters) == 2
    [letter] = [letter for letter in daemon.letters() if letter["phase"] != "sent"]
    code = "restored.likely" if log else "restored"
    assert (letter["phase"], letter["code"], letter["ticket_id"]) == ("held", code, 10_002)
    assert ("the log says that letter 2 to mia@blueharbor.example" in letter["why"]) is log
    put(3)
    filed(daemon, mailbox, 3)
    assert len(relay.letters) == 3, "what came after the return is confirmed"
    released = maild(desk_folder, "outbox", "release", "--code", "restored", "--json")
    assert len(released.rows) == (0 if log else 1)
    daemon.quiet()
    assert len(relay.letters) == (3 if log else 4)
    assert daemon.check() == []
