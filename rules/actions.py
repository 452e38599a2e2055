"""From the actions of a rule to effects on one ticket."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from maild.domain.calendars import add
from maild.domain.effects import (
    AddComment,
    AddTags,
    ArmTimer,
    Assign,
    CallWebhook,
    CancelTimer,
    CreateTask,
    Effect,
    MarkForReview,
    RemoveTags,
    SendLetter,
    SetDepartment,
    SetField,
    SetForm,
    SetPriority,
    SetStatus,
    SetSubject,
    SetTags,
)
from maild.domain.people import Actor, Role
from maild.domain.terms import PRIORITIES
from maild.domain.ticket import Snapshot, Status
from rules.action_model import NATIVE
from rules.blueprint import NOTHING, Given, begin
from rules.blueprint_model import Transition
from rules.departments import no_task
from rules.entering import settled
from rules.fields import Refused, checked, unfit
from rules.findings import near
from rules.model import Action, Call, Chain, Go, Notify, Put, Review, Ruleset, Say, Tag, Task
from rules.project import project
from rules.sla import followed
from rules.wording import Wording, fill


@dataclass(slots=True)
class Drawn:
    """The effects of a list of actions, and why some of it cannot be done."""

    effects: list[Effect] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def draw(
    ruleset: Ruleset, actions: Iterable[Action], ticket: Snapshot, user: str = "", *, by_person: bool = False
) -> Drawn:
    """Each action sees the ticket as those before leave it; letters ``by_person`` are a person's own, not automatic."""
    drawn = Drawn()
    for action in actions:
        found = _effects(ruleset, action, ticket, user, by_person)
        if isinstance(found, Refused):
            drawn.refusals.append(found.why)
            continue
        for effect in found:
            drawn.effects.append(effect)
            ticket = followed(ruleset, settled(ruleset, ticket, effect))
    return drawn


def _effects(
    ruleset: Ruleset, action: Action, ticket: Snapshot, user: str, by_person: bool
) -> Iterable[Effect] | Refused:
    match action:
        case Put():
            return _put(ruleset, action, ticket, user)
        case Tag():
            return _tags(action, ticket)
        case Say(text, public):
            return _worded(text, ticket, user, lambda words: [AddComment(words, public)])
        case Notify():
            return _letter(action, ticket, user, by_person)
        case Task() if why := no_task(ruleset, ticket, action.to):
            return Refused(why)
        case Task():
            return _worded(action.title, ticket, user, lambda words: _task(action, words, ticket))
        case Call(webhook, text):
            return _worded(text, ticket, user, lambda words: [CallWebhook(webhook, words)])
        case Chain(sequence, start):
            return _chain(ruleset, sequence, ticket) if start else [CancelTimer(sequence, "stopped by a rule")]
        case Review(on, reason):
            return [MarkForReview(on, reason)]
        case Go():
            return _go(ruleset, action, ticket, Actor("agent", user) if by_person else Actor("rule", ""))


def _go(ruleset: Ruleset, action: Go, ticket: Snapshot, actor: Actor) -> list[Effect] | Refused:
    filled = fill(action.text or Wording(""), ticket, actor.name)
    if filled.missing:
        return Refused(f"the comment needs {', '.join(filled.missing)}, which is empty")
    drawn = draw_transition(ruleset, ticket, action.transition, actor, Given(comment=filled.text))
    return Refused("; ".join(drawn.refusals)) if drawn.refusals else drawn.effects


def draw_transition(ruleset: Ruleset, ticket: Snapshot, called: str, actor: Actor, given: Given = NOTHING) -> Drawn:
    """The effects of a transition with all that it does afterwards, or every reason why it is refused as a whole."""
    begun = begin(ruleset, ticket, called, actor, given)
    if begun.refusals or begun.transition is None:
        return Drawn([], begun.refusals)
    moved = ticket
    for effect in begun.effects:
        moved = project(moved, effect)
    colleague = ruleset.colleague(actor.name) if actor.kind == "agent" else None
    user = colleague.name if colleague else ""
    after = draw(ruleset, begun.transition.actions, moved, user, by_person=colleague is not None)
    after.refusals += _elsewhere(ruleset, begun.transition, moved, after.effects)
    return Drawn([] if after.refusals else [*begun.effects, *after.effects], after.refusals)


def _elsewhere(ruleset: Ruleset, transition: Transition, ticket: Snapshot, effects: Iterable[Effect]) -> list[str]:
    """What a transition does afterwards stays in the state that it leads to, as long as the blueprint goes on."""
    for effect in effects:
        if isinstance(effect, SetStatus) and ticket.blueprint is not None and effect.to is not ticket.status:
            does = f"what it does afterwards asks for {effect.to.word}"
            return [f"{transition.label} cannot be taken: it leads to {ticket.status.word}, and {does}"]
        ticket = settled(ruleset, ticket, effect)
    return []


