"""Delivery reports: one for a letter of ours flags it, its ticket and the address; any other is ignored."""

from maild.domain.envelope import Envelope
from maild.domain.events import LetterBounced
from maild.domain.mail import Mail
from maild.domain.spool import Outcome
from maild.store import comments, outbox, people
from maild.store.spool import Claimed, Settled
from maild.store.tx import Tx
from pipeline import desk, match, side
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical


def settle(tx: Tx, desk_: Desk, claimed: Claimed, mail: Mail, envelope: Envelope) -> Settled:
    """Only a report that carries our token or a Message-ID of ours counts; anybody can write the rest."""
    letter = match.bounced_letter(tx, desk_.keys, mail, envelope.recipients, claimed.order_address)
    found = outbox.brief(tx, letter) if letter is not None else None
    if letter is None or found is None:
        return Settled(Outcome.IGNORED, "a delivery report for no letter of ours", "bounce.unknown")
    permanent = mail.bounce is not None and mail.bounce.permanent
    failed = [found.to_address] if permanent else []
    if permanent:
        outbox.bounced(tx, letter, found.to_address, mail.subject)
        people.flag_bounced(tx, failed)
    what = "came back" if permanent else "is delayed"
    if found.ticket is None:
        return Settled(Outcome.IGNORED, f"letter {letter} {what}; it belongs to no ticket", "bounce.no_ticket")
    report = f"Our letter to {found.to_address} {what}.\n\n{mail.text[:4000]}"
    if found.side is not None:
        side.bounced(tx, found.side, report, claimed.id)
    else:
        comments.add(tx, found.ticket, "system:maild", report, public=False, mark="bounce", message_id=claimed.id)
    reported = tuple(a for a in (canonical(r) for r in (mail.bounce.recipients if mail.bounce else ())) if a)
    event = LetterBounced(letter, reported or (found.to_address,), permanent)
    desk.handle(tx, desk_, found.ticket, event, f"mail:{claimed.id}")
    return Settled(Outcome.COMMENT, f"a delivery report: letter {letter} {what}", "bounce", found.ticket)
