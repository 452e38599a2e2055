"""One thing that was looked at: how it is, and what to do where it is not well."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """``about`` is the thing in a word or two ("relay", "dns mx shop.example"); ``hint`` is "" where all is well."""

    about: str
    level: Level
    what: str
    hint: str = ""


def ok(about: str, what: str) -> Finding:
    return Finding(about, Level.OK, what)


def warn(about: str, what: str, hint: str = "") -> Finding:
    return Finding(about, Level.WARN, what, hint)


def fail(about: str, what: str, hint: str = "") -> Finding:
    return Finding(about, Level.FAIL, what, hint)
