"""What the reader doubts about an order, as its page tells it: with the lines it is about, the same only once."""

import re
from collections.abc import Iterable

from maild.control.operation import Row

FIGURES = ("subtotal", "tax", "total", "quantity", "unit_price", "amount")
_LINE = re.compile(r"lines\[([0-9]{1,4})\]", re.ASCII)
_NAMED = 8  # lines that are named in one doubt; of the others only their number is told


def doubts(order: Row, standing: dict[str, str]) -> list[Row]:
    """Each with what may be chosen instead; those that offer nothing and say the same of several lines are one.

    ``said`` is the doubt in the reader's words, ``where`` the lines it is about ("" for the whole order). ``standing``
    has what stands at the paths that doubts are about.
    """
    found: dict[tuple[str, ...], list[Row]] = {}
    for number, problem in enumerate(order.get("problems", [])):
        same = (problem.get("text", ""),) if not problem.get("candidates") else (str(number), "")
        found.setdefault(same, []).append(problem)
    return [_doubt(problems, order, standing) for problems in found.values()]


def _doubt(problems: list[Row], order: Row, standing: dict[str, str]) -> Row:
    first = problems[0]
    path = first.get("field") or ""
    return {
        "code": first.get("code", ""),
        "field": path,
        "was": standing.get(path, ""),
        "said": first.get("text", ""),
        "where": _where(problems, order.get("lines", [])),
        "figure": path.rpartition(".")[2] in FIGURES,
        "candidates": [str(candidate) for candidate in first.get("candidates") or ()],
    }


def _where(problems: Iterable[Row], lines: list[Row]) -> str:
    """``line 3 (AX-100)``, ``lines 1, 3 and 5``, ``lines 1, 2, 3, 4, 5, 6, 7, 8 and 12 more``."""
    places = [_LINE.match(problem.get("field") or "") for problem in problems]
    indices = sorted({int(place[1]) for place in places if place})
    if len(indices) == 1 and indices[0] < len(lines):
        sku = lines[indices[0]].get("sku")
        return f"line {indices[0] + 1}" + (f" ({sku})" if sku else "")
    named = [str(index + 1) for index in indices[:_NAMED]]
    if len(indices) > _NAMED:
        return f"lines {', '.join(named)} and {len(indices) - _NAMED} more"
    return f"lines {', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else ""
