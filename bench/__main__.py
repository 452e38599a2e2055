"""``python -m bench [NAMES]``: measure and print one line a figure; exits 1 where one falls short."""

import argparse
import importlib
import platform
import sys

NAMES = ("accept", "end_to_end", "rules", "timers", "views", "memory", "start")


def main() -> int:
    wanted = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    wanted.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)}; all where none is named")
    names = wanted.parse_args().names or NAMES
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        wanted.error(f"no measurement is called {', '.join(unknown)}")
    print(f"{platform.platform()}, Python {platform.python_version()}, medians of interleaved pairs [lowest-highest]")
    short = False
    for name in names:
        for figure in importlib.import_module(f"bench.{name}").run():
            print(figure.line, flush=True)
            short = short or figure.met is False
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