def _put(ruleset: Ruleset, action: Put, ticket: Snapshot, user: str) -> Iterable[Effect] | Refused:
    if action.default:
        if not _is_empty(action.name, ticket):
            return []
        if why := _said_otherwise(ruleset, action.name, ticket):
            return [MarkForReview(True, f"the order's {why}")]
    filled = fill(action.value, ticket, user)
    if filled.missing:
        return Refused(f"{action.name} needs {', '.join(filled.missing)}, which is empty")
    effect = put(ruleset, action.name, filled.text)
    return effect if isinstance(effect, Refused) else [effect]


def put(ruleset: Ruleset, name: str, text: str) -> Effect | Refused:
    """The effect that gives ``name`` this value, after checking it."""
    match name:
        case "status":
            return _status(text)
        case "priority":
            word = text.strip().lower()
            return (
                SetPriority(word) if word in PRIORITIES else Refused(f"no priority {text!r}: {', '.join(PRIORITIES)}")
            )
        case "subject":
            line = " ".join(text.split())
            return SetSubject(line[:500]) if line else Refused("a subject cannot be empty")
        case "department":
            known = text in ruleset.departments or not text
            return (
                SetDepartment(text) if known else Refused(f"no department {text!r}: {', '.join(ruleset.departments)}")
            )
        case "form":
            known = text in ruleset.forms or not text
            return SetForm(text) if known else Refused(f"no form {text!r}: {', '.join(ruleset.forms) or 'none'}")
        case "group":
            known = text in ruleset.groups or not text or not ruleset.groups
            return Assign(group=text) if known else Refused(f"no group {text!r}: {', '.join(ruleset.groups)}")
        case "assignee":
            return _assignee(ruleset, text)
    if name not in ruleset.fields:
        names = [*NATIVE, "tags", "needs_review", "unread", *ruleset.fields]
        return Refused(f"no field {name!r}; {near(name, names) or 'there are ' + ', '.join(names)}")
    value = checked(ruleset.fields[name], text)
    return value if isinstance(value, Refused) else SetField(name, value)


def _status(text: str) -> Effect | Refused:
    try:
        return SetStatus(Status.parse(text))
    except ValueError as error:
        return Refused(str(error))


def _assignee(ruleset: Ruleset, text: str) -> Effect | Refused:
    colleague = ruleset.colleague(text)
    if colleague is not None:
        if colleague.role is Role.LIGHT:
            return Refused(f"{colleague.name} is a light agent and takes no tickets")
        return Assign(assignee=colleague.name)
    names = [one.name for one in ruleset.people]
    why = f"no user {text!r}; {near(text, names) or 'there are ' + ', '.join(names)}"
    return Refused(why) if text and ruleset.people else Assign(assignee=text)


def _is_empty(name: str, ticket: Snapshot) -> bool:
    if name in NATIVE:
        return not getattr(ticket, name)
    return ticket.value(name) is None


def _said_otherwise(ruleset: Ruleset, name: str, ticket: Snapshot) -> str:
    """Why a default must not stand in for what the order in force says in words that are no option."""
    field = ruleset.fields.get(name)
    return unfit(field, ticket.order) if field is not None and ticket.order is not None else ""


def _tags(action: Tag, ticket: Snapshot) -> Iterator[Effect]:
    """Only what changes something, so that a trace tells no more than what happened; all of it where nothing does."""
    held = ticket.tags if action.replace is None else action.replace
    if action.replace is not None:
        yield SetTags(action.replace)
    if action.remove:
        yield RemoveTags(action.remove & held or action.remove)
    if action.add:
        yield AddTags(action.add - (held - action.remove) or action.add)


def _worded(
    wording: Wording, ticket: Snapshot, user: str, make: Callable[[str], list[Effect]]
) -> list[Effect] | Refused:
    filled = fill(wording, ticket, user)
    if filled.missing:
        return Refused(f"the text needs {', '.join(filled.missing)}, which is empty")
    return make(filled.text)


def _letter(action: Notify, ticket: Snapshot, user: str, by_person: bool) -> list[Effect] | Refused:
    automatic = not (by_person and action.to == "requester")
    wording = action.text or Wording("")
    letter = SendLetter(action.template, action.to, automatic, urgent=action.urgent)
    return _worded(wording, ticket, user, lambda words: [replace(letter, text=words)])


def _task(task: Task, title: str, ticket: Snapshot) -> list[Effect]:
    """A task is told to its owner and noted on the ticket."""
    due = add(task.schedule, ticket.now, task.due) if task.due else None
    remind = add(task.schedule, ticket.now, task.remind) if task.remind else due
    note = AddComment(f"Task for {task.to.removeprefix('user:')}: {title}", public=False)
    given = CreateTask(title, task.to, due, remind, task.priority, task.blocks)
    return [note, given, SendLetter("notify_agent", task.to, text=title, due=due)]


def _chain(ruleset: Ruleset, name: str, ticket: Snapshot) -> list[Effect]:
    """Every step of a sequence counts from now; one that runs already starts over."""
    runs = any(timer.rule == name for timer in ticket.timers)
    armed: list[Effect] = [CancelTimer(name, "it starts over")] if runs else []
    for automation in ruleset.timed:
        if automation.name == name and automation.manual and automation.after is not None:
            due = add(automation.schedule, ticket.now, automation.after)
            if due is not None:
                armed.append(ArmTimer(name, due, automation.step))
    return armed
