"""What a domain's owner says about mail in its name, and who else speaks for it (DMARC, RFC 9989)."""

from dataclasses import dataclass

from maild.lookup import Resolver

MOST_STEPS = 8  # of the walk up the tree (RFC 9989, 4.10)


@dataclass(frozen=True, slots=True)
class Policy:
    """``organization`` is the domain that answers for the whole; ``asks`` is none, quarantine or reject."""

    organization: str
    asks: str = "none"
    strict_dkim: bool = False
    strict_spf: bool = False


def policy(domain: str, resolver: Resolver) -> Policy | None:
    """The policy for mail from the domain, None where nobody published one."""
    found = _walk(domain, resolver)
    if not found:
        return None
    place, tags = next(((name, tags) for name, tags in found if name == domain), found[-1])
    asks = tags.get("p", "none") if place == domain else tags.get("sp") or tags.get("p", "none")
    if tags.get("t") == "y":  # only testing (4.7)
        asks = {"reject": "quarantine"}.get(asks, "none")
    return Policy(
        _organization(domain, found),
        asks if asks in ("quarantine", "reject") else "none",
        tags.get("adkim") == "s",
        tags.get("aspf") == "s",
    )


def aligned(proved: str, domain: str, strict: bool, policy: Policy, resolver: Resolver) -> bool:
    """Whether what was proved for one domain speaks for the other (4.4): the same, or the same organization."""
    if not proved or strict or proved == domain:
        return bool(proved) and proved == domain
    if proved != policy.organization and not proved.endswith(f".{policy.organization}"):
        return False
    found = _walk(proved, resolver)
    return bool(found) and _organization(proved, found) == policy.organization


def _walk(domain: str, resolver: Resolver) -> list[tuple[str, dict[str, str]]]:
    """The domain's own record and those above it, the nearest first; of a long name the middle is left out."""
    labels = domain.split(".")
    if len(labels) > MOST_STEPS:
        labels = labels[1 - MOST_STEPS :]
    names = list(dict.fromkeys([domain, *(".".join(labels[i:]) for i in range(len(labels)))]))
    found = []
    for name in names:
        if tags := _record(name, resolver):
            found.append((name, tags))
            if tags.get("psd") in ("n", "y"):
                break
    return found


def _record(name: str, resolver: Resolver) -> dict[str, str]:
    """The one DMARC record at a name; several are none (4.10.1)."""
    texts = [text for text in resolver.ask(f"_dmarc.{name}", "TXT").records if _is_policy(text)]
    if len(texts) != 1:
        return {}
    pairs = (part.partition("=") for part in texts[0].split(";")[:50])
    return {key.strip().lower(): value.strip().lower() for key, _, value in pairs if value}


def _is_policy(text: str) -> bool:
    key, _, value = text.partition(";")[0].partition("=")
    return key.strip() == "v" and value.strip() == "DMARC1"


def _organization(domain: str, found: list[tuple[str, dict[str, str]]]) -> str:
    """4.10.2: where the record says so; one label below a public suffix; else the highest with a record."""
    name, tags = found[-1]
    if tags.get("psd") == "y" and name != domain:
        return ".".join(domain.split(".")[-name.count(".") - 2 :])
    return name
