"""Which views somebody may look into."""

from maild.domain.people import Actor
from rules.departments import hidden_from
from rules.matrix import role_of
from rules.model import Ruleset, View


def offered(ruleset: Ruleset, actor: Actor) -> tuple[View, ...]:
    """The views of somebody's groups and departments; admins and the system see all, customers none."""
    return tuple(view for view in ruleset.views.values() if may_see(ruleset, view, actor))


def may_see(ruleset: Ruleset, view: View, actor: Actor) -> bool:
    if actor.kind == "customer":
        return False
    hidden = hidden_from(ruleset, actor)
    if view.departments and hidden.issuperset(view.departments):
        return False
    if not view.groups or actor.kind != "agent" or role_of(ruleset, actor) == "admin":
        return True
    colleague = ruleset.colleague(actor.name)
    return colleague is not None and not set(view.groups).isdisjoint(colleague.groups)
