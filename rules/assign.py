"""Who gets a ticket that has nobody: which assignment is its own, and whom that chooses, with the reason. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from maild.domain.effects import Assign, Effect, Enqueue, SendLetter, TakeTurn
from maild.domain.events import WorkOffered
from maild.domain.loads import Load, Loads
from maild.domain.terms import Scene
from maild.domain.ticket import Snapshot, Status
from maild.domain.trace import Step
from rules.departments import belongs
from rules.desk_model import Assignment, Order
from rules.model import Ruleset
from rules.plan import Plan
from rules.project import project


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom an assignment gives a ticket to, None for nobody, and why; ``credits`` are a weighted one's accounts."""

    agent: str | None
    why: str
    credits: tuple[tuple[str, int], ...] = ()


def needs_somebody(ruleset: Ruleset, ticket: Snapshot) -> bool:
    """Whether it has work left and nobody to do it: no assignee, or one who is not among us, or there, any more."""
    if ticket.status >= Status.SOLVED:
        return False
    if not ticket.assignee or not ruleset.people:
        return not ticket.assignee
    colleague, here = ruleset.colleague(ticket.assignee), ruleset.departments.get(ticket.department or "")
    return colleague is None or (here is not None and not belongs(here, colleague))


def route(plan: Plan, scene: Scene) -> frozenset[str]:
    """Give a ticket without an assignee to whom the direct assignments name, or let it wait for the first other one.

    Assigned tickets and those that no assignment is about wait for nobody. Returns the names that may read differently.
    """
    changed = frozenset[str]()
    for rule in plan.ruleset.assignments if needs_somebody(plan.ruleset, plan.ticket) else ():
        if rule.conditions.failing(Scene(plan.ticket, scene.before, scene.event), {}) is not None:
            continue
        if not rule.direct:
            return changed | _wait(plan, rule)
        effect = Assign(group=rule.group, assignee=rule.assignee)
        if project(plan.ticket, effect) is not plan.ticket:
            changed |= plan.carry_out(rule.name, "rule", [effect])
        if not needs_somebody(plan.ruleset, plan.ticket):
            break
    if plan.ticket.queue is not None:
        changed |= plan.carry_out("system.queue", "system", [Enqueue("")])
    return changed


def trace(plan: Plan, scene: Scene) -> None:
    """Why the assignments before the one that a ticket waits for are not about it."""
    for rule in plan.ruleset.assignments if needs_somebody(plan.ruleset, plan.ticket) else ():
        verdict = rule.conditions.check(Scene(plan.ticket, scene.before, scene.event))
        if not verdict.hit:
            plan.steps.append(Step("miss", rule.name, condition=verdict.index, seen=verdict.seen))
        elif not rule.direct:
            return


def _wait(plan: Plan, rule: Assignment) -> frozenset[str]:
    if plan.ticket.queue == rule.name:
        return frozenset()
    elsewhere = plan.ticket.group is None or (rule.groups and plan.ticket.group not in rule.groups)
    effects: list[Effect] = [Assign(group=rule.home)] if rule.home and elsewhere else []
    return plan.carry_out(rule.name, "rule", [*effects, Enqueue(rule.name)])


def offer(plan: Plan, event: WorkOffered) -> frozenset[str]:
    """The turn of a waiting ticket: somebody gets it, or the lead hears that nobody can take it."""
    rule = plan.ruleset.assignment(plan.ticket.queue or "")
    if rule is None or not needs_somebody(plan.ruleset, plan.ticket):
        plan.suppress(event.rule, "the ticket waits for nobody any more")
        return frozenset()
    choice = choose(plan.ruleset, rule, plan.ticket, event.loads)
    if choice.agent is not None:
        turn = TakeTurn(rule.name, choice.agent, choice.credits)
        effects: list[Effect] = [Assign(assignee=choice.agent), turn, Enqueue("")]
        return plan.carry_out(rule.name, "rule", effects, why=choice.why)
    plan.suppress(rule.name, choice.why)
    if plan.ticket.queue_told:
        return frozenset()
    text = f"nobody can take it: {choice.why}"
    told: list[Effect] = [] if event.loads.waiting else [SendLetter(rule.template, to, text=text) for to in rule.alert]
    return plan.carry_out(rule.name, "rule", [*told, Enqueue(rule.name, told=True)])


def choose(ruleset: Ruleset, rule: Assignment, ticket: Snapshot, loads: Loads) -> Choice:
    """By the loads seen: never anybody at their cap, off line or of another department."""
    here = ruleset.departments.get(ticket.department or "")
    unfit: list[str] = []
    free: list[Load] = []
    for name in rule.agents:
        colleague, load = ruleset.colleague(name), loads.of(name)
        cap = rule.cap_of(name)
        if colleague is None or (here is not None and not belongs(here, colleague)):
            unfit.append(f"{name} is not of {here.label if here else 'the desk'}")
        elif not load.online and not rule.offline:
            unfit.append(f"{name} is off line")
        elif cap is not None and load.owned >= cap:
            unfit.append(f"{name} has {load.owned} of {cap}")
        else:
            free.append(load)
    if not free:
        return Choice(None, "; ".join(unfit) or "nobody is named")
    return _first(rule, free)


def _first(rule: Assignment, free: list[Load]) -> Choice:
    """Deterministic: equal ones by whose turn is longest ago, then by their place in the file."""
    match rule.order:
        case Order.LEAST_LOADED:
            chosen = min(free, key=lambda load: (load.owned, load.turn))
            return Choice(chosen.agent, f"{chosen.agent} has the least, {_of(rule, chosen)}")
        case Order.ROTATE:
            chosen = min(free, key=lambda load: load.turn)
            return Choice(chosen.agent, f"it is the turn of {chosen.agent}, who has {_of(rule, chosen)}")
        case Order.WEIGHTED:
            return _weighed(rule, free)


def _weighed(rule: Assignment, free: list[Load]) -> Choice:
    """Smooth weighted turns: each who has room is owed their weight, and whoever is owed most pays for all."""
    weights = {load.agent: rule.weights.get(load.agent, 1) for load in free}
    owed = {load.agent: load.credit + weights[load.agent] for load in free}
    chosen = max(free, key=lambda load: (owed[load.agent], -load.turn))
    owed[chosen.agent] -= sum(weights.values())
    why = f"{chosen.agent} is owed most by weight {weights[chosen.agent]}, and has {_of(rule, chosen)}"
    return Choice(chosen.agent, why, tuple(owed.items()))


def _of(rule: Assignment, load: Load) -> str:
    cap = rule.cap_of(load.agent)
    return f"{load.owned} of {cap}" if cap is not None else str(load.owned)


def pools(ruleset: Ruleset) -> Iterator[Assignment]:
    """The assignments that choose among several."""
    return (rule for rule in ruleset.assignments if not rule.direct)
