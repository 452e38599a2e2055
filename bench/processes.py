"""What a measurement starts: programs that say their port when they listen, the sink, peers by their scripts."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PEERS = Path(os.environ.get("MAILD_BENCH_PEERS") or Path(tempfile.gettempdir()) / "maild-peers")


def environment() -> dict[str, str]:
    """For our own commands and what they are compared with: bytecode is kept as in an installation, but not here."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    bytecode = Path(tempfile.gettempdir()) / "maild-bytecode"
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(bytecode)}


@contextlib.contextmanager
def listening(module: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """A module of ours that prints its port when it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", module], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process
    finally:
        process.kill()
        process.communicate()


def taken(sink: "subprocess.Popen[str]") -> int:
    """How many letters the sink has."""
    assert sink.stdin is not None and sink.stdout is not None
    sink.stdin.write("\n")
    sink.stdin.flush()
    return int(sink.stdout.readline())


def load(port: int, **options: Any) -> dict[str, float]:
    """What the client of bench.load says it measured."""
    named = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    said = subprocess.run(
        [sys.executable, "-m", "bench.load", "--port", str(port), *named],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    if said.returncode:
        raise RuntimeError(said.stderr)
    told: dict[str, float] = json.loads(said.stdout)
    return told


def peer(script: str, *arguments: object) -> None:
    """Run a script of bench/peers; raises CalledProcessError where the peer cannot be had."""
    command = ["sh", str(ROOT / "bench" / "peers" / script), *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=900)


def seconds(pid: int) -> float:
    """Processor time that a process used so far; its children not counted."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """MiB of memory that a process holds now."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> float:
    """MiB of memory that it ever held."""
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> float:
    found = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name + ":"))
    return int(found.split()[1]) / 1024
