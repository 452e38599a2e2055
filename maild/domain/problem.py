"""A doubt or a defect, with a stable code an operator can look up."""

from dataclasses import dataclass
from typing import Final

QUARANTINE: Final = frozenset(
    {"mime.too_deep", "mime.too_many_parts", "mime.headers_too_big", "mime.header_abuse", "mime.unsupported"}
)
"""Codes of what keeps a mail from being read at all."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong or doubtful.

    ``code`` is a stable dotted word (``mime.bad_encoding``, ``po.totals``); ``field`` the path of the value in doubt
    (``po_number``, ``lines[2].quantity``) or None; ``text`` one sentence for a person; ``candidates`` the readings
    that were possible, best first, empty where there is nothing to choose from.
    """

    code: str
    text: str
    field: str | None = None
    candidates: tuple[str, ...] = ()
