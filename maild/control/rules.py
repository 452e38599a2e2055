"""The rules in an operator's hands: what there is, why they did what they did, what is doubtful, how statuses flow."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from maild.control.operation import Operation, Request, Row
from maild.control.visibility import no_ticket
from maild.domain.plurals import counted
from maild.store import history, letter_list, rule_files, tickets, visibility
from maild.store.tx import Tx
from pipeline import backfill, furniture
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.desk_model import Assignment
from rules.explain import explain
from rules.fields import orphans
from rules.findings import Rule, everything
from rules.flow_picture import flow_picture
from rules.graph import mermaid
from rules.in_words import effect, saw
from rules.load import read_file
from rules.model import Automation, Ruleset, Trigger
from rules.rule_file import RuleFile

COUNTED = timedelta(days=90)


def list_rules(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Every rule in file order, with its place; with ``fired`` how often it acted lately, and when last."""
    fired = history.fired(tx, tx.now - COUNTED, request.hidden) if request.arguments.get("fired") else None
    rules = dict.fromkeys((_kind(desk, rule), rule.name, rule.where) for rule in everything(desk.ruleset))
    for kind, name, where in rules:
        row = {"kind": kind, "rule": name, "where": where}
        times, last = (fired or {}).get(name, (0, None))
        yield row if fired is None else row | {"fired": times, "last_at": last}


def _kind(desk: Desk, rule: Rule) -> str:
    """The steps of a sequence are one rule to people."""
    return "sequence" if rule.kind == "automation" and rule.name in desk.ruleset.sequences else rule.kind


def explain_ticket(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The ticket's past as it was traced then, the fate of its letters, and what the rules wait for now."""
    number = request.number("id")
    if not tickets.exists(tx, number):
        raise no_ticket(number)
    for entry in history.of_ticket(tx, number):
        then = _rules_of(tx, desk, entry["rules_hash"])
        for step in entry["steps"]:
            yield {
                "when": entry["at"],
                "event": entry["kind"],
                "actor": entry["actor"],
                "rule": step["rule"],
                "what": step["what"],
                "why": _why(step, then),
                "where": _where(step, then),
                "effects": [effect(then, one) if then else one for one in step.get("effects", [])],
            }
    for letter in letter_list.rows(tx, None, number, 1000):
        why = f"{letter['code']}: {letter['why']}" if letter["code"] else letter["why"]
        yield {
            "when": letter["created_at"],
            "event": "letter",
            "rule": letter["template"],
            "actor": None,
            "what": letter["phase"],
            "why": why,
            "where": "",
            "effects": [f"to {letter['to_address']}"],
        }
    ticket = tickets.snapshot(tx, number)
    for answer in explain(in_force(tx, desk, ticket), ticket):
        yield {
            "when": tx.now,
            "event": "now",
            "actor": None,
            "rule": answer.rule,
            "what": answer.what,
            "why": answer.why,
            "where": answer.where,
            "effects": [],
        }


def _why(step: Row, then: Ruleset | None) -> str:
    """What was said, and for a miss the condition that failed, in the words of that time, and the value it saw."""
    said = str(step.get("why", ""))
    number = step.get("condition")
    if number is None:
        return said
    rule = _rule(step, then)
    source = rule.conditions.source(int(number)) if rule else f"condition {int(number) + 1}"
    seen = step.get("seen") or ""
    if seen and rule and then:
        seen = saw(then, rule.conditions, int(number), seen)
    failed = f"{source} failed" + (f", it saw {seen}" if seen else "")
    return f"{said}; {failed}" if said else failed


def _where(step: Row, then: Ruleset | None) -> str:
    rule = _rule(step, then)
    return rule.where if rule else ""


def _rule(step: Row, then: Ruleset | None) -> Trigger | Automation | Assignment | None:
    known: tuple[Trigger | Automation | Assignment, ...] = (
        (*then.triggers, *then.timed, *then.assignments) if then else ()
    )
    return next((rule for rule in known if rule.name == step["rule"]), None)


def _rules_of(tx: Tx, desk: Desk, digest: str) -> Ruleset | None:
    """The rules that decided then; None where they were not kept."""
    if digest == desk.ruleset.digest:
        return desk.ruleset
    if digest not in _READ:
        document = rule_files.document(tx, digest)
        if document is None:
            return None
        while len(_READ) >= MOST_READ:
            _READ.pop(next(iter(_READ)))
        _READ[digest] = read_file(RuleFile.kept(document))[0]
    return _READ[digest]


MOST_READ = 8
_READ: dict[str, Ruleset] = {}
"""Rule files of the past that were asked for last: reading one takes longer than explaining a ticket by it."""


def graph(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The flow of tags and statuses as Mermaid text."""
    return [{"mermaid": mermaid(desk.ruleset)}]


def picture(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The same as SVG."""
    return [{"svg": flow_picture(desk.ruleset)}]


def misfits(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Some of the open tickets that do not fit the rules, and what they need; then where to go on, None at the end."""
    found, last = backfill.misfits(tx, desk, request.number("after"))
    return [*_told(tx, request, found), {"after": last}]


def fit(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Make them fit, those too that whoever asks does not see: the rules are the same for all."""
    found, last = backfill.misfits(tx, desk, request.number("after"))
    fitted = [misfit for misfit in found if backfill.fit(tx, desk, misfit.ticket)]
    if last is None:
        backfill.finish(tx, desk)
    return [*_told(tx, request, fitted), {"after": last}]


def _told(tx: Tx, request: Request, misfits: list[backfill.Misfit]) -> Iterator[Row]:
    shown = visibility.among(tx, [misfit.ticket for misfit in misfits], request.hidden)
    for misfit in misfits:
        if misfit.ticket in shown:
            yield {"ticket": misfit.ticket, "effects": list(misfit.effects)}


def doubts(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """What is allowed in the rule file and still most likely a mistake."""
    found = furniture.doubts(desk)
    return [{"doubt": doubt} for doubt in (*found, *options_gone(tx, desk.ruleset, request.hidden))]


def options_gone(tx: Tx, ruleset: Ruleset, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    """Values of tickets that are no options of their field any more: they stay, and are shown as they are."""
    for field in ruleset.fields.values():
        held = rule_files.held_values(tx, field.name, hidden) if field.options else {}
        gone: dict[str, int] = {}
        for value, count in held.items():
            for id in orphans(field, value):
                gone[id] = gone.get(id, 0) + count
        for id, count in sorted(gone.items()):
            hold = "holds" if count == 1 else "hold"
            what = f"{counted(count, 'ticket')} {hold} {field.name} = {id!r}, which is no option any more"
            yield f"{what} (keep it, or list it under also of the option that takes its place)"


OPERATIONS = {
    "rules.list": Operation(list_rules),
    "rules.explain": Operation(explain_ticket),
    "rules.graph": Operation(graph),
    "rules.picture": Operation(picture),
    "rules.misfits": Operation(misfits),
    "rules.backfill": Operation(fit, writes=True),
    "rules.lint": Operation(doubts),
}
