"""``python -m bench [NAMES]``: measure and print one line a figure; exits 1 where one falls short.

A name is a measurement or one part of it, as in ``accept.small16``; each part takes at most two or three minutes.
"""

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench.figures import Figure

NAMES = ("accept", "end_to_end", "postgres", "rules", "timers", "views", "memory", "start", "reading", "web")

Part = Callable[[], Iterable[Figure]]


def main() -> int:
    wanted = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    wanted.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)}; all where none is named")
    wanted.add_argument("--list", action="store_true", help="print all names")
    options = wanted.parse_args()
    parts = {name: part for measurement in NAMES for name, part in _parts(measurement)}
    if options.list:
        print("\n".join(parts))
        return 0
    chosen = [name for name in parts if not options.names or {name, name.partition(".")[0]} & set(options.names)]
    unknown = [name for name in options.names if name not in parts and name not in NAMES]
    if unknown:
        wanted.error(f"no measurement is called {', '.join(unknown)}")
    print(
        f"{_machine()}, Python {platform.python_version()}, medians of interleaved pairs [lowest-highest]", flush=True
    )
    short = False
    for name in chosen:
        for figure in parts[name]():
            print(figure.line, flush=True)
            short = short or figure.met is False
    return int(short)


def _parts(measurement: str) -> Iterator[tuple[str, Part]]:
    module = importlib.import_module(f"bench.{measurement}")
    parts: dict[str, Part] = getattr(module, "PARTS", {})
    if not parts:
        yield measurement, module.run
    for name, part in parts.items():
        yield f"{measurement}.{name}", part


def _machine() -> str:
    """Processor, how many of them, and the system."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor")
    return f"{os.cpu_count()} x {model}, load {os.getloadavg()[0]:.1f}, {platform.platform()}"


if __name__ == "__main__":
    sys.exit(main())
