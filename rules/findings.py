"""What lint has to say, and all rules seen as one kind of thing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from maild.domain.conditions import Conditions
from rules.model import Action, Blueprint, Notify, Put, Ruleset
from rules.wording import Wording


@dataclass(frozen=True, slots=True)
class Finding:
    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.hint})" if self.hint else text


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    name: str
    where: str
    conditions: Conditions
    actions: tuple[Action, ...]

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"


def rules_of(ruleset: Ruleset) -> Iterator[Rule]:
    for t in ruleset.triggers:
        yield Rule("trigger", t.name, t.where, t.conditions, t.actions)
    for a in ruleset.timed:
        yield Rule("automation", a.name, a.where, a.conditions, a.actions)
    for p in ruleset.sla:
        yield Rule("sla", p.name, p.where, p.conditions, tuple(a for level in p.levels for a in level.actions))
    for r in ruleset.assignments:
        put = Put("assignee", Wording(r.assignee)) if r.assignee else Put("group", Wording(r.group or ""))
        alerts = () if r.direct else tuple(Notify(to, r.template) for to in r.alert)
        yield Rule("assignment", r.name, r.where, r.conditions, (put,) if r.direct else alerts)
    for m in ruleset.macros.values():
        yield Rule("macro", m.name, m.where, m.conditions, m.actions)
    for b in ruleset.blueprints.values():
        yield from _of_blueprint(ruleset, b)


def _of_blueprint(ruleset: Ruleset, blueprint: Blueprint) -> Iterator[Rule]:
    """Its transitions, and what its time limits do; that a transition comes due is no rule of its own."""
    for t in blueprint.transitions.values():
        yield Rule("transition", f"{blueprint.name}.{t.name}", t.where, t.conditions, t.actions)
    for a in ruleset.walking.get(blueprint.digest, ()):
        if not a.later_only:
            yield Rule("automation", a.name, a.where, a.conditions, a.actions)


def letters_named(ruleset: Ruleset) -> Iterator[tuple[str, str]]:
    """Each letter a rule sends, and the place where it says so."""
    for rule in rules_of(ruleset):
        for action in rule.actions:
            if isinstance(action, Notify):
                yield action.template, action.where or rule.where


def recipients_named(ruleset: Ruleset) -> Iterator[tuple[str, str]]:
    """To whom a rule sends each of its letters, as it is written there, and the place."""
    for rule in rules_of(ruleset):
        for action in rule.actions:
            if isinstance(action, Notify):
                yield action.to.removeprefix("user:"), action.where or rule.where


def everything(ruleset: Ruleset) -> Iterator[Rule]:
    yield from rules_of(ruleset)
    for v in ruleset.views.values():
        yield Rule("view", v.name, v.where, v.conditions, ())


def near(word: str, known: Collection[str]) -> str:
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found else ""
