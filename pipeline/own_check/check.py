"""One mail's question and its answer: do SPF, DKIM and DMARC prove who the From line says?"""

from maild.lookup import Resolver
from notifications.authentication import Outcome, Verdict
from pipeline.own_check import dmarc
from pipeline.own_check.dkim_results import Seal, seals
from pipeline.own_check.question import Checked, Question
from pipeline.own_check.spf_result import Permission, permission


def check(question: Question, raw: bytes, resolver: Resolver) -> Checked:
    """``resolver`` is bounded by the caller."""
    found = seals(raw, resolver, question.now)
    allowed = permission(question.peer, question.helo, question.sender, resolver)
    policy = dmarc.policy(question.domain, resolver)
    unknown = resolver.ask(f"_dmarc.{question.domain}", "TXT").trouble
    rule = policy or dmarc.Policy(question.domain)
    sealed = [seal for seal in found if dmarc.aligned(seal.domain, question.domain, rule.strict_dkim, rule, resolver)]
    permits = dmarc.aligned(allowed.domain, question.domain, rule.strict_spf, rule, resolver)
    said = _said(found, allowed, policy, question.domain)
    proof = next((f"DKIM passes for {s.domain}" for s in sealed if s.value == "pass"), None)
    if proof is None and permits and allowed.value == "pass":
        proof = f"SPF passes for {allowed.domain}"
    if proof:
        return Checked(Verdict(Outcome.YES, f"{proof} (our own check)"), said)
    if unknown or allowed.value == "temperror" or any(seal.value == "temperror" for seal in found):
        return Checked(None, said)
    return Checked(_unproved(question.domain, policy, sealed, allowed if permits else None), said)


def _unproved(domain: str, policy: dmarc.Policy | None, sealed: list[Seal], allowed: Permission | None) -> Verdict:
    """What it means that nothing proves the sender: a forgery where the domain's owner says so."""
    if policy and policy.asks != "none":
        return Verdict(Outcome.FAILED, f"DMARC fails for {domain}, whose owner asks to {policy.asks} (our own check)")
    if policy:
        return Verdict(Outcome.NO, f"DMARC fails for {domain}, whose owner asks for nothing (our own check)")
    if any(seal.value == "fail" for seal in sealed):
        return Verdict(Outcome.FAILED, f"DKIM fails for {domain} (our own check)")
    if allowed and allowed.value == "fail":
        return Verdict(Outcome.FAILED, f"SPF fails for {domain} (our own check)")
    return Verdict(Outcome.NO, f"no aligned pass for {domain} (our own check)")


def _said(found: list[Seal], allowed: Permission, policy: dmarc.Policy | None, domain: str) -> str:
    results = [f"spf={allowed.value} smtp.mailfrom={allowed.domain}"]
    results += [f"dkim={seal.value} header.d={seal.domain}" for seal in found] or ["dkim=none"]
    results.append(f"dmarc.policy={policy.asks if policy else 'absent'} header.from={domain}")
    return "; ".join(results)[:1000]
