"""``python -m tests.pipeline.orders.layouts [FROM] [TO]``: the measures by format and language; what was missed with ``-v``."""

# ruff: noqa: E501 (what is printed stays on its line)

import argparse
from collections import defaultdict

from tests.pipeline.orders.layouts.drawing import draw
from tests.pipeline.orders.layouts.score import FIELDS, Score, score


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("first", type=int, nargs="?", default=0)
    asked.add_argument("last", type=int, nargs="?", default=350)
    asked.add_argument("-v", "--misses", type=int, default=0)
    given = asked.parse_args()
    drawings = [draw(seed) for seed in range(given.first, given.last)]
    groups = defaultdict(list)
    for drawn in drawings:
        groups["all"].append(drawn)
        groups[drawn.format].append(drawn)
        groups[drawn.language].append(drawn)
    scores = {name: score(group) for name, group in groups.items()}
    print(f"{'':15}" + "".join(f"{name[:7]:>8}" for name in scores))
    for name in FIELDS:
        print(f"{name:15}" + "".join(f"{100 * each.share(name):8.1f}" for each in scores.values()))
    _misses(scores["all"], given.misses)


def _misses(total: Score, most: int) -> None:
    for drawn, name, want, got, trusted in total.misses[:most]:
        print(
            f"{'!! ' if trusted else ''}{drawn.seed} {drawn.format} {drawn.language} {name}: want {want[:110]} got {got[:160]}"
        )


if __name__ == "__main__":
    main()
