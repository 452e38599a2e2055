"""A handful of seeds: everything is as the oracle says, and the same seed lives the same life in another process."""

import os
import subprocess
import sys

SEEDS = "1..2"
DAYS = "1"


def test_the_same_seed_lives_the_same_life_whatever_the_hashes() -> None:
    lives = [_start(hashes) for hashes in ("1", "2")]
    said = [life.communicate(timeout=300) for life in lives]
    assert [life.returncode for life in lives] == [0, 0], said[0][1] + said[1][1]
    traces = [[line for line in out.splitlines() if " trace " in line] for out, _ in said]
    assert len(set(traces[0])) == 2
    assert traces[0] == traces[1]


def _start(hashes: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.simulation", "--seeds", SEEDS, "--days", DAYS, "--traces"],
        env=os.environ | {"PYTHONHASHSEED": hashes},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
