"""Effects in words, for traces and previews."""

from typing import assert_never

from maild.domain.effects import (
    AddComment,
    AddTags,
    AdoptVersion,
    ArmTimer,
    Assign,
    CallWebhook,
    CancelTimer,
    CreateTask,
    Effect,
    Enqueue,
    EnterBlueprint,
    LeaveBlueprint,
    MarkForReview,
    MarkRead,
    MoveState,
    RemoveTags,
    SendLetter,
    SetDepartment,
    SetField,
    SetForm,
    SetPriority,
    SetSla,
    SetStatus,
    SetSubject,
    SetTags,
    TakeTurn,
)


def words(effect: Effect) -> str:
    """One effect as one line."""
    match effect:
        case SetStatus(to):
            return f"status {to.word}"
        case SetField(name, value):
            return f"{name} = {_short(value)}" if value else f"{name} cleared"
        case SetPriority(text):
            return f"priority {text}"
        case SetSubject(text):
            return f"subject {_short(text)}"
        case SetForm(text):
            return f"form {text}"
        case AddTags(tags):
            return " ".join(f"+{tag}" for tag in sorted(tags))
        case RemoveTags(tags):
            return " ".join(f"-{tag}" for tag in sorted(tags))
        case SetTags(tags):
            return "tags " + (" ".join(sorted(tags)) or "none")
        case Assign():
            return _assignment(effect)
        case SetDepartment(text):
            return f"department {text or 'none'}"
        case Enqueue(rule, known):
            return f"waits for {rule}{', the lead knows' if known else ''}" if rule else "waits for nobody"
        case TakeTurn(rule, agent):
            return f"the turn of {agent} in {rule}"
        case MarkRead(read):
            return "read" if read else "unread"
        case MarkForReview(on, reason):
            return f"needs review: {_short(reason)}" if on else "reviewed"
        case EnterBlueprint(name, _, state):
            return f"enters blueprint {name} in {state}"
        case MoveState(transition, to):
            return f"state {to} by {transition}"
        case AdoptVersion(version, state):
            return f"blueprint version {version[:12]} in {state}"
        case LeaveBlueprint(name):
            return f"leaves blueprint {name}"
        case AddComment(text, public):
            return f"{'public' if public else 'private'} comment {_short(text)}"
        case SendLetter(template, to):
            return f"letter {template} to {to}"
        case CreateTask(title, to, due):
            by = f" by {due:%Y-%m-%d %H:%M}Z" if due else ""
            marks = (
                f"{f', {effect.priority}' if effect.priority != 'normal' else ''}{', blocks' if effect.blocks else ''}"
            )
            return f"task for {to.removeprefix('user:')}: {_short(title)}{by}{marks}"
        case CallWebhook(name, text):
            return f"webhook {name} {_short(text)}" if text else f"webhook {name}"
        case SetSla(to, why):
            return f"sla {why or to.policy or 'none'}"
        case ArmTimer(rule, due, step):
            return f"timer {rule} #{step} at {due:%Y-%m-%d %H:%M:%S}Z"
        case CancelTimer(rule, why):
            return f"timer {rule} cancelled: {why}"
        case _:
            assert_never(effect)


def _assignment(effect: Assign) -> str:
    group = f"group {effect.group or 'none'}" if effect.group is not None else ""
    assignee = f"assignee {effect.assignee or 'nobody'}" if effect.assignee is not None else ""
    return ", ".join(part for part in (group, assignee) if part)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 60 else line[:57] + "...")
