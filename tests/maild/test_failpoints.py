"""Failing on purpose, by name."""

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maild import failpoints
from maild.failpoints import REGISTRY, Failure, armed


def run(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    script = "from maild import failpoints\n" + code
    return subprocess.run(
        [sys.executable, "-c", script], env=os.environ | environment, capture_output=True, text=True, timeout=60
    )


def test_unset_costs_nothing_and_does_nothing() -> None:
    environment = {"MAILD_FAIL": "", "MAILD_FAIL_LOG": ""}
    done = run(
        "assert not failpoints.ACTIVE\nfailpoints.hit('tx.begin')\nprint(failpoints.hit.__name__)", **environment
    )
    assert done.stdout == "_nothing\n"


def test_kill_on_the_third_hit_is_sudden_and_logged(tmp_path: Path) -> None:
    log = tmp_path / "hits"
    code = "for i in range(9):\n  print(i, flush=True)\n  failpoints.hit('tx.before_commit')"
    done = run(code, MAILD_FAIL="tx.before_commit=kill:n=3", MAILD_FAIL_LOG=str(log))
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "0\n1\n2\n")
    assert log.read_text() == "tx.before_commit\n" * 3


def test_log_alone_counts_without_failing(tmp_path: Path) -> None:
    log = tmp_path / "hits"
    run("failpoints.hit('tx.begin'); failpoints.hit('smtp.rcpt')", MAILD_FAIL="", MAILD_FAIL_LOG=str(log))
    assert log.read_text() == "tx.begin\nsmtp.rcpt\n"


def test_a_name_nobody_knows_stops_the_start() -> None:
    done = run("", MAILD_FAIL="tx.befor_commit=kill")
    assert done.returncode == 1 and "no failpoint is called 'tx.befor_commit'" in done.stderr


@pytest.mark.parametrize(
    "text", ["tx.begin=explode", "tx.begin=kill:x=1", "tx.begin", "seed=x", "tx.begin=kill:p=often"]
)
def test_mistakes_are_told(text: str) -> None:
    with pytest.raises(ValueError):
        armed(text)


def test_actions() -> None:
    hit = armed("tx.begin=raise; smtp.rcpt=enospc; data.half=drop; chunk.written=delay:s=0")
    with pytest.raises(Failure, match=r"tx\.begin"):
        hit("tx.begin")
    with pytest.raises(OSError) as full:
        hit("smtp.rcpt")
    assert full.value.errno == errno.ENOSPC
    with pytest.raises(ConnectionResetError):
        hit("data.half")
    hit("chunk.written")
    hit("timer.selected")
    with pytest.raises(ValueError, match="no failpoint"):
        hit("nowhere")


def test_chance_repeats_with_its_seed() -> None:
    def failures(seed: int) -> list[int]:
        hit, failed = armed(f"tx.begin=raise:p=0.1;seed={seed}"), []
        for number in range(1000):
            try:
                hit("tx.begin")
            except Failure:
                failed.append(number)
        return failed

    assert failures(7) == failures(7) != failures(8)
    assert 50 < len(failures(7)) < 200


def test_the_places_known_are_those_that_are_hit() -> None:
    top = Path(failpoints.__file__).parents[1]
    files = [file for room in ("maild", "pipeline", "notifications") for file in (top / room).rglob("*.py")]
    sources = "".join(file.read_text("utf-8") for file in files if file.name != "failpoints.py")
    assert {name for name in REGISTRY if f'("{name}")' not in sources} == set()
    assert set(re.findall(r'failpoints\.hit\("([a-z0-9_.]+)"', sources)) <= REGISTRY
