"""What a department allows of a change to its tickets, and what a move to another one means."""

from maild.domain.effects import Assign, Effect, SetDepartment, SetField, SetForm
from maild.domain.ticket import Snapshot
from rules.departments import belongs, label, options_of
from rules.model import FieldKind, Ruleset


def refusal(ruleset: Ruleset, ticket: Snapshot, effect: Effect) -> str | None:
    """Why an effect cannot be in the ticket's department."""
    match effect:
        case SetDepartment(to):
            return _no_way(ruleset, ticket, to)
        case Assign(assignee=str(name)) if name:
            return _no_member(ruleset, ticket, name)
        case SetField(name, value) if value:
            return _not_offered(ruleset, ticket, name, value)
        case SetForm(to):
            return _not_used(ruleset, ticket, to)
    return None


def _no_way(ruleset: Ruleset, ticket: Snapshot, to: str) -> str | None:
    here = ruleset.departments.get(ticket.department or "")
    if here is None or here.moves is None or to in here.moves or to == here.name:
        return None
    if not to:
        return f"a ticket of {here.label} cannot be without a department"
    allowed = ", ".join(label(ruleset, name) for name in here.moves)
    instead = f"it may go to {allowed}" if allowed else "it may go nowhere else"
    return f"{here.label} moves no ticket to {label(ruleset, to)}; {instead}"


def _no_member(ruleset: Ruleset, ticket: Snapshot, name: str) -> str | None:
    here, colleague = ruleset.departments.get(ticket.department or ""), ruleset.colleague(name)
    if here is None or colleague is None or belongs(here, colleague):
        return None
    return f"{colleague.name} does not belong to {here.label}"


def _not_offered(ruleset: Ruleset, ticket: Snapshot, name: str, value: str) -> str | None:
    offered = options_of(ruleset, ticket, name)
    if offered is None:
        return None
    chosen = value.split(",") if ruleset.fields[name].kind is FieldKind.MULTISELECT else [value]
    wrong = [one for one in chosen if one not in offered]
    if not wrong or value == ticket.value(name):
        return None
    here = label(ruleset, ticket.department)
    return f"{name}: {here} does not offer {', '.join(wrong)}; it offers {', '.join(offered)}"


def _not_used(ruleset: Ruleset, ticket: Snapshot, form: str) -> str | None:
    """A form is what a department asks for: under another's, or none, its required fields would not be."""
    here = ruleset.departments.get(ticket.department or "")
    if here is None or not here.forms or form in here.forms or form == (ticket.form or ""):
        return None
    forms = ", ".join(here.forms)
    if not form:
        return f"a ticket of {here.label} cannot be without a form; it uses {forms}"
    return f"{here.label} does not use the form {form!r}; it uses {forms}"


def arrival(ruleset: Ruleset, ticket: Snapshot) -> list[Effect]:
    """What does not fit the department a ticket has come to: a form it does not use gives way to its first, a group or
    an assignee from elsewhere to its own group and to nobody. Values of fields stay, shown or not."""
    here = ruleset.departments.get(ticket.department or "")
    if here is None:
        return []
    effects: list[Effect] = []
    if here.forms and ticket.form not in here.forms:
        effects.append(SetForm(here.forms[0]))
    group = here.groups[0] if here.groups and ticket.group not in here.groups else None
    colleague = ruleset.colleague(ticket.assignee) if ticket.assignee else None
    gone = "" if ticket.assignee and (colleague is None or not belongs(here, colleague)) else None
    if group is not None or gone is not None:
        effects.append(Assign(group=group, assignee=gone))
    return effects
