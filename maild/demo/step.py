"""A colleague takes a transition of a ticket's blueprint, with what it asks for; and what a new ticket came under."""

from collections.abc import Callable, Iterator
from typing import Any

from rich.markup import escape

from maild.errors import MaildError

Row = dict[str, Any]
Ask = Callable[..., list[Row]]

WORDS = "Thank you for your question. We have looked at it, and here is our answer."
VALUES = {"date": "2026-12-01", "integer": "1", "decimal": "1", "money": "1", "checkbox": "true"}


def came_under(ticket: Row) -> Iterator[str]:
    """Its department, its service level and where it stands, as far as the configuration has them."""
    if ticket["department"]:
        yield f"    department: {escape(ticket['department'])}"
    if (level := ticket["sla"]) and level["policy"]:
        targets = ", ".join(
            f"{one['target']} due {_minute(one['due_at'])}" for one in level["targets"] if one["due_at"]
        )
        yield f"    service level: {escape(level['policy'])}; {targets or 'its clocks stand still'}"
    if stand := ticket["blueprint"]:
        until = f", until {_minute(stand['state_due_at'])}" if stand["state_due_at"] else ""
        yield f"    stands at: {escape(stand['state_label'])} in {escape(stand['label'])}{until}"


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")


def step(ask: Ask, number: int) -> str | None:
    """Take the transition that asks for the most; what happened, None where nobody may take one."""
    names = [one["name"] for one in ask("user.list") if one["role"] in ("agent", "lead", "admin")]
    found = [(name, one) for name in names for one in _offered(ask, name, number)]
    for name, one in sorted(found, key=lambda pair: -len(pair[1]["missing"])):
        for inputs in _inputs(ask, name, number, one["fields"]):
            comment = WORDS if one["comment"] else ""
            given = {"id": number, "status": one["transition"], "inputs": inputs, "comment": comment}
            try:
                [done] = ask("ticket.move", name, **given)
            except MaildError:
                continue
            typed = ", ".join(f"{key}={value}" for key, value in inputs)
            filled = f" with {escape(typed)}" if typed else ""
            return f"{name} takes '{escape(one['label'])}' on ticket {number}{filled}: it is {done['status']} now"
    return None


def _offered(ask: Ask, name: str, number: int) -> list[Row]:
    """What this colleague may take at once, but for a file."""
    try:
        stand = ask("ticket.show", name, id=number)[0]["blueprint"]
    except MaildError:  # of another department
        return []
    return [one for one in stand["next"] if one["allowed"] and not one["attachment"]] if stand else []


def _inputs(ask: Ask, name: str, number: int, fields: list[str]) -> Iterator[list[tuple[str, str]]]:
    """Ways to fill them, until one fits: an option may call for fields of its own."""
    known = {field["name"]: field for field in ask("ticket.choices", name, id=number)[0]["inputs"]}
    options = {field: [option["id"] for option in known[field]["options"]] for field in fields}
    for back in range(1, max([len(several) for several in options.values()] + [0]) + 1):
        yield [(field, _value(options[field], known[field]["kind"], back)) for field in fields]
    if not any(options.values()):
        yield [(field, VALUES.get(known[field]["kind"], "DEMO-1")) for field in fields]


def _value(options: list[str], kind: str, back: int) -> str:
    return options[-min(back, len(options))] if options else VALUES.get(kind, "DEMO-1")
