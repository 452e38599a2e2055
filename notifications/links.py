"""Signed links by which customers see their orders. Each names its reader, ends, and can be revoked.

The signature (HMAC, see `notifications.tokens`) is over purpose, ticket, person, hour of its end and edition, so that
nothing of it can be exchanged for anything else. A link says whom it was written to; following it changes nothing.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from notifications.tokens import Keys, in_base_36, sign, signed

_HOUR = 3600
_LINK = re.compile(
    r"([oa])([0-9a-z]{1,13})-p([0-9a-z]{1,13})-u([0-9a-z]{1,8})-e([0-9a-z]{1,6})-([a-z2-7]{26})", re.ASCII
)


class Shows(StrEnum):
    """What a link opens; its value is the token's first letter."""

    ORDER = "o"
    ORDERS = "a"


_SIGNED_AS = {Shows.ORDER: "order page", Shows.ORDERS: "order list"}
_PATHS = {Shows.ORDER: "/o/", Shows.ORDERS: "/my/"}


@dataclass(frozen=True, slots=True)
class Link:
    """``ticket`` is 0 for all of a person's orders; ``edition`` counts how often the person's links were revoked."""

    shows: Shows
    person: int
    ticket: int
    until: datetime
    edition: int = 0

    def is_good(self, edition: int, now: datetime) -> bool:
        return self.edition == edition and now < self.until


def order(person: int, ticket: int, now: datetime, lifetime: float, edition: int) -> Link:
    return Link(Shows.ORDER, person, ticket, now + timedelta(seconds=lifetime), edition)


def orders(person: int, now: datetime, lifetime: float, edition: int) -> Link:
    return Link(Shows.ORDERS, person, 0, now + timedelta(seconds=lifetime), edition)


def path(keys: Keys, link: Link) -> str:
    """Where the page is, without scheme and host. The end is rounded up to an hour."""
    hour = -int(-link.until.timestamp() // _HOUR)
    numbers = (link.ticket, link.person, hour, link.edition)
    ticket, person, until, edition = map(in_base_36, numbers)
    mac = sign(keys, _SIGNED_AS[link.shows], *numbers)
    return f"{_PATHS[link.shows]}{link.shows.value}{ticket}-p{person}-u{until}-e{edition}-{mac}"


def parse(keys: Keys, token: str, shows: Shows) -> Link | None:
    """What a genuine token opens, be it good still or not; None for every other."""
    found = _LINK.fullmatch(token)
    if not found or found[1] != shows.value:
        return None
    ticket, person, hour, edition = (int(found[n], 36) for n in range(2, 6))
    if not signed(keys, found[6], _SIGNED_AS[shows], ticket, person, hour, edition):
        return None
    return Link(shows, person, ticket, datetime.fromtimestamp(hour * _HOUR, UTC), edition)
