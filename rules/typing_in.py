"""Tickets that a person types in: what the template presets, and what was typed over it, all of it or nothing."""

from maild.domain.events import FieldEdited, TicketCreated
from maild.domain.people import Actor
from rules.desk_model import TicketTemplate
from rules.edits import draw_edit
from rules.matrix import role_of
from rules.model import Ruleset
from rules.plan import Plan
from rules.table import near


def typed(plan: Plan, event: TicketCreated) -> None:
    """A field that was typed replaces the template's; tags that were typed come to its own."""
    ruleset, role = plan.ruleset, role_of(plan.ruleset, event.actor)
    template = ruleset.ticket_template(event.template) if event.template else None
    rule = f"template.{template.name}" if template else "edit"
    refusals = _refusals(ruleset, template, event)
    preset = template.values if template else ()
    replaced = {name for name, _ in event.changes if name != "tags"}
    changes = (*((name, text) for name, text in preset if name not in replaced), *event.changes)
    drawn = draw_edit(ruleset, plan.ticket, FieldEdited(event.actor, changes))
    refusals += drawn.refusals or plan.illegal(drawn.effects, role, outside_matrix=False)
    for why in refusals:
        plan.refuse(rule, why)
    if not refusals:
        plan.carry_out(rule, role, drawn.effects)


def _refusals(ruleset: Ruleset, template: TicketTemplate | None, event: TicketCreated) -> list[str]:
    if template is None:
        known = [known.name for known in ruleset.templates.values()]
        hint = near(event.template, known) or (f"there are {', '.join(known)}" if known else "the rules have none")
        return [f"no ticket template {event.template!r}; {hint}"] if event.template else []
    return [] if may_use(ruleset, template, event.actor) else [f"{template.label} is for {', '.join(template.groups)}"]


def may_use(ruleset: Ruleset, template: TicketTemplate, actor: Actor) -> bool:
    colleague = ruleset.colleague(actor.name)
    if not template.groups or actor.kind != "agent" or (colleague and colleague.role == "admin"):
        return True
    return colleague is not None and not set(template.groups).isdisjoint(colleague.groups)
