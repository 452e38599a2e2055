"""Which addresses are ours, and which order address a mail belongs to."""

from collections.abc import Iterable

from maild.config import untagged
from pipeline.mail.addresses import canonical

UNKNOWN = "550 5.1.1 No such mailbox here"
FOREIGN = "550 5.7.1 Relaying denied"
MALFORMED = "553 5.1.3 Not a mailbox"


class Intake:
    """The order addresses, in configured order. A +tag (our reply and bounce tokens) belongs to its base address.

    Every tag is accepted alike, so that nobody can try tokens out at this door.
    """

    def __init__(self, addresses: Iterable[str], *, split: bool = False) -> None:
        self.addresses = tuple(dict.fromkeys(canonical(a) or a.lower() for a in addresses))
        self.split = split
        self._domains = {address.rpartition("@")[2]: address for address in reversed(self.addresses)}

    def recipient(self, address: str) -> str | None:
        """The SMTP reply that refuses a forward-path, None when mail to it is taken."""
        known = canonical(address)
        if known is None:
            return MALFORMED
        if self.base(known) is not None:
            return None
        return UNKNOWN if known.rpartition("@")[2] in self._domains else FOREIGN

    def base(self, address: str) -> str | None:
        """The order address that an address of ours belongs to; postmaster (RFC 5321, 4.5.1) reaches the desk."""
        known = canonical(address)
        if known is None:
            return None
        local, _, domain = untagged(known).rpartition("@")
        if local == "postmaster" and domain in self._domains:
            return self._domains[domain]
        return f"{local}@{domain}" if f"{local}@{domain}" in self.addresses else None

    def order_addresses(self, recipients: Iterable[str], to: str, cc: str) -> tuple[str, ...]:
        """The order address of a mail: all of the envelope's when split, else the first one that To, then Cc, names.

        ``to`` and ``cc`` are raw header text; it is only searched for addresses we know.
        """
        found = {base for recipient in recipients if (base := self.base(recipient))}
        ours = [address for address in self.addresses if address in found] or list(self.addresses[:1])
        if self.split or len(ours) == 1:
            return tuple(ours)
        return (next((first for text in (to, cc) if (first := _first_named(ours, text))), ours[0]),)


def _first_named(addresses: list[str], text: str) -> str | None:
    lower = text.lower()
    places = sorted((lower.find(address), address) for address in addresses if address in lower)
    return places[0][1] if places else None
