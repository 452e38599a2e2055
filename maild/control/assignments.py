"""Who takes work: going on and off line, what each assignment's people have, and what waits for somebody."""

from collections.abc import Iterable, Mapping
from typing import Any

from maild.control.operation import Operation, Request, Row, actor
from maild.domain.people import Role
from maild.errors import Missing, NotPermitted
from maild.store import loads
from maild.store.loads import Presence
from maild.store.tx import Tx
from pipeline import presence
from pipeline.furniture import Desk
from rules.assign import pools
from rules.departments import of_colleague
from rules.model import Ruleset


def be_present(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """``name`` (whoever asks, without it) goes on line or, unless ``online``, off line."""
    name = request.optional("name") or request.actor
    colleague = desk.ruleset.colleague(name) if name else None
    if colleague is None:
        names = ", ".join(known.name for known in desk.ruleset.people)
        raise Missing(f"{name!r} is none of the desk's people", f"there are {names}")
    asker = desk.ruleset.colleague(request.actor) if request.actor else None
    if asker is not None and asker.name != colleague.name and asker.role not in (Role.LEAD, Role.ADMIN):
        raise NotPermitted(f"{asker.name} speaks for nobody else", "a lead or an admin may")
    presence.go(tx, colleague.name, bool(request.arguments["online"]), str(actor(desk, request)))
    return [{"name": colleague.name, **present(tx, desk.ruleset, request.hidden)[colleague.name]}]


def present(tx: Tx, ruleset: Ruleset, hidden: frozenset[str] = frozenset()) -> Mapping[str, Row]:
    """Each colleague's departments, whether they take work, and what counts of theirs for which assignment, by name.

    Tickets of ``hidden`` departments do not count here, whatever they count for a cap.
    """
    there = loads.presences(tx, [colleague.name for colleague in ruleset.people])
    owned = {rule.name: loads.counted(tx, rule.agents, rule.counts, hidden) for rule in pools(ruleset)}
    return {
        colleague.name: {
            "departments": list(of_colleague(ruleset, colleague)),
            "online": there.get(colleague.name, Presence()).online,
            "since": there.get(colleague.name, Presence()).since,
            "load": [
                {
                    "assignment": rule.name,
                    "owned": owned[rule.name].get(colleague.name, 0),
                    "cap": rule.cap_of(colleague.name),
                }
                for rule in pools(ruleset)
                if colleague.name in rule.agents
            ],
        }
        for colleague in ruleset.people
    }


def list_assignments(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """In the order in which they are asked, each with what waits for it."""
    waiting = loads.waiting(tx, request.hidden)
    for rule in desk.ruleset.assignments:
        people: list[Any] = [rule.assignee or rule.group] if rule.direct else list(rule.agents)
        yield {
            "name": rule.name,
            "order": "direct" if rule.direct else rule.order.value,
            "people": people,
            "cap": rule.cap,
            "waiting": waiting.get(rule.name, 0),
            "where": rule.where,
        }


OPERATIONS = {
    "user.presence": Operation(be_present, writes=True, light=True),
    "assignment.list": Operation(list_assignments),
}
