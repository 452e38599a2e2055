"""Delivery reports: RFC 3464 and the older shapes that flufl.bounce knows."""

import email
import logging
from email.message import Message
from typing import Final

from flufl.bounce import all_failures

from maild.domain.mail import Bounce

MOST_BYTES: Final = 128 * 1024

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)


def read(raw: bytes) -> Bounce | None:
    """The recipients a report speaks of; None where no recipient is found. Looks at the first 128 KiB only."""
    message: Message = email.message_from_bytes(raw[:MOST_BYTES])
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # a detector tripped over hostile input; there is then no recipient to know
        return None
    found = permanent or temporary
    if not found:
        return None
    addresses = sorted({item.decode("utf-8", "replace").strip("<> ").lower() for item in found})
    return Bounce(tuple(addresses), bool(permanent))
