"""What went wrong."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """``what`` happened and ``hint`` what to do about it; ``more`` are further members for programs.

    ``pattern`` is what ``what`` was made of with ``values``, for it to be told in other languages.
    """

    status: int
    what: str
    hint: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    pattern: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return HTTPStatus(self.status).phrase
