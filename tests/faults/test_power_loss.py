"""X11: the power goes. Every mail whose sender heard 250 is there afterwards, and every invariant holds.

One life of the real daemon is written down call by call; then the power is cut offline, at every promise and at many
instants between, in every way in which a disk may have lost what was never synced.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from maild.clock import ManualClock
from maild.store import doctor, spool
from maild.store.db import Database
from tests.faults.powerloss import MODES, Disk, Op, build, records
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import EPOCH, Daemon
from tests.journeys.relay import Relay

MAILS = 24
INSTANTS = 40  # cuts in each mode, besides the one at the very end


@dataclass(frozen=True)
class Life:
    """A daemon's journal, and the bytes of each mail that got its 250, by its number."""

    journal: Path
    mails: dict[int, bytes]


@pytest.fixture
def live(
    desk_folder: Path, relay: Relay, tmp_path: Path, require_tool: Callable[[str], str]
) -> Iterator[Callable[..., Life]]:
    library = build(require_tool("gcc"), tmp_path)
    daemon = Daemon(desk_folder)

    def run(synchronous: str, count: int = MAILS) -> Life:
        journal = tmp_path / "journal"
        daemon.start(
            LD_PRELOAD=str(library),
            POWERLOSS_DIR=str(desk_folder),
            POWERLOSS_JOURNAL=str(journal),
            MAILD_TEST_SYNCHRONOUS=synchronous,
        )
        customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
        mails = dict(_deliver(customer, count))
        daemon.kill()
        return Life(journal, mails)

    yield run
    daemon.end()


def _deliver(customer: Customer, count: int) -> Iterator[tuple[int, bytes]]:
    """Enough for several checkpoints: the log is written back, begun anew and overwritten."""
    for number in range(count):
        text = ORDER.replace("PO-70231", f"PO-{number}") + f"More words of {number}.\n" * (25_000 if number % 3 else 1)
        message = customer.mail(f"Order {number}", text)
        raw = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
        reply = customer.send_raw(raw, "orders@shop.example")
        assert reply.startswith("250 2.0.0 queued as ")
        yield int(reply.rpartition(" ")[2]), raw


def _cuts(life: Life, folder: Path, wanted: int = INSTANTS) -> Iterator[tuple[str, Path, list[int]]]:
    """(how, what is left, promised until then). Half of the instants are those after a promise."""
    played = list(records(life.journal))
    dice = random.Random(11)
    promises = [index for index, record in enumerate(played) if record.op is Op.PROMISE]
    last = len(played) - 1
    between = sorted(set(range(promises[0], last)) - set(promises))
    instants = {*promises, *dice.sample(between, wanted - len(promises)), last}
    disk = Disk()
    for index, record in enumerate(played):
        disk.play(record)
        if index in instants:
            for mode in MODES:
                left = folder / f"{index}-{mode}"
                disk.cut(mode, index, left)
                yield mode, left, list(disk.promised)
                shutil.rmtree(left)


def _complaints(left: Path, promised: list[int], mails: dict[int, bytes]) -> list[str]:
    """What a restart would find."""
    if not (left / "maild.db").exists():
        return ["there is no database"] if promised else []
    db = Database(f"sqlite:///{left}/maild.db", ManualClock(EPOCH))
    try:
        found = db.read_now(doctor.check)
        gone = (n for n in promised if db.read_now(partial(spool.raw, message_id=n)) != mails[n])
        return found + [f"mail {n} is gone" for n in gone]
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    finally:
        db.close_now()


@pytest.mark.long
@pytest.mark.timeout(1800)  # hundreds of copies of a database, each synced: a busy disk takes its time
def test_x11_every_promised_mail_survives_a_power_cut(
    live: Callable[..., Life], desk_folder: Path, tmp_path: Path
) -> None:
    life = live("FULL")
    cuts = 0
    for mode, left, promised in _cuts(life, tmp_path / "left"):
        assert _complaints(left, promised, life.mails) == [], f"{left.name} ({mode})"
        cuts += 1
    assert cuts >= 4 * INSTANTS
    ops = [record.op for record in records(life.journal)]
    assert ops.count(Op.PROMISE) == len(life.mails)
    assert ops.count(Op.SYNC) > len(life.mails)
    _start_on_what_is_left(life, desk_folder, tmp_path / "torn")


def _start_on_what_is_left(life: Life, desk_folder: Path, left: Path) -> None:
    """The daemon itself, after the last of the cuts: everything is worked off."""
    disk = Disk()
    for record in records(life.journal):
        disk.play(record)
    disk.cut("torn", 7, left)
    for name in ("maild.db", "maild.db-wal", "maild.db-shm"):
        (desk_folder / name).unlink(missing_ok=True)
    shutil.copytree(left, desk_folder, dirs_exist_ok=True)
    daemon = Daemon(desk_folder).start()
    try:
        daemon.quiet()
        assert daemon.check() == []
        assert len(daemon.tickets()) == len(life.mails)
    finally:
        daemon.end()


@pytest.mark.long
@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_x11_the_same_cuts_find_what_less_than_full_would_lose(
    synchronous: str, live: Callable[..., Life], tmp_path: Path
) -> None:
    """Else the test above would prove nothing."""
    life = live(synchronous, 8)
    lost = {
        mode for mode, left, promised in _cuts(life, tmp_path / "left", 12) if _complaints(left, promised, life.mails)
    }
    assert lost >= {"none"}
    assert "all" not in lost, "the loss is the power cut's, not the journal's"
