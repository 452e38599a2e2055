"""Lists of rows that somebody brings, from a CSV file or a program: all of them are taken in, or none."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from maild.control.operation import Request, Row
from maild.errors import DataError

NEW, CHANGED, SAME = "new", "changed", "same"
"""What a row came to."""
MOST_ROWS = 100_000
_SHOWN = 20  # mistakes that are listed

TextRow = dict[str, str]
T = TypeVar("T")


def rows_of(request: Request) -> list[TextRow]:
    """Every value as a text, "" where there is none."""
    given = request.arguments["rows"]
    rows = [{str(key): str(value if value is not None else "").strip() for key, value in row.items()} for row in given]
    if len(rows) > MOST_ROWS:
        raise DataError(f"more than {MOST_ROWS} rows", "take them in as several lists")
    return rows


class WrongRows(DataError):
    """Rows that cannot be taken in: ``places`` has the index of each and why, for those who know no lines."""

    def __init__(self, what: str, places: list[tuple[int, str]]) -> None:
        super().__init__(what)
        self.places = places


def counted(whats: Iterable[str]) -> Row:
    """How many rows a list had, and how many of them were ``new``, ``changed`` something, or are the ``same``."""
    found = Counter(whats)
    return {"rows": found.total(), **{what: found[what] for what in (NEW, CHANGED, SAME)}}


def take_all(rows: list[TextRow], take: Callable[[TextRow], T]) -> list[T]:
    """What taking each gave; raises DataError that names every mistake by its line, line 1 being the header."""
    mistakes, places, taken = list[str](), list[tuple[int, str]](), list[T]()
    for number, row in enumerate(rows, start=2):
        try:
            taken.append(take(row))
        except DataError as error:
            mistakes.append(f"line {number}: {error.told}")
            places.append((number - 2, error.told))
    if mistakes:
        more = [f"and {len(mistakes) - _SHOWN} more"] if len(mistakes) > _SHOWN else []
        raise WrongRows("nothing was taken in:\n" + "\n".join([*mistakes[:_SHOWN], *more]), places[:_SHOWN])
    return taken
