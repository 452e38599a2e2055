"""Whether the author of a mail is who the From line says: yes, no (nothing proves it) or failed (something disproves
it).

Authentication-Results (RFC 8601) count only when a server we trust wrote them and handed the mail to us itself; anybody
can write such a line into a mail.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network

from maild.domain.envelope import Channel
from notifications.results import Result, read

_MOST_FIELDS = 50
_FAILING = frozenset({"fail", "hardfail", "reject"})


class Outcome(StrEnum):
    YES = "yes"
    NO = "no"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    why: str

    @property
    def authenticated(self) -> bool:
        return self.outcome is Outcome.YES


@dataclass(frozen=True, slots=True)
class AuthFacts:
    """What is known of a mail's way to us.

    ``results`` are its Authentication-Results fields, topmost first; ``has_received`` whether it carries a Received
    field of an earlier hop; ``policy`` whether the customer is trusted without proof; ``own_check`` the verdict of a
    check of our own.
    """

    from_address: str
    channel: Channel
    peer: str | None = None
    login: str | None = None
    has_received: bool = False
    results: tuple[str, ...] = ()
    trusted_authserv_ids: tuple[str, ...] = ()
    trusted_networks: tuple[str, ...] = ("127.0.0.1/32", "::1/128")
    policy: bool = False
    own_check: Verdict | None = None


def authenticated(facts: AuthFacts) -> Verdict:
    """The verdict with its reason. A failing verdict we trust beats every reason to say yes."""
    if not facts.from_address:
        return Verdict(Outcome.NO, "the mail names no single author")
    near = facts.channel is Channel.SMTP and in_networks(facts.peer, facts.trusted_networks)
    verdicts = [
        v for v in (facts.own_check, _by_results(facts) if near or facts.channel is not Channel.SMTP else None) if v
    ]
    for verdict in verdicts:
        if verdict.outcome is Outcome.FAILED:
            return verdict
    if facts.login:
        return Verdict(Outcome.YES, f"logged in as {facts.login}")
    if facts.policy:
        return Verdict(Outcome.YES, "the customer is trusted without authentication")
    if near and not facts.has_received:
        return Verdict(Outcome.YES, f"written on the trusted network {facts.peer}")
    for verdict in verdicts:
        if verdict.outcome is Outcome.YES:
            return verdict
    return verdicts[0] if verdicts else Verdict(Outcome.NO, "nothing proves who sent it")


def in_networks(peer: str | None, networks: tuple[str, ...]) -> bool:
    """Whether an IP address lies in one of the networks; None and nonsense lie in none."""
    try:
        address = ip_address(peer or "")
        return any(address in ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False


def _by_results(facts: AuthFacts) -> Verdict | None:
    """Only the unbroken run of trusted fields at the top counts: what stands below was in the mail before it reached
    our server.
    """
    domain = facts.from_address.rpartition("@")[2].lower()
    trusted = {server.lower() for server in facts.trusted_authserv_ids}
    results: list[Result] = []
    for value in facts.results[:_MOST_FIELDS]:
        field = read(value)
        if field is None or field.server not in trusted:
            break
        results.extend(field.results)
    return _judge(results, domain) if results else None


def _judge(results: list[Result], domain: str) -> Verdict:
    dmarc = [result for result in results if result.method == "dmarc"]
    if any(result.value in _FAILING for result in dmarc):
        return Verdict(Outcome.FAILED, f"DMARC fails for {domain}")
    passed = [result.value == "pass" and result.domain in ("", domain) for result in dmarc]
    if passed and all(passed):
        return Verdict(Outcome.YES, f"DMARC passes for {domain}")
    for result in results:
        if result.method != "dmarc" and result.value == "pass" and _aligned(result.domain, domain):
            return Verdict(Outcome.YES, f"{result.method.upper()} passes for {result.domain}")
    for result in results:
        if result.value in _FAILING:
            return Verdict(Outcome.FAILED, f"{result.method.upper()} fails for {result.domain or domain}")
    return Verdict(Outcome.NO, f"no aligned pass for {domain}")


def _aligned(proved: str, domain: str) -> bool:
    """The same domain, or a parent of at least two labels. Subdomains do not speak for their parent: others may own
    them.
    """
    return bool(proved) and (proved == domain or ("." in proved and domain.endswith(f".{proved}")))
