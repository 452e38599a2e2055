"""What a blueprint lets whom do on one ticket: transitions with their owners, criteria and inputs. Deny by default.

Pure. A transition happens as a whole or not at all, and whoever is refused hears every reason and every missing input
at once. What it does afterwards is drawn by `rules.actions`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from maild.domain.calendars import add
from maild.domain.effects import AddComment, Effect, MarkRead, MoveState, SendLetter, SetField, SetStatus
from maild.domain.events import TransitionAsked
from maild.domain.people import Actor, Role
from maild.domain.terms import quiet
from maild.domain.ticket import Snapshot
from rules.blueprint_model import Blueprint, Limit, Owners, State, Transition
from rules.departments import label, of_colleague
from rules.fields import Refused, checked
from rules.findings import near
from rules.forms import missing as missing_on_form
from rules.in_words import unmet
from rules.matrix import PEOPLE, refusal, role_of
from rules.model import Ruleset, slug
from rules.project import project


@dataclass(frozen=True, slots=True)
class LegalStep:
    """A transition that begins where the ticket stands.

    It may be taken by whoever asks when it is ``allowed``, and at once when nothing is ``missing``. ``missing`` are
    inputs in words; ``fields`` are those of them that are form fields, by name. ``why`` says what stands against it.
    """

    transition: Transition
    to: State
    allowed: bool
    missing: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with a transition; ``noted`` says that the comment stands on the ticket already."""

    inputs: tuple[tuple[str, str], ...] = ()
    comment: str = ""
    attachment: str = ""
    noted: bool = False


NOTHING = Given()


@dataclass(slots=True)
class Begun:
    """The effects of a transition before its actions, or every reason against it."""

    transition: Transition | None = None
    effects: list[Effect] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def legal_steps(ruleset: Ruleset, ticket: Snapshot, actor: Actor) -> list[LegalStep]:
    """Every transition from the ticket's state, in the order of the file, for whoever asks; [] outside a blueprint."""
    blueprint = ruleset.blueprint_of(ticket)
    if blueprint is None or ticket.blueprint is None:
        return []
    return [_step(ruleset, ticket, blueprint, t, actor) for t in blueprint.from_state(ticket.blueprint.state)]


def _step(ruleset: Ruleset, ticket: Snapshot, blueprint: Blueprint, transition: Transition, actor: Actor) -> LegalStep:
    against = tuple(_against(ruleset, ticket, transition, actor))
    fields, others = _lacking(ruleset, ticket, blueprint, transition, actor, NOTHING)
    missing = (*(_label(ruleset, name) for name in fields), *others)
    return LegalStep(transition, blueprint.states[transition.to], not against, missing, tuple(fields), against)


def begin(ruleset: Ruleset, ticket: Snapshot, called: str, actor: Actor, given: Given = NOTHING) -> Begun:
    """The first half of a transition: what was given with it, the state, the status. ``called`` may name its state."""
    blueprint = ruleset.blueprint_of(ticket)
    if blueprint is None or ticket.blueprint is None:
        return Begun(refusals=[_nowhere(ticket)])
    transition = meant(ruleset, ticket, called, actor)
    if isinstance(transition, str):
        return Begun(refusals=[transition])
    values, mistakes = _inputs(ruleset, given)
    filled = ticket
    for effect in values:
        filled = project(filled, effect)
    fields, others = _lacking(ruleset, filled, blueprint, transition, actor, given)
    labels = [*(_label(ruleset, name) for name in fields), *others]
    against = list(_against(ruleset, filled, transition, actor))
    if against and not transition.who.words:
        return Begun(transition, refusals=against)
    refusals = [*against, *mistakes]
    refusals += [f"{transition.label} needs {', '.join(labels)}"] if labels else []
    effects = [*values, *_arrival(blueprint, transition, ticket), *_comment(transition, given, actor)]
    refusals += _status_refusal(ruleset, filled, actor, effects)
    return Begun(transition, [] if refusals else effects, refusals)


def meant(ruleset: Ruleset, ticket: Snapshot, called: str, actor: Actor) -> Transition | str:
    """The transition that somebody means, or what to tell them."""
    blueprint = ruleset.blueprint_of(ticket)
    if blueprint is None or ticket.blueprint is None:
        return _nowhere(ticket)
    here = ticket.blueprint.state
    return find(blueprint, here, called, lambda t: not any(_against(ruleset, ticket, t, actor)))


