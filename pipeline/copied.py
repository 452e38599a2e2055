"""People whom a customer copied: named to the desk as a suggestion, for being copied makes nobody take part."""

from maild.domain.mail import Mail
from maild.store import comments, people
from maild.store.tx import Tx
from pipeline import match
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical

MARK = "thread.copied"
MOST = 10  # addresses that are named


def suggest(tx: Tx, desk: Desk, ticket: int, mail: Mail, message: int) -> None:
    """A private note that names the strangers in To and Cc, once for each of them."""
    addresses = dict.fromkeys(address for to in (*mail.to, *mail.cc)[:100] if (address := canonical(to.address)))
    others = [address for address in addresses if desk.intake.base(address) is None]
    if not others:
        return
    named = " ".join(c.text for c in comments.of_ticket(tx, ticket) if c.mark == MARK).split()
    strangers = [address for address in others if address not in named and not _takes_part(tx, ticket, address)][:MOST]
    if strangers:
        text = f"Copied, but no part of this ticket, so no letter goes there:\n{' '.join(strangers)}"
        comments.add(tx, ticket, "system:maild", text, public=False, mark=MARK, message_id=message)


def _takes_part(tx: Tx, ticket: int, address: str) -> bool:
    known = people.by_address(tx, address)
    return known is not None and match.takes_part(tx, ticket, known)
