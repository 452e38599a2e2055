"""Edits by hand: everything typed is checked first, and either all of it happens or nothing."""

from collections.abc import Iterable

from maild.domain.effects import AddTags, Effect, MarkForReview, MarkRead, RemoveTags, SetTags
from maild.domain.events import FieldEdited
from maild.domain.ticket import Snapshot
from rules.actions import Drawn, put
from rules.fields import Refused
from rules.matrix import role_of
from rules.model import Ruleset

EDITORS = ("agent", "lead", "admin", "rule", "system")
_LONGEST_TAG = 100


def draw_edit(ruleset: Ruleset, ticket: Snapshot, event: FieldEdited) -> Drawn:
    """The effects of an edit, and every reason why it is refused as a whole.

    Names are form fields, department, status, priority, subject, form, group, assignee, needs_review, unread and tags:
    "a b" replaces all tags, "+a -b" adds and removes. A department comes first, whatever the order they are typed in.
    """
    drawn = Drawn()
    role = role_of(ruleset, event.actor)
    if role not in EDITORS:
        drawn.refusals.append(f"{event.actor.called} may not edit")
    if event.expected_version not in (None, ticket.version):
        versions = f"version {ticket.version}, yours was {event.expected_version}"
        drawn.refusals.append(f"the ticket has changed meanwhile ({versions}); look again")
    for name, text in sorted(event.changes, key=lambda change: change[0] != "department"):
        found = _effects(ruleset, name, text)
        if isinstance(found, Refused):
            drawn.refusals.append(found.why)
        else:
            drawn.effects.extend(found)
    return drawn


def mistakes(ruleset: Ruleset, changes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is wrong with each value by itself, by the names of fields; rules may refuse all of them for more."""
    found = ((name, _effects(ruleset, name, text)) for name, text in changes)
    return {name: refused.why for name, refused in found if isinstance(refused, Refused)}


def _effects(ruleset: Ruleset, name: str, text: str) -> list[Effect] | Refused:
    if name == "tags":
        return _tags(text)
    if name in ("needs_review", "unread"):
        return _mark(name, text)
    effect = put(ruleset, name, text)
    return effect if isinstance(effect, Refused) else [effect]


def _mark(name: str, text: str) -> list[Effect] | Refused:
    value = {"true": True, "yes": True, "false": False, "no": False}.get(text.strip().lower())
    if value is None:
        return Refused(f"{name}: {text[:40]!r} is not true or false")
    return [MarkRead(not value)] if name == "unread" else [MarkForReview(value, "marked by hand" if value else "")]


def _tags(text: str) -> list[Effect] | Refused:
    words = text.replace(",", " ").split()
    signed = [word for word in words if word[0] in "+-"]
    names = frozenset(word.lstrip("+-") for word in words)
    for word in words:
        name = word.lstrip("+-")
        if not name or len(name) > _LONGEST_TAG or not name.isprintable():
            what = f"a word of up to {_LONGEST_TAG} characters without space or comma"
            return Refused(f"{word[:40]!r} is no tag; a tag is {what}")
    if not signed:
        return [SetTags(names)]
    if len(signed) != len(words):
        plain = next(word for word in words if word not in signed)
        return Refused(
            f"{plain!r} has neither + nor -; write 'a b' for exactly these tags, or '+a -b' to add and remove"
        )
    gone = frozenset(word[1:] for word in words if word[0] == "-")
    fresh = frozenset(word[1:] for word in words if word[0] == "+")
    return [effect for effect in (RemoveTags(gone) if gone else None, AddTags(fresh) if fresh else None) if effect]
