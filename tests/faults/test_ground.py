"""B03 and B04: the disk runs full and has room again; the database's file vanishes or may not be written."""

import resource
import shutil
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest

from maild.errors import CannotCreate, ConfigError
from maild.health import Health
from maild.store.db import Database
from maild.store.ground import Gone, Ground
from maild.store.lock import Lock
from maild.store.trouble import StoreTrouble, TroubleKind
from maild.store.tx import Tx
from maild.surroundings import Surroundings
from pipeline.accept import _CODES, _TROUBLE
from tests.journeys.command import several
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import PATIENCE, Daemon
from tests.journeys.relay import Relay
from tests.maild.store import builders
from tests.maild.store.conftest import START


class Disk:
    """A disk with so many bytes free."""

    free = 10**9

    def __call__(self, folder: Path) -> int:
        return self.free


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def watched(db: Database, disk: Disk) -> tuple[Surroundings, Health]:
    health = Health(START)
    ground = Ground(db.url, 1000, disk)
    return Surroundings(ground, health, db.clock, lambda: None, None), health


def test_b03_the_intake_closes_below_one_and_a_half_mails_and_opens_by_itself(
    watched: tuple[Surroundings, Health], disk: Disk
) -> None:
    surroundings, health = watched
    disk.free = 1500
    assert surroundings.refusal() == ""
    disk.free = 1499
    assert surroundings.refusal().startswith("452 4.3.1 ")
    assert "1499 bytes are free, 1500 are needed" in health.failing["disk"]
    disk.free = 1500
    surroundings.look()
    assert surroundings.refusal() == ""
    assert health.failing == {}


def test_b04_a_database_that_was_removed_closes_the_intake_and_is_not_made_anew(
    watched: tuple[Surroundings, Health], db: Database, file: Path
) -> None:
    surroundings, health = watched
    db.write_now(builders.ticket)
    file.unlink()
    assert surroundings.refusal().startswith("451 4.3.0 ")
    assert "was removed while maild runs" in health.failing["disk"]
    db.engine.dispose()
    db._reading.dispose()
    with pytest.raises(StoreTrouble) as caught:  # a new connection must not make an empty file
        db.read_now(lambda tx: None)
    assert caught.value.kind is TroubleKind.GONE
    assert not file.exists()


def test_b04_another_file_in_its_place_is_noticed_too(db: Database, file: Path, disk: Disk) -> None:
    ground = Ground(db.url, 1000, disk)
    ground.demand()
    other = Path(shutil.copy(file, file.with_name("other")))
    other.replace(file)
    with pytest.raises(Gone, match="replaced by another file"):
        ground.demand()


def test_b03_a_file_system_that_does_not_answer_closes_the_intake(db: Database) -> None:
    def free(folder: Path) -> int:
        raise OSError(5, "Input/output error")

    trouble = Ground(db.url, 1000, free).trouble()
    assert trouble is not None
    assert "Input/output error" in trouble.why
    assert not trouble.full


def test_of_a_database_server_nothing_is_known_from_here() -> None:
    ground = Ground("postgresql://maild@db.example/maild", 1000, lambda folder: 0)
    assert ground.trouble() is None
    ground.demand()


def test_b04_a_missing_folder_is_refused_and_not_made(desk_folder: Path) -> None:
    config = desk_folder / "config.toml"
    config.write_text('[database]\nurl = "sqlite:///nowhere/maild.db"\n' + config.read_text())
    for answer in several(desk_folder, ["check"], ["run"]):
        assert answer.code == ConfigError.exit_code
        assert f"config.toml:2: database.url: there is no folder {desk_folder}/nowhere" in answer.err
    assert not (desk_folder / "nowhere").exists()


def test_b04_the_lock_makes_no_folder_either(tmp_path: Path) -> None:
    with pytest.raises(CannotCreate, match="No such file"), Lock.of(f"sqlite:///{tmp_path}/nowhere/maild.db"):
        pass
    assert not (tmp_path / "nowhere").exists()


def code_of(customer: Customer, number: int, between: Callable[[], object] = lambda: None) -> str:
    """The last reply to one order, "250 ..." or a refusal; ``between`` is done before the final dot."""
    message = customer.mail(f"Order {number}", ORDER.replace("PO-70231", f"PO-{number}"))
    raw = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    with smtplib.SMTP("127.0.0.1", customer.daemon.port, timeout=PATIENCE) as client:
        client.ehlo("customer.example")
        code, text = client.mail(customer.address)
        if code != 250:
            return f"{code} {text.decode()}"
        assert client.rcpt("orders@shop.example")[0] == 250
        assert client.docmd("DATA")[0] == 354
        between()
        client.send(raw + b".\r\n")
        code, text = client.getreply()
    return f"{code} {text.decode()}"


def test_b03_a_file_that_may_not_grow_loses_nothing_and_recovers_by_itself(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    """RLIMIT_FSIZE: the kernel refuses the write, as a full disk would. Lifted, everything goes on."""
    assert code_of(customer, 1).startswith("250 ")
    daemon.quiet()
    pid = daemon.ask("status")[0]["pid"]
    log = desk_log_size(daemon)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (log, resource.RLIM_INFINITY))
    refused = [code_of(customer, number) for number in (2, 3)]
    assert [reply[:3] for reply in refused] == ["452", "452"]
    assert "4.3.1" in refused[0]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert [code_of(customer, number)[:3] for number in (2, 3)] == ["250", "250"]
    daemon.quiet()
    assert sorted(ticket["po_number"] for ticket in daemon.tickets()) == ["PO-1", "PO-2", "PO-3"]
    assert len(relay.letters) == 3
    assert [mail["state"] for mail in daemon.ask("mail.list")] == ["done"] * 3
    assert {line["kind"] for line in daemon.events("mail.refused")} == {"full"}


def desk_log_size(daemon: Daemon) -> int:
    """Bytes of the write-ahead log: a limit there stops every write behind it, those into the main file come first."""
    return (daemon.folder / "maild.db-wal").stat().st_size


def test_b04_a_removed_database_promises_nothing(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start()
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    assert code_of(customer, 1).startswith("250 ")
    daemon.quiet()
    file = daemon.folder / "maild.db"
    kept = daemon.folder / "kept.db"
    reply = code_of(customer, 2, between=lambda: file.rename(kept))
    assert reply.startswith("451 4.3.0 "), "a promise on a file without a name"
    assert code_of(customer, 2).startswith("451 4.3.0 ")
    assert not file.exists(), "an empty database was made in silence"
    closed = daemon.wait_for("intake.closed")
    assert closed["level"] == "error"
    assert daemon.ask("status")[0]["ready"] is False
    assert "disk" in daemon.ask("status")[0]["degraded"]
    kept.rename(file)
    assert code_of(customer, 2).startswith("250 ")
    daemon.quiet()
    assert len(daemon.tickets()) == 2


def test_b04_a_database_that_may_only_be_read_is_told_and_stays_as_it_is(db: Database) -> None:
    """What SQLite says of a file without permission (root has every permission, so it is asked of a connection)."""

    def forbid(tx: Tx) -> None:
        tx.conn.exec_driver_sql("PRAGMA query_only=ON")

    db.write_now(forbid)
    with pytest.raises(StoreTrouble) as caught:
        db.write_now(builders.ticket)
    assert caught.value.kind is TroubleKind.READ_ONLY
    assert "permissions" in caught.value.hint
    assert accept_codes(caught.value.kind) == "4.3.0"


def accept_codes(kind: TroubleKind) -> str:
    """The enhanced status that a sender hears for trouble of this kind."""
    return _CODES.get(kind, _TROUBLE)[0]
