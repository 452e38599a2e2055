"""What is allowed in a blueprint and still most likely a mistake."""

from collections.abc import Iterable, Iterator

from maild.domain.conditions import Compare
from maild.domain.people import Role
from maild.domain.ticket import Status
from rules.action_model import Action, Go
from rules.blueprint_model import Blueprint, State, Transition
from rules.contradict import flattened
from rules.departments import belongs
from rules.findings import Finding, rules_of
from rules.model import Colleague, Ruleset


def doubts(ruleset: Ruleset) -> Iterator[Finding]:
    """Of every blueprint of the file, and of rules that take transitions."""
    for blueprint in ruleset.blueprints.values():
        yield from _out_of_reach(blueprint)
        yield from _without_exit(blueprint)
        yield from _unanswered(blueprint)
        yield from _for_nobody(blueprint)
        yield from _off_the_form(ruleset, blueprint)
        yield from _circles(blueprint)
        yield from _nobodys(blueprint)
        yield from _unseen(ruleset, blueprint)
    yield from _not_for_rules(ruleset)


def _out_of_reach(blueprint: Blueprint) -> Iterator[Finding]:
    reached, fresh = set[str](), {blueprint.start}
    while fresh:
        reached |= fresh
        fresh = {t.to for state in fresh for t in blueprint.from_state(state)} - reached
    for state in blueprint.states.values():
        if state.name not in reached:
            yield _of(state, blueprint, "is never reached", "a transition that leads to it")


def _without_exit(blueprint: Blueprint) -> Iterator[Finding]:
    for state in blueprint.states.values():
        out = blueprint.from_state(state.name)
        if not out and not state.final:
            yield _of(state, blueprint, "has no way out", "a transition from it, or final = true")
        elif state.status is Status.SOLVED and not state.final:
            what = "is solved and not the end of the way, so its tickets never close"
            yield _of(state, blueprint, what, "final = true, or an automatic transition")


def _unanswered(blueprint: Blueprint) -> Iterator[Finding]:
    for state in blueprint.states.values():
        if state.status is Status.PENDING and not any(t.on_reply for t in blueprint.from_state(state.name)):
            what = "waits for the customer, and nothing follows when they answer"
            yield _of(state, blueprint, what, 'a transition with on = "reply"')


def _for_nobody(blueprint: Blueprint) -> Iterator[Finding]:
    for transition in blueprint.transitions.values():
        if not transition.who.words and not transition.automatic and not transition.on_reply:
            yield _about(transition, blueprint, "is for nobody", 'who = ["agents"]')


def _off_the_form(ruleset: Ruleset, blueprint: Blueprint) -> Iterator[Finding]:
    """Fields that a transition asks for and that no form has which a ticket here can have."""
    entry = flattened(blueprint.conditions.nodes())
    named = {n.value for n in entry if isinstance(n, Compare) and n.term.name == "form" and n.op == "=="}
    forms = [form for form in ruleset.forms.values() if not named or form.name in named]
    known = {place.name for form in forms for place in form.fields}
    for transition in blueprint.transitions.values():
        for name in transition.needs if forms else ():
            if name not in known:
                where = ", ".join(form.name for form in forms)
                yield _about(transition, blueprint, f"needs {name}, which is not on the form ({where})", "add it there")


def _nobodys(blueprint: Blueprint) -> Iterator[Finding]:
    """One that asks for a department and belongs to none goes on wherever its tickets are moved to."""
    entry = flattened(blueprint.conditions.nodes())
    if not blueprint.departments and any(isinstance(n, Compare) and n.term.name == "department" for n in entry):
        what = f"blueprint {blueprint.name!r} enters by department and is kept elsewhere"
        yield Finding(blueprint.where, what, 'department = "..." instead of the condition: then it ends there')


def _unseen(ruleset: Ruleset, blueprint: Blueprint) -> Iterator[Finding]:
    """Transitions for people by name or group who do not see the tickets of the blueprint's departments."""
    at = [ruleset.departments[name] for name in blueprint.departments if name in ruleset.departments]
    labels = ", ".join(department.label for department in at)
    for transition in blueprint.transitions.values() if at else ():
        for word in transition.who.words:
            meant = _named(ruleset, transition, word)
            if meant and not any(one.role is Role.ADMIN or any(belongs(d, one) for d in at) for one in meant):
                what = f"is for {word}, and there nobody sees tickets of {labels}"
                yield _about(transition, blueprint, what, 'who = ["department:..."]: it sees what it may take')


def _named(ruleset: Ruleset, transition: Transition, word: str) -> list[Colleague]:
    """The people that an owner's word means by name or by group."""
    name, who = word.rpartition(":")[2], transition.who
    if word in (name, f"user:{name}") and name in who.users:
        return [one for one in ruleset.people if one.name == name]
    return [one for one in ruleset.people if word in (name, f"group:{name}") and name in who.groups & set(one.groups)]


def _circles(blueprint: Blueprint) -> Iterator[Finding]:
    """Automatic transitions that lead back to where they began, none of them after some time."""
    quick = [t for t in blueprint.transitions.values() if t.automatic and t.after is None]
    for transition in quick:
        if any(_leads_back(blueprint, quick, transition.to, source) for source in _sources(blueprint, transition)):
            what = "leads by automatic transitions back to where it began; each is taken once at most at one event"
            yield _about(transition, blueprint, what, 'after = "1bd", or conditions that exclude each other')


def _leads_back(blueprint: Blueprint, quick: Iterable[Transition], start: str, goal: str) -> bool:
    reached, fresh = set[str](), {start}
    while fresh:
        reached |= fresh
        fresh = {t.to for t in quick for state in fresh if t.leaves(state)} - reached
    return goal in reached


def _sources(blueprint: Blueprint, transition: Transition) -> list[str]:
    return [state for state in blueprint.states if transition.leaves(state)]


def _not_for_rules(ruleset: Ruleset) -> Iterator[Finding]:
    """Rules that take transitions which are for people only."""
    for rule in rules_of(ruleset):
        for name in _taken(rule.actions) if rule.kind != "macro" else ():
            meant = [t for b in ruleset.blueprints.values() for t in b.transitions.values() if t.name == name]
            if meant and not any(t.who.rules or t.automatic for t in meant):
                what = f"{rule} takes transition {name!r}, which is for {meant[0].who} only"
                yield Finding(rule.where, what, 'add "rules" to its who')


def _taken(actions: Iterable[Action]) -> Iterator[str]:
    return (action.transition for action in actions if isinstance(action, Go))


def _of(state: State, blueprint: Blueprint, what: str, hint: str) -> Finding:
    return Finding(state.where, f"state {state.name!r} of blueprint {blueprint.name!r} {what}", hint)


def _about(transition: Transition, blueprint: Blueprint, what: str, hint: str) -> Finding:
    return Finding(transition.where, f"transition {transition.name!r} of blueprint {blueprint.name!r} {what}", hint)
