"""What things are called that rules name for themselves: timers, events, actors."""

import re

from rules.model import Ruleset

BUILT_IN = "built in: "
_INNER = re.compile(r"(?<=[a-z])(?=[A-Z])")


def timer_name(rules: Ruleset, rule: str, step: int = 0) -> str:
    """A timer's rule in words: ``sla.Orders.first_reply`` is the first reply of the service level Orders."""
    kind, _, rest = rule.partition(".")
    later = f" (level {step})" if step else ""
    if kind == "system" and rest:
        return f"{BUILT_IN}{rest.replace('_', ' ')}"
    if kind == "sla" and "." in rest:
        policy, _, target = rest.rpartition(".")
        return f"Service level {policy}: {target.replace('_', ' ')}{later}"
    name, _, part = rest.partition(".")
    blueprint = rules.blueprints.get(name) if kind == "blueprint" else None
    if blueprint is None:
        return rule + (f" (step {step + 1})" if step else "")
    state = blueprint.states.get(part.removeprefix("state."))
    if part.startswith("state.") and state is not None:
        return f"{blueprint.label}: limit of {state.label}{later}"
    transition = blueprint.transitions.get(part)
    what = transition.label if transition is not None else part or "limit of the whole way"
    return f"{blueprint.label}: {what}{later}"


def rule_name(rules: Ruleset, rule: str, timed: bool = False) -> str:
    """A rule that acted, in words: a blueprint that a ticket enters is no limit of it, but where it is ``timed``."""
    kind, _, name = rule.partition(".")
    if kind == "blueprint" and not timed and name in rules.blueprints:
        return rules.blueprints[name].label
    return timer_name(rules, rule)


def event_name(kind: str) -> str:
    """``FieldEdited`` is "Field edited"."""
    return _INNER.sub(" ", kind).capitalize()


def actor_name(actor: str) -> str:
    """Who did it, without what kind of actor that is."""
    return actor.partition(":")[2] or actor
