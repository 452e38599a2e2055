"""The rules in an operator's hands: what there is, why they did what they did, what is doubtful, how statuses flow."""

from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row
from maild.errors import DataError
from maild.store import history, letter_list, tickets
from maild.store.tx import Tx
from pipeline.furniture import Desk
from rules.explain import explain
from rules.findings import everything
from rules.graph import mermaid
from rules.lint import lint


def list_rules(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Every rule in file order, with its place."""
    for rule in everything(desk.ruleset):
        yield {"kind": type(rule).__name__.lower(), "rule": rule.name, "where": rule.where}


def explain_ticket(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The ticket's past as it was traced then, the fate of its letters, and what the rules wait for now."""
    number = request.number("id")
    if not tickets.exists(tx, number):
        raise DataError(f"no ticket {number}", "see 'maild ticket list'")
    for entry in history.of_ticket(tx, number):
        for step in entry["steps"]:
            yield {
                "when": entry["at"],
                "event": entry["kind"],
                "actor": entry["actor"],
                "rule": step["rule"],
                "what": step["what"],
                "why": _why(step),
                "effects": step.get("effects", []),
            }
    for letter in letter_list.rows(tx, None, number, 1000):
        why = f"{letter['code']}: {letter['why']}" if letter["code"] else letter["why"]
        yield {
            "when": letter["created_at"],
            "event": "letter",
            "rule": letter["template"],
            "what": letter["phase"],
            "why": why,
        }
    for answer in explain(desk.ruleset, tickets.snapshot(tx, number)):
        yield {
            "when": tx.now,
            "event": "now",
            "rule": answer.rule,
            "what": answer.what,
            "why": answer.why,
            "where": answer.where,
        }


def _why(step: Row) -> str:
    """What was said, and for a miss the condition (counted from 1) that failed and the value it saw."""
    said = str(step.get("why", ""))
    if step.get("condition") is None:
        return said
    failed = f"condition {int(step['condition']) + 1} failed" + (f", it saw {step['seen']}" if step.get("seen") else "")
    return f"{said}; {failed}" if said else failed


def graph(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """The flow of tags and statuses as Mermaid text."""
    return [{"mermaid": mermaid(desk.ruleset)}]


def doubts(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """What is allowed in the rule file and still most likely a mistake."""
    return [{"doubt": doubt} for doubt in lint(desk.ruleset, desk.templates.names)]


OPERATIONS = {
    "rules.list": Operation(list_rules),
    "rules.explain": Operation(explain_ticket),
    "rules.graph": Operation(graph),
    "rules.lint": Operation(doubts),
}
