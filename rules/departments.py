"""Departments: who belongs to which, what they see and may do there, and what it offers them."""

from maild.domain.people import Actor, Role
from maild.domain.ticket import Snapshot
from rules.desk_model import Department
from rules.model import Colleague, Form, Ruleset


def at_address(ruleset: Ruleset, address: str) -> str | None:
    """The department that mail to an order address begins in."""
    wanted = address.lower()
    return next((d.name for d in ruleset.departments.values() if wanted in d.addresses), None)


def addresses_seen(ruleset: Ruleset, hidden: frozenset[str]) -> frozenset[str]:
    """The order addresses where the mail begins in a department that is not ``hidden``."""
    shown = (department for department in ruleset.departments.values() if department.name not in hidden)
    return frozenset(address for department in shown for address in department.addresses)


def belongs(department: Department, colleague: Colleague) -> bool:
    return colleague.name in department.users or not set(department.groups).isdisjoint(colleague.groups)


def of_colleague(ruleset: Ruleset, colleague: Colleague) -> tuple[str, ...]:
    return tuple(d.name for d in ruleset.departments.values() if belongs(d, colleague))


def hidden_from(ruleset: Ruleset, actor: Actor) -> frozenset[str]:
    """The departments whose tickets somebody does not see: all but their own; none for admins and operators."""
    if actor.kind != "agent":
        return frozenset()
    colleague = ruleset.colleague(actor.name)
    if colleague is not None and colleague.role is Role.ADMIN:
        return frozenset()
    own = of_colleague(ruleset, colleague) if colleague else ()
    return frozenset(ruleset.departments).difference(own)


def stranger(ruleset: Ruleset, ticket: Snapshot, actor: Actor) -> str | None:
    """Why somebody may neither see the ticket nor act on it; None when they may.

    Where a transition of its blueprint is their department's to take, they see it as long as it stands there.
    """
    hidden = hidden_from(ruleset, actor)
    if not ticket.department or ticket.department not in hidden:
        return None
    if any(name in ruleset.departments and name not in hidden for name in shared_with(ruleset, ticket)):
        return None
    return f"ticket {ticket.id} is with {label(ruleset, ticket.department)}, and {actor.name} does not belong there"


def shared_with(ruleset: Ruleset, ticket: Snapshot) -> frozenset[str]:
    """The departments that own a transition from where the ticket stands."""
    blueprint = ruleset.blueprint_of(ticket)
    if blueprint is None or ticket.blueprint is None:
        return frozenset()
    return frozenset[str]().union(*(t.who.departments for t in blueprint.from_state(ticket.blueprint.state)))


def unseen(ruleset: Ruleset, ticket: Snapshot, name: str) -> str | None:
    """Why one of our own people, by name or address, does not see the ticket; None for others, who never do."""
    colleague = ruleset.colleague(name) if ticket.department else None
    return stranger(ruleset, ticket, Actor("agent", colleague.name)) if colleague else None


def no_task(ruleset: Ruleset, ticket: Snapshot, to: str) -> str | None:
    """Why nobody can be given a task of the ticket who is named so; None where they can, or no single one is named."""
    name = to.removeprefix("user:")
    colleague = ruleset.colleague(name)
    if colleague is not None and colleague.role is Role.LIGHT:
        return f"no task for {name}: {colleague.name} is a light agent, who could never finish it"
    why = unseen(ruleset, ticket, name)
    return f"no task for {name}: {why}" if why else None


def options_of(ruleset: Ruleset, ticket: Snapshot, field: str) -> tuple[str, ...] | None:
    """The ids that the ticket's department offers of a field's options; None where it leaves none out."""
    here = ruleset.departments.get(ticket.department or "")
    return here.options.get(field) if here is not None and field in ruleset.fields else None


def layout(ruleset: Ruleset, ticket: Snapshot) -> Form | None:
    """The form as the ticket's department lays it out; None for a ticket without a form."""
    own = ruleset.layouts.get((ticket.department or "", ticket.form or ""))
    return own or ruleset.forms.get(ticket.form or "")


def status_label(ruleset: Ruleset, ticket: Snapshot) -> str:
    """What the department calls the ticket's status, else its own word."""
    here = ruleset.departments.get(ticket.department or "")
    return (here.statuses.get(ticket.status.word) if here else None) or ticket.status.word


def label(ruleset: Ruleset, name: str | None) -> str:
    """What a department is called."""
    known = ruleset.departments.get(name or "")
    return known.label if known else name or "no department"
