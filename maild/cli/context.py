"""What stands beside a ticket, for people: its service level, its customer, and what is known of them."""

from typing import Any

from maild.cli.harmless import moment, shown
from maild.domain.address import one_line
from maild.domain.plurals import counted

Row = dict[str, Any]
_HOUR, _MINUTE = 3600, 60


def print_sla(sla: Row | None) -> None:
    """The policy, and a line for each target."""
    if sla is None:
        return
    expected = f", expected {moment(sla['expected_at'], seconds=False)}" if sla["expected_at"] else ""
    print(f"  sla      {shown(sla['policy'] or 'none any more')}{', MISSED' if sla['breached'] else ''}{expected}")
    for target in sla["targets"]:
        print(f"           {target['target']:<12} {target['state']:<8} {_target(target)}")


def _target(target: Row) -> str:
    used = f"{_length(target['consumed_s'])} of {_length(target['allowed_s'])} used"
    if target["ended_at"]:
        return f"{used}, ended {moment(target['ended_at'], seconds=False)}"
    if target["due_at"]:
        return f"due {moment(target['due_at'], seconds=False)}" + (
            f" by {shown(target['schedule'])}" if target["schedule"] else ""
        )
    return f"{used}, stands still"


def _length(seconds: float) -> str:
    hours, rest = divmod(round(seconds), _HOUR)
    return f"{hours}h{rest // _MINUTE:02d}"


def print_customer(customer: Row) -> None:
    """Who, what they bought, where to, what is open and was before, how content, and facts from other systems."""
    whose = shown(customer["organization"] or customer["name"] or customer["address"])
    bought = ", ".join(f"{total} {shown(currency)}".strip() for currency, total in customer["bought"].items())
    bought = f"bought {bought or 'nothing yet'} (completed orders)"
    print(f"\nCustomer {whose}: {counted(customer['tickets'], 'ticket')}, {bought}")
    for name, value in customer["organization_fields"].items():
        print(f"  {shown(name):<20} {shown(value)}")
    for site in customer["sites"]:
        place = shown(one_line({**site, "company": ""}))
        print(f"  ships to {shown(site['name'])}{': ' + place if place else ''}")
    for ticket in (*customer["open"], *customer["earlier"]):
        number = shown(ticket["po_number"] or "")
        print(f"  {ticket['id']:>6}  {ticket['status']:<8} {number:<16} {shown(ticket['subject'])}")
    others = customer["tickets"] - 1 - len(customer["open"]) - len(customer["earlier"])
    if others > 0:
        print(f"  and {others} more")
    for rating in customer["ratings"]:
        print(f"  rated ticket {rating['ticket']}: {shown(rating['score'])} of 5  {shown(rating['comment'])}")
    for fact in customer["facts"]:
        print(f"  {_fact(fact)}")


def _fact(fact: Row) -> str:
    amount = f"{fact['amount']} {shown(fact['currency'])}".strip() if fact["amount"] is not None else ""
    parts = (fact["date"] or "", amount, shown(fact["text"]), shown(fact["link"]))
    return "  ".join([f"{shown(fact['kind'])} {shown(fact['key'])}", *(part for part in parts if part)])
