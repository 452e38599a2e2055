"""Mail that becomes no ticket, and why: unreadable, empty, our own, or looping."""

from maild.domain.envelope import Envelope
from maild.domain.mail import Mail
from maild.domain.problem import QUARANTINE
from maild.domain.spool import Outcome
from maild.store.spool import Settled
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical

MOST_HOPS = 50


def reason(desk: Desk, mail: Mail, envelope: Envelope, size: int) -> Settled | None:
    """The final state of a mail that goes no further, None for every other one."""
    unreadable = next((problem for problem in mail.problems if problem.code in QUARANTINE), None)
    if unreadable is not None:
        return Settled(Outcome.QUARANTINED, unreadable.text, unreadable.code)
    if size == 0:
        return Settled(Outcome.IGNORED, "the mail has no content at all", "mail.empty")
    if len(mail.header("received")) > MOST_HOPS:
        return Settled(Outcome.IGNORED, f"it passed more than {MOST_HOPS} mail servers", "loop.hops")
    return _own(desk, mail, envelope)


def _own(desk: Desk, mail: Mail, envelope: Envelope) -> Settled | None:
    domain = desk.config.site.domain
    if domain in mail.header("x-maild-loop"):
        return Settled(Outcome.IGNORED, "it is a letter of this desk that came back", "loop.self")
    author = canonical(mail.sender.address) if mail.sender else None
    if author is not None and desk.intake.base(author) is not None:
        return Settled(Outcome.IGNORED, f"it claims to come from our own address {author}", "loop.self")
    if envelope.sender and desk.intake.base(envelope.sender) is not None:
        return Settled(Outcome.IGNORED, f"its envelope sender is our own address {envelope.sender}", "loop.self")
    return None
