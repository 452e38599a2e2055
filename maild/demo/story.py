"""From the daemon's log to a story: one plain line for what happened and why."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from rich.markup import escape

Line = dict[str, Any]


def _received(line: Line) -> str:
    return (
        f"[bold]mail {line['mail_id']} received[/] from {line['peer']}, {line['bytes']} bytes, on disk before the 250"
    )


def _created(line: Line) -> str:
    source = f"for mail {line['mail_id']} ({line['kind']})" if "mail_id" in line else "by hand"
    return f"[bold green]ticket {line['ticket']} opened[/] {source}: {_why(line)}"


def _threaded(line: Line) -> str:
    return f"[bold green]mail {line['mail_id']} put onto ticket {line['ticket']}[/]: {_why(line)}"


def _repeated(line: Line) -> str:
    return f"[yellow]mail {line['mail_id']} is a duplicate[/]: {_why(line)}; no second confirmation"


def _ignored(line: Line) -> str:
    return f"[yellow]mail {line['mail_id']} ignored[/]: {_why(line)}"


def _fired(line: Line) -> str | None:
    if str(line["rule"]).startswith("system."):
        return None
    return f"    rule fired on ticket {line['ticket']}: [cyan]{escape(str(line['rule']))}[/]"


def _assigned(line: Line) -> str:
    return f"    ticket {line['ticket']} given to [bold]{escape(str(line['assignee']))}[/]: {_why(line)}"


def _nobody(line: Line) -> str:
    return f"    [yellow]nobody can take ticket {line['ticket']}[/]: {_why(line)}"


def _queued(line: Line) -> str:
    to = escape(str(line["to"]))
    return f"    letter {line['letter']} written for ticket {line['ticket']}: {line['template']} to {to}"


def _withheld(line: Line) -> str:
    return f"    [red]letter {line['letter']} withheld[/] ({line['template']}, ticket {line['ticket']}): {_why(line)}"


def _sent(line: Line) -> str:
    return f"    letter {line['letter']} [bold]sent[/] for ticket {line['ticket']}: {escape(str(line['reply']))}"


def _timer(line: Line) -> str:
    return f"[magenta]timer came due[/] on ticket {line['ticket']}: {escape(str(line['rule']))}"


def _why(line: Line) -> str:
    return escape(str(line.get("why") or ""))


TOLD: dict[str, Callable[[Line], str | None]] = {
    "mail.received": _received,
    "ticket.created": _created,
    "mail.threaded": _threaded,
    "mail.order_repeated": _repeated,
    "mail.ignored": _ignored,
    "rule.fired": _fired,
    "ticket.assigned": _assigned,
    "assignment.nobody_available": _nobody,
    "letter.queued": _queued,
    "letter.withheld": _withheld,
    "letter.sent": _sent,
    "timer.fired": _timer,
}


def understood(ticket: Line) -> str:
    """What was read out of a new ticket's mail, and how sure it is."""
    fields = ticket["fields"]
    lines = len(ticket["orders"][-1].get("lines", [])) if ticket["orders"] else 0
    if not lines:
        return "    read: no order"
    count = f"{lines} {'line' if lines == 1 else 'lines'}"
    money = f"{fields.get('total_cost', '?')} {fields.get('currency', '')}".strip()
    doubt = f"; to be looked at: {escape('; '.join(ticket['review_reasons']))}" if ticket["needs_review"] else ""
    return f"    read: order {escape(str(fields.get('po_number')))}, {count}, {money}{doubt}"


def tell(line: Line) -> str | None:
    """The line's sentence in rich's markup; None for what only operators want to know."""
    teller = TOLD.get(str(line.get("event")))
    if teller is not None:
        return teller(line)
    if line.get("level") in ("error", "critical"):
        return f"[bold red]{escape(str(line.get('event')))}[/]: {_why(line) or escape(str(line.get('error') or ''))}"
    return None


class DeskClock:
    """What the desk's clock shows when a log line was written; ``begins`` is what it shows first, else the wall's."""

    def __init__(self, speed: float, begins: datetime | None = None) -> None:
        self._speed = speed
        self._begins = begins
        self._start: datetime | None = None

    def shown(self, line: Line) -> str:
        at = datetime.fromisoformat(str(line["ts"]))
        self._start = self._start or at
        desk = (self._begins or self._start) + timedelta(seconds=(at - self._start).total_seconds() * self._speed)
        return desk.astimezone().strftime("%a %d %b %H:%M")
