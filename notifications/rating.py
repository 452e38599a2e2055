"""The signed link by which a customer says how content they were. Following it changes nothing: mail scanners do."""

from dataclasses import dataclass

from notifications.tokens import Keys, Purpose, Reference, parse_token, token

SCORES = range(1, 6)
LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a genuine link is about: the ticket, and the person it was written to."""

    ticket: int
    person: int


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why a link or what was sent with it counts for nothing."""

    why: str


def link(keys: Keys, base_url: str, ticket: int, person: int) -> str:
    """``https://desk.example/rate/<token>``, "" where no link may be written."""
    return f"{base_url.rstrip('/')}/rate/{token(keys, Reference(ticket, person, Purpose.RATING))}" if base_url else ""


def asked(keys: Keys, given: str) -> Asked | Invalid:
    """Whom a link asks about what; a token that was made for anything else, such as an answer by mail, is none."""
    reference = parse_token(keys, given)
    if reference is None or reference.purpose is not Purpose.RATING:
        return Invalid("this link is not one of ours, or not a whole one")
    return Asked(reference.number, reference.recipient)


def score(given: object) -> int | Invalid:
    """From 1 to 5."""
    text = str(given).strip()
    if text.isascii() and text.isdigit() and len(text) == 1 and int(text) in SCORES:
        return int(text)
    return Invalid(f"a score is from {SCORES[0]} to {SCORES[-1]}")
