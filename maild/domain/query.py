"""The search line of lists: ``status:open tag:open_order po:4711 pallets`` - keys that must hold, and words to find."""

from dataclasses import dataclass
from datetime import UTC, datetime

from maild.domain.status import Status
from maild.errors import UsageError

KEYS = (
    "status",
    "tag",
    "assignee",
    "department",
    "state",
    "group",
    "requester",
    "organization",
    "po",
    "review",
    "priority",
    "created",
    "updated",
)
SINCE = ("created", "updated")
"""Keys whose value is an instant; what happened then or later is found."""


@dataclass(frozen=True, slots=True)
class Query:
    """``terms`` are (key, value) pairs in the order given, ``words`` are looked for in subject and PO number."""

    terms: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """Raises UsageError for a key that does not exist, and for a status or an instant that is none."""
    terms: list[tuple[str, str]] = []
    words: list[str] = []
    for item in text.split():
        key, colon, value = item.partition(":")
        if not colon or not value:
            words.append(item)
        elif key not in KEYS:
            raise UsageError(f"no search key {key!r}", f"one of {', '.join(KEYS)}")
        else:
            terms.append((key, _checked(key, value)))
    return Query(tuple(terms), tuple(words))


def _checked(key: str, value: str) -> str:
    if key == "status":
        try:
            Status.parse(value)
        except ValueError as error:
            raise UsageError(str(error)) from None
    if key in SINCE:
        instant(value)
    return value


def instant(text: str) -> datetime:
    """A day or a time of ISO 8601, in UTC where it does not say; raises UsageError."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no time", "as 2026-11-22 or 2026-11-22T10:00:00Z") from None
