"""The search line of lists: ``status:open tag:open_order po:4711 pallets`` - keys that must hold, and words to find."""

from dataclasses import dataclass

from maild.domain.ticket import Status
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
)


@dataclass(frozen=True, slots=True)
class Query:
    """``terms`` are (key, value) pairs in the order given, ``words`` are looked for in subject and PO number."""

    terms: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """Raises UsageError for a key that does not exist or a status that is none."""
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
    return value
