"""The status matrix: which status may follow which, by order class and role. It binds every door.

The row asked is the first that exists of (class, role), (class, any), (default, role), (default, any) for the present
status; without one every step is free. A ticket in a blueprint moves along that, and the matrix is not asked. Whatever
they say, a closed ticket stays closed, nothing goes back to New, and an order whose revision nobody has looked at is
neither solved nor closed.
"""

from maild.domain.people import Actor
from maild.domain.revision import UNSEEN
from maild.domain.ticket import Snapshot, Status
from rules.blocking import blocked
from rules.forms import missing
from rules.model import Matrix, Ruleset

ANY_ROLE = "any"
DEFAULT_CLASS = "default"
PEOPLE = ("agent", "lead", "admin")
"""Whose steps need the form to be filled; rules and customers cannot fill it."""
BY_THEMSELVES = ("rule", "system")
"""What closes tickets whose way through a blueprint has ended."""
ROLES = (ANY_ROLE, "customer", "light", "agent", "lead", "admin", "rule", "system")


def refusal(ruleset: Ruleset, ticket: Snapshot, role: str, to: Status, *, outside_matrix: bool = False) -> str | None:
    """Why the ticket may not take this status now; None when it may."""
    fixed = _final(ticket, to)
    if fixed is None and ticket.blueprint is not None:
        return _off_the_way(ruleset, ticket, role, to)
    if fixed or outside_matrix:
        return fixed
    if role in PEOPLE and to != ticket.status and (lacking := missing(ruleset, ticket, to)):
        return f"{to.word} needs {', '.join(lacking)}"
    allowed = row(ruleset.matrix, ticket.form, role, ticket.status)
    if allowed is None or to in allowed or to == ticket.status:
        return None
    legal = ", ".join(s.word for s in sorted(allowed)) or "nothing"
    return f"{to.word} may not follow {ticket.status.word} here ({role}: {legal})"


def next_steps(ruleset: Ruleset, ticket: Snapshot, role: str) -> tuple[Status, ...]:
    """The statuses that may follow now."""
    return tuple(s for s in Status if s != ticket.status and refusal(ruleset, ticket, role, s) is None)


def role_of(ruleset: Ruleset, actor: Actor) -> str:
    """The role a step counts as: a colleague's own, else the kind of actor."""
    if actor.kind == "agent":
        colleague = ruleset.colleague(actor.name)
        return colleague.role.value if colleague else "agent"
    return actor.kind


def _final(ticket: Snapshot, to: Status) -> str | None:
    """What no table of the configuration can allow."""
    if ticket.status is Status.CLOSED and to is not Status.CLOSED:
        return "a closed ticket stays closed; a reply opens a follow-up"
    if to is Status.NEW and ticket.status is not Status.NEW:
        return "nothing goes back to new"
    if UNSEEN in ticket.tags and to >= Status.SOLVED and to is not ticket.status:
        return f"the order was revised and nobody has looked: 'maild ticket seen {ticket.id}' comes before {to.word}"
    return blocked(ticket, to)


def _off_the_way(ruleset: Ruleset, ticket: Snapshot, role: str, to: Status) -> str | None:
    """In a blueprint a ticket has the status of its state, and no other; one at the end of its way may be closed."""
    blueprint = ruleset.blueprint_of(ticket)
    if blueprint is None or ticket.blueprint is None or ticket.blueprint.state not in blueprint.states:
        todo = f"a lead takes it over to another: maild blueprint migrate NAME --ticket {ticket.id}"
        return f"the ticket keeps a version of its blueprint that is not known here any more; {todo}"
    state = blueprint.states[ticket.blueprint.state]
    if to is state.status or (state.final and to is Status.CLOSED and role in BY_THEMSELVES):
        return None
    return f"in blueprint {blueprint.label} only transitions change the status; {blueprint.ways_out(state.name)}"


def row(matrix: Matrix, form: str | None, role: str, status: Status) -> frozenset[Status] | None:
    """The statuses that may follow; None when nothing is said."""
    for order_class in (form, DEFAULT_CLASS):
        for who in (role, ANY_ROLE):
            row = matrix.rows.get((order_class or "", who, status))
            if row is not None:
                return row
    return None
