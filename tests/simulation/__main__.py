"""``python -m tests.simulation --seed N`` or ``--seeds A..B``, each for ``--days D``; ends with 1 if a seed failed."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.world import Result, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="one seed, with the end of its trace where it fails")
    parser.add_argument("--seeds", default="1..20", help="a range of them, A..B")
    parser.add_argument("--days", type=int, default=3, help="how long each lives")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--traces", action="store_true", help="show each seed's digest of its trace")
    parser.add_argument("--trace", type=int, default=0, help="show so many last lines of the trace")
    options = parser.parse_args()
    if options.seed is not None:
        return _one(options.seed, options.days, options.trace)
    first, _, last = options.seeds.partition("..")
    seeds = range(int(first), int(last or first) + 1)
    began = time.perf_counter()
    if options.jobs > 1:
        with ProcessPoolExecutor(options.jobs) as pool:
            return _report(pool.map(run, seeds, [options.days] * len(seeds)), options, began)
    return _report((run(seed, options.days) for seed in seeds), options, began)


def _one(seed: int, days: int, lines: int) -> int:
    result = run(seed, days, keep=lines)
    for line in result.lines:
        print(line[:400])
    print(f"seed {seed}, {days} days, trace {result.trace}")
    print(" ".join(f"{what}={number}" for what, number in (result.count | result.faults).items()))
    return _told(result)


def _told(result: Result) -> int:
    for what in result.wrong[:20]:
        print(f"  WRONG: {what[:500]}", file=sys.stderr)
    if result.wrong:
        print(
            f"seed {result.seed} failed; again: python -m tests.simulation --seed {result.seed} --days {result.days}"
            " --trace 200",
            file=sys.stderr,
            flush=True,
        )
    return int(bool(result.wrong))


def _report(results: Iterable[Result], options: argparse.Namespace, began: float) -> int:
    count, faults, seeds, failed, days = Counter[str](), Counter[str](), 0, 0, options.days
    for result in results:
        if options.traces:
            print(f"seed {result.seed} trace {result.trace}", flush=True)
        seeds += 1
        failed += _told(result)
        count.update(result.count)
        faults.update(result.faults)
    years, seconds = seeds * days / 365, time.perf_counter() - began
    print(f"{seeds} seeds of {days} days ({years:.2f} years), {failed} failed, {seconds:.0f} s")
    print("  " + ", ".join(f"{number} {what}" for what, number in count.items()))
    print("  faults: " + ", ".join(f"{number} {what}" for what, number in faults.most_common()))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