def find(
    blueprint: Blueprint, state: str, called: str, may: Callable[[Transition], bool] = lambda _: True
) -> Transition | str:
    """The transition that somebody means by its name, its label or the state it leads to; else what to tell them.

    Where several lead to the state, it is the one that they ``may`` take.
    """
    here, wanted = blueprint.from_state(state), slug(called)
    found = [t for t in here if wanted in (slug(t.name), slug(t.label))]
    if not found:
        to = {s.name for s in blueprint.states.values() if wanted in (slug(s.name), slug(s.label))}
        found = [t for t in here if t.to in to]
    if len(found) > 1:
        found = [t for t in found if may(t)] or found
    if len(found) == 1:
        return found[0]
    if found:
        return f"{called!r} may be {' or '.join(t.name for t in found)}; name the transition"
    hint = near(wanted, [t.name for t in here]) or blueprint.ways_out(state)
    return f"no transition {called!r} begins here in blueprint {blueprint.label}; {hint}"


def owns(ruleset: Ruleset, owners: Owners, ticket: Snapshot, actor: Actor) -> bool:
    """Whether somebody is among the owners. A light agent never is."""
    match actor.kind:
        case "customer":
            return owners.requester
        case "rule" | "system":
            return owners.rules
    colleague = ruleset.colleague(actor.name)
    if actor.kind != "agent" or colleague is None or colleague.role.value not in PEOPLE:
        return False
    return (
        owners.anyone
        or colleague.name in owners.users
        or colleague.role.value in owners.roles
        or not owners.groups.isdisjoint(colleague.groups)
        or (owners.assignee and ticket.assignee == colleague.name)
        or not owners.departments.isdisjoint(of_colleague(ruleset, colleague))
    )


def due(limit: Limit | None, since: datetime) -> datetime | None:
    """When a time limit passes; None for none, or where working time never gets that far."""
    return add(limit.schedule, since, limit.after) if limit else None


def _against(ruleset: Ruleset, ticket: Snapshot, transition: Transition, actor: Actor) -> Iterator[str]:
    """Who may not, and criteria that do not hold."""
    by_itself = (transition.automatic and actor.kind in ("rule", "system")) or (
        transition.on_reply and actor.kind == "customer"
    )
    if not by_itself and not owns(ruleset, transition.who, ticket, actor):
        yield _not_theirs(ruleset, ticket, transition, actor)
        if not transition.who.words:
            return
    verdict = transition.conditions.check(quiet(ticket))
    if not verdict.hit and verdict.index is not None:
        yield f"{transition.label} needs: {unmet(ruleset, transition.conditions, verdict)}"


def _not_theirs(ruleset: Ruleset, ticket: Snapshot, transition: Transition, actor: Actor) -> str:
    if transition.who.words:
        whose = " or ".join(_whose(ruleset, ticket, word) for word in transition.who.words)
        return f"{transition.label} is for {whose}, not for {actor.called}"
    if transition.on_reply:
        return f"{transition.label} is for nobody: the customer's answer takes it"
    if transition.automatic:
        return f"{transition.label} is for nobody: it is taken by itself"
    return f"{transition.label} is for nobody: the blueprint does not say who may take it"


def _whose(ruleset: Ruleset, ticket: Snapshot, word: str) -> str:
    """One word of an owner as a person says it."""
    kind, _, name = word.rpartition(":")
    if not kind and word in _OWNERS:
        return f"its assignee ({ticket.assignee or 'nobody yet'})" if word == "assignee" else _OWNERS[word]
    if kind == "user" or (not kind and name in (colleague.name for colleague in ruleset.people)):
        return name
    if kind == "group" or (not kind and name in ruleset.groups):
        return f"the group {name}"
    if kind == "role" or (not kind and name in tuple(Role)):
        return "everybody who is " + ("an " if name[0] in "aeiou" else "a ") + name
    return f"the people of {label(ruleset, name)}"


_OWNERS = {"agents": "agents", "assignee": "its assignee", "requester": "the customer", "rules": "rules"}


