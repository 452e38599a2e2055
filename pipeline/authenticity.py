"""Whether the author of a mail is who the From line says: from mail, envelope and the policy for its customer."""

from datetime import datetime

from maild.config import Config
from maild.domain.envelope import Channel, Envelope
from maild.domain.mail import Mail
from maild.domain.people import Organization
from notifications.authentication import AuthFacts, Verdict, authenticated, in_networks
from pipeline.mail.addresses import canonical
from pipeline.own_check.question import Question


def question(config: Config, mail: Mail, envelope: Envelope, now: datetime) -> Question | None:
    """What our own check is to find out; None where strangers' servers do not reach us, or somebody else vouches."""
    address = canonical(mail.sender.address) if mail.sender else None
    direct = envelope.channel is Channel.SMTP and not in_networks(envelope.peer, config.smtp.trusted_networks)
    if not config.smtp.check_authentication or not direct or envelope.login or not envelope.peer or not address:
        return None
    return Question(address.rpartition("@")[2], envelope.peer, envelope.helo or "", envelope.sender, now)


def verdict(
    config: Config,
    mail: Mail,
    envelope: Envelope,
    organization: Organization | None,
    own_check: Verdict | None = None,
) -> Verdict:
    """The verdict with its reason, see notifications.authentication."""
    return authenticated(
        AuthFacts(
            from_address=mail.sender.address if mail.sender else "",
            channel=envelope.channel,
            peer=envelope.peer,
            login=envelope.login,
            has_received=bool(mail.header("received")),
            results=mail.header("authentication-results"),
            trusted_authserv_ids=config.smtp.trusted_authserv_ids,
            trusted_networks=config.smtp.trusted_networks,
            policy=organization is not None and organization.trust_unauthenticated and _listed(mail, organization),
            own_check=own_check,
        )
    )


def _listed(mail: Mail, organization: Organization) -> bool:
    """Whether the address or its domain is listed itself: nobody can forge a mailbox that he has to make up first, but
    anybody can make up a subdomain.
    """
    address = (canonical(mail.sender.address) if mail.sender else None) or ""
    return bool({address, address.rpartition("@")[2]} & set(organization.domains))
