"""Whether the author of a mail is who the From line says: from mail, envelope and the policy for its customer."""

from maild.config import Config
from maild.domain.envelope import Envelope
from maild.domain.mail import Mail
from maild.domain.people import Organization
from notifications.authentication import AuthFacts, Verdict, authenticated


def verdict(config: Config, mail: Mail, envelope: Envelope, organization: Organization | None) -> Verdict:
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
            policy=organization is not None and organization.trust_unauthenticated,
        )
    )