def _lacking(
    ruleset: Ruleset, ticket: Snapshot, blueprint: Blueprint, transition: Transition, actor: Actor, given: Given
) -> tuple[list[str], list[str]]:
    """Form fields that are empty, by name, and what else is missing, in words."""
    fields = [name for name in transition.needs if not ticket.value(name)]
    others = []
    if role_of(ruleset, actor) in PEOPLE:
        status = blueprint.states[transition.to].status
        labels = {_label(ruleset, name) for name in fields}
        others += [label for label in missing_on_form(ruleset, ticket, status) if label not in labels]
    if transition.comment and not given.comment.strip():
        others.append("a comment for the customer" if transition.comment == "public" else "a comment")
    if transition.attachment and not given.attachment:
        others.append("an attachment")
    return fields, others


def _inputs(ruleset: Ruleset, given: Given) -> tuple[list[Effect], list[str]]:
    """The form fields given, checked; and what is wrong with them."""
    effects, mistakes = list[Effect](), list[str]()
    for name, text in given.inputs:
        known = ruleset.fields.get(name)
        value = checked(known, text) if known else Refused(f"no field {name!r}")
        if isinstance(value, Refused):
            mistakes.append(value.why)
        else:
            effects.append(SetField(name, value))
    return effects, mistakes


def _arrival(blueprint: Blueprint, transition: Transition, ticket: Snapshot) -> list[Effect]:
    state = blueprint.states[transition.to]
    found: list[Effect] = [MoveState(transition.name, state.name, due(state.limit, ticket.now), state.final)]
    return [*found, SetStatus(state.status)]


def _comment(transition: Transition, given: Given, actor: Actor) -> Iterator[Effect]:
    """A customer's own words need no letter to them, and somebody has to read them."""
    text = given.comment.strip()
    if not text:
        return
    if actor.kind == "customer":
        yield AddComment(text, public=True)
        yield MarkRead(False)
    elif transition.comment == "public":
        yield AddComment(text, public=True)
        yield MarkRead(True)
        yield SendLetter("reply", "requester", automatic=False, text=text)
    elif not given.noted:
        yield AddComment(text, public=False)


def _status_refusal(ruleset: Ruleset, ticket: Snapshot, actor: Actor, effects: list[Effect]) -> list[str]:
    """What stands against the status of the state, such as an open task."""
    for effect in effects:
        if isinstance(effect, SetStatus):
            why = refusal(ruleset, ticket, role_of(ruleset, actor), effect.to)
            return [why] if why else []
        ticket = project(ticket, effect)
    return []


def _nowhere(ticket: Snapshot) -> str:
    if ticket.blueprint is None:
        return "the ticket is in no blueprint; give it a status instead"
    name = ticket.blueprint.blueprint
    todo = f"a lead takes it over to another: maild blueprint migrate {name} --ticket {ticket.id}"
    return f"the ticket keeps a version of blueprint {name} that is not known here any more; {todo}"


def _label(ruleset: Ruleset, name: str) -> str:
    return ruleset.fields[name].label if name in ruleset.fields else name


def outside(ruleset: Ruleset, ticket: Snapshot, actor: Actor, what: str) -> str | None:
    """Why a person may not do this outside of a transition: the blueprint is strict, and they are not exempt."""
    blueprint = ruleset.blueprint_of(ticket)
    if blueprint is None or ticket.blueprint is None or not blueprint.strict:
        return None
    if role_of(ruleset, actor) not in PEOPLE or owns(ruleset, blueprint.exempt, ticket, actor):
        return None
    instead = blueprint.ways_out(ticket.blueprint.state)
    return f"{what} by a transition only, as blueprint {blueprint.label} is strict; {instead}"


def answers(ruleset: Ruleset, ticket: Snapshot, event: TransitionAsked) -> bool:
    """Whether the transition's comment goes to the customer."""
    found = meant(ruleset, ticket, event.transition, event.actor)
    return not isinstance(found, str) and found.comment == "public" and bool(event.comment.strip())


def by_reply(ruleset: Ruleset, ticket: Snapshot) -> Transition | None:
    """The transition that a customer's answer takes from here: the first whose conditions hold."""
    blueprint = ruleset.blueprint_of(ticket)
    if blueprint is None or ticket.blueprint is None:
        return None
    here = (t for t in blueprint.from_state(ticket.blueprint.state) if t.on_reply)
    return next((t for t in here if t.conditions.hold(quiet(ticket))), None)
