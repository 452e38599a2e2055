"""The kinds of value that a condition compares, and stored texts as values of their kind."""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from maild.domain.status import Status

PRIORITIES = ("low", "normal", "high", "urgent")

Value: TypeAlias = str | int | Decimal | date | bool | frozenset[str] | tuple["Value", ...] | None

_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,20})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Kind(StrEnum):
    """How a value compares: statuses and priorities by rank, texts and options by equality, tags as sets."""

    STATUS = "status"
    PRIORITY = "priority"
    TEXT = "text"
    OPTION = "option"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    TAGS = "tags"


def typed(kind: Kind, text: str | None) -> Value:
    """A stored text as its kind; None where it is empty or no such value."""
    if not text:
        return None
    match kind:
        case Kind.NUMBER:
            return Decimal(text) if _DECIMAL.fullmatch(text) else None
        case Kind.DATE:
            return day(text)
        case Kind.FLAG:
            return text == "true"
        case Kind.TAGS:
            return frozenset(part.strip() for part in text.split(",") if part.strip())
    return text


def day(text: str) -> date | None:
    """An ISO 8601 calendar date; None for anything else, 30 February and second 60 included."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def shown(value: Value, kind: Kind) -> str:
    """A value as a trace shows it, on one line."""
    if isinstance(value, str):
        return (value if len(value) <= 200 and value.isprintable() else " ".join(value[:400].split())[:200]) or "empty"
    if value is None or value == () or value == frozenset():
        return "empty"
    if isinstance(value, tuple):
        return ", ".join(shown(one, kind) for one in value[:10])
    if isinstance(value, frozenset):
        return " ".join(sorted(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind is Kind.STATUS and isinstance(value, int):
        return Status(value).word
    if kind is Kind.PRIORITY and isinstance(value, int):
        return PRIORITIES[value]
    return str(value)
