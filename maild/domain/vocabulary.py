"""The words of one configuration, as conditions may use them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from maild.domain.calendars import Schedule, Unit, always
from maild.domain.condition_tokens import ConditionError, Token, near
from maild.domain.conditions import Node
from maild.domain.terms import STAMPS, TERMS, Kind, Term

SINCE = {
    "hours_since": Unit.HOURS,
    "days_since": Unit.DAYS,
    "business_hours_since": Unit.BUSINESS_HOURS,
    "business_days_since": Unit.BUSINESS_DAYS,
}
UNTIL = "hours_until"
CALLS = (*SINCE, UNTIL, "changed", "was", "replied_since")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one configuration.

    ``fields`` maps form fields to terms named ``field.<name>``; ``words`` lists the values known for terms such as
    group; ``schedule_of`` are departments' own working hours; ``overdue`` is what the word overdue stands for.
    ``events`` says whether terms about an event have a meaning here, ``patterns`` whether ``matches`` has.
    """

    fields: Mapping[str, Term] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=lambda: always("UTC"))
    schedule_of: Mapping[str, Schedule] = field(default_factory=dict)
    overdue: Node | None = None
    events: bool = True
    patterns: bool = True

    def stamp(self, token: Token, *, dates: bool) -> str:
        fields = [n for n, term in self.fields.items() if term.kind is Kind.DATE] if dates else []
        if token.text in STAMPS or token.text in fields:
            return token.text
        raise ConditionError(token.column, f"unknown time {token.text!r}", near(token.text, [*STAMPS, *fields]))

    def schedule_named(self, name: Token, chosen: Token | None) -> Schedule:
        if chosen is None:
            if "business" in name.text and not self.schedules:
                raise ConditionError(name.column, f"{name.text} needs working hours", "configure [schedule.default]")
            return self.schedule
        if chosen.text not in self.schedules:
            raise ConditionError(chosen.column, f"unknown schedule {chosen.text!r}", near(chosen.text, self.schedules))
        return self.schedules[chosen.text]

    def overdue_at(self, token: Token) -> Node:
        if self.overdue is None:
            raise ConditionError(token.column, "no status has a time limit", "set one in [matrix.<class>.limits]")
        return self.overdue

    def term(self, token: Token) -> Term:
        term = self.fields.get(token.text.removeprefix("field.")) or TERMS.get(token.text)
        if term is None and re.fullmatch(r"(requester|organization)\.field\.\w+", token.text):
            term = Term(token.text, Kind.TEXT)
        if term is None or token.kind not in ("word", "text"):
            known = [*TERMS, *self.fields, *CALLS, "overdue"]
            raise ConditionError(token.column, f"unknown term {token.text!r}", near(token.text, known))
        if term.of_event:
            self.allow_event(token)
        return replace(term, options=self.words[term.name]) if term.name in self.words else term

    def allow_event(self, token: Token) -> None:
        if not self.events:
            raise ConditionError(token.column, f"{token.text!r} is about an event, which only triggers have")
