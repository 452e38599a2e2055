"""Several positions in one row ("5 x AB-12 tape, white, 3 x CD-14 hose"), cut at the commas between them."""

import re
from collections.abc import Iterator, Sequence

from pipeline.orders import codes
from pipeline.orders.mentions import LONG_NUMBER, leading

MOST_PIECES = 400
_COMMA = re.compile(r"[,;]\s+|[，；、]\s*")
_TIMES = re.compile(r"\s*\d[\d.,]{0,20}\s?[x×х]\s", re.I)


def groupings(text: str) -> Iterator[list[str]]:
    """The ways of cutting a row into positions, none where it holds only one; whoever reads them finds out which fits.

    A comma inside the name of the goods cuts nothing.
    """
    pieces = [piece.strip() for piece in _COMMA.split(text.rstrip(" .。"))]
    if not 2 <= len(pieces) <= MOST_PIECES:
        return
    for groups in (_opened(pieces), _closed(pieces)):
        if len(groups) > 1:
            yield [", ".join(group) for group in groups]


def _opened(pieces: Sequence[str]) -> list[list[str]]:
    """Each position begins with its item number or its quantity."""
    groups: list[list[str]] = []
    for piece in pieces:
        if _begins_with_code(piece) or _begins_with_count(piece):
            groups.append([piece])
        elif groups:
            groups[-1].append(piece)
        else:
            return []
    return groups


def _closed(pieces: Sequence[str]) -> list[list[str]]:
    """Each position ends with its item number and then its quantity ("tape, white, AB-12, 5 rolls")."""
    if sum(piece[:1].isdigit() for piece in pieces) < 2:
        return []
    groups: list[list[str]] = [[]]
    for piece in pieces:
        ends = bool(groups[-1]) and " " not in groups[-1][-1] and _begins_with_code(groups[-1][-1])
        groups[-1].append(piece)
        if ends and _begins_with_count(piece):
            groups.append([])
    return groups[:-1] if not groups[-1] else []


def _begins_with_code(piece: str) -> bool:
    return codes.looks_like_code(piece.partition(" ")[0].rstrip(":"), LONG_NUMBER)


def _begins_with_count(piece: str) -> bool:
    if _TIMES.match(piece):
        return True
    found = leading(piece, None)
    return found is not None and found.unit is not None
