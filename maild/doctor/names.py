"""What the DNS says of us: who may bring us mail (MX), and by what others believe ours (SPF, DKIM, DMARC, PTR)."""

from collections.abc import Iterator
from email.utils import parseaddr
from ipaddress import ip_address

from maild.config import Config
from maild.doctor.finding import Finding, fail, ok, warn
from maild.lookup import Answer, Resolver
from notifications.dkim import Signer, record


def look(config: Config, resolver: Resolver, signer: Signer | None) -> Iterator[Finding]:
    """Each domain of our order addresses, and those that letters come from."""
    ours = list(dict.fromkeys(address.rpartition("@")[2] for address in config.intake.addresses))
    sender = parseaddr(config.relay.from_)[1].rpartition("@")[2].lower()
    for domain in ours:
        yield _mx(domain, resolver)
    for domain in dict.fromkeys([*ours, sender]):
        yield _spf(domain, resolver)
        yield _dmarc(domain, resolver)
    yield _dkim(signer, resolver)
    yield from _ptr(config.smtp.hostname, resolver)


def _open(about: str, answer: Answer) -> Finding:
    return warn(about, f"not answered: {answer.trouble}", "[dns] servers names others; or look again later")


def _mx(domain: str, resolver: Resolver) -> Finding:
    about = f"dns mx {domain}"
    answer = resolver.ask(domain, "MX")
    if answer.trouble:
        return _open(about, answer)
    if not answer.records:
        return fail(about, "no MX record", f"publish: {domain}. IN MX 10 your.mail.server.")
    hosts = [record.partition(" ")[2] for record in answer.records]
    lost = [host for host in hosts if not any(resolver.ask(host, kind).records for kind in ("A", "AAAA"))]
    if lost:
        return fail(about, f"{', '.join(lost)} has no address", "publish an A or AAAA record for it")
    return ok(about, ", ".join(hosts))


def _spf(domain: str, resolver: Resolver) -> Finding:
    about = f"dns spf {domain}"
    answer = resolver.ask(domain, "TXT")
    if answer.trouble:
        return _open(about, answer)
    found = [text for text in answer.records if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
    if not found:
        return warn(about, "no SPF record", f'publish: {domain}. IN TXT "v=spf1 include:your.relay -all"')
    if len(found) > 1:
        return fail(about, f"{len(found)} SPF records, so none counts (RFC 7208, 4.5)", "keep one")
    if "+all" in found[0].lower().split() or "all" in found[0].lower().split():
        return fail(about, f"{found[0]}: everybody may send in our name", "end it with -all")
    return ok(about, found[0][:200])


def _dmarc(domain: str, resolver: Resolver) -> Finding:
    about = f"dns dmarc {domain}"
    labels = domain.split(".")
    for place in (".".join(labels[i:]) for i in range(max(1, len(labels) - 1))):
        answer = resolver.ask(f"_dmarc.{place}", "TXT")
        if answer.trouble:
            return _open(about, answer)
        if found := [text for text in answer.records if text.replace(" ", "").startswith("v=DMARC1")]:
            return ok(about, found[0][:200]) if len(found) == 1 else fail(about, "several records", "keep one")
    return warn(about, "no DMARC record", f'publish: _dmarc.{domain}. IN TXT "v=DMARC1; p=quarantine"')


def _dkim(signer: Signer | None, resolver: Resolver) -> Finding:
    if signer is None:
        return warn("dns dkim", "letters are not signed here", "maild dkim keygen; or let the relay sign them")
    name = f"{signer.selector}._domainkey.{signer.domain}"
    about, answer = f"dns dkim {name}", resolver.ask(name, "TXT")
    if answer.trouble:
        return _open(about, answer)
    if not answer.records:
        return fail(about, "no record, so no signature of ours holds", "maild dkim txt prints it")
    published = "".join(answer.records[0].split()).partition("p=")[2].partition(";")[0]
    if published != record(signer.key).partition("p=")[2]:
        return fail(about, "another key is published, so no signature of ours holds", "maild dkim txt prints ours")
    return ok(about, "our key is published")


def _ptr(hostname: str, resolver: Resolver) -> Iterator[Finding]:
    about = f"dns ptr {hostname}"
    addresses = [a for kind in ("A", "AAAA") for a in resolver.ask(hostname, kind).records]
    if not addresses:
        yield warn(about, "the name we greet with has no address", "smtp.hostname should be this machine's name")
    for address in addresses:
        answer = resolver.ask(ip_address(address).reverse_pointer, "PTR")
        if answer.trouble:
            yield _open(about, answer)
        elif hostname.lower() not in (name.lower().rstrip(".") for name in answer.records):
            back = ", ".join(answer.records) or "no name"
            yield warn(about, f"{address} leads back to {back}", "ask whoever owns the address for a PTR record")
        else:
            yield ok(about, f"{address} and back")
