"""Reading tables of the rule file: each value is taken once, mistakes are gathered, what is left over is unknown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, TypeVar

from maild.config.mistakes import Loc, Mistake
from maild.domain.calendars import Duration, Unit, parse_duration
from maild.domain.condition_syntax import Vocabulary, parse
from maild.domain.condition_tokens import ConditionError
from maild.domain.conditions import Condition, Conditions
from rules.wording import Wording, parse_wording

Read = TypeVar("Read")


class Table:
    """One TOML table at ``loc``. The readers return a harmless stand-in where they report a mistake."""

    def __init__(self, raw: object, loc: Loc, mistakes: list[Mistake]) -> None:
        self.loc = loc
        self.mistakes = mistakes
        if not isinstance(raw, Mapping):
            mistakes.append(Mistake(loc, "this is a table", "write it as a section or as { key = value }"))
        self._raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        self._taken: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._raw

    @property
    def raw(self) -> Mapping[str, Any]:
        """As the file has it."""
        return self._raw

    def keys(self) -> list[str]:
        return list(self._raw)

    def wrong(self, key: str | Loc, what: str, hint: str = "") -> None:
        self.mistakes.append(Mistake((*self.loc, *((key,) if isinstance(key, str) else key)), what, hint))

    def take(self, key: str) -> Any:
        self._taken.add(key)
        return self._raw.get(key)

    def text(self, key: str, default: str | None = "") -> str:
        """A text; with ``default`` None the key must be there."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (not value.strip() and default is None):
            missing = value is None or value == ""
            self.wrong(key, f"{key} is missing" if missing else f"{value!r} is no text", "write it in quotes")
            return default or ""
        return value

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value and value not in allowed:
            self.wrong(key, f"{value!r} is not possible", near(value, allowed))
            return default or allowed[0]
        return value

    def words(self, key: str, allowed: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts; one text alone will do. With ``allowed``, each must be one of them."""
        value = self.take(key)
        several = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(several, list) or not all(isinstance(word, str) and word for word in several):
            self.wrong(key, f"{key} is a list of texts", 'write it like ["one", "two"]')
            return ()
        for index, word in enumerate(several):
            if allowed is not None and word not in allowed:
                self.wrong((key, index), f"{word!r} is not possible", near(word, allowed))
        return tuple(word for word in several if allowed is None or word in allowed)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, f"{value!r} is not true or false", "without quotes")
        return value if isinstance(value, bool) else default

    def count(self, key: str) -> int | None:
        value = self.take(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            self.wrong(key, f"{value!r} is no whole number above 0")
            return None
        return value if isinstance(value, int) else None

    def duration(self, key: str, *, required: bool = False, working: bool) -> Duration | None:
        """``working`` says whether there are working hours to count in."""
        value = self.take(key)
        if value is None and not required:
            return None
        found = self._parsed(key, value, parse_duration, "30m, 24h, 1d, 24bh or 1bd")
        if found and not working and found.unit in (Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS):
            self.wrong(key, f"{value} needs working hours", "configure [schedule.default]")
        return found

    def wording(self, key: str, names: Sequence[str]) -> Wording:
        """A text whose placeholders are all among ``names``."""
        wording = self._parsed(key, self.take(key), parse_wording, "") or Wording("")
        for name in wording.names:
            if name not in names:
                self.wrong(key, f"there is no placeholder {name!r}", near(name, names))
        return wording

    def _parsed(self, key: str, value: object, parse: Callable[[str], Read], hint: str) -> Read | None:
        if not isinstance(value, str):
            self.wrong(
                key, f"{key} is missing" if value is None else f"{value!r} is no text", hint or "write it in quotes"
            )
            return None
        try:
            return parse(value)
        except ValueError as error:
            self.wrong(key, str(error))
            return None

    def conditions(self, vocabulary: Vocabulary, all_key: str = "all") -> Conditions:
        vocabulary = self.within(vocabulary)
        return Conditions((*self.own(vocabulary), *self.listed(all_key, vocabulary)), self.listed("any", vocabulary))

    def departments(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The departments that a rule is limited to, none where it is not."""
        known = vocabulary.words.get("department", ())
        if "department" in self and not known:
            self.wrong("department", "there are no departments", 'configure [[department]] name = "..."')
            self.take("department")
            return ()
        return self.words("department", known)

    def within(self, vocabulary: Vocabulary) -> Vocabulary:
        """The words of a rule limited to one department: working hours are its own."""
        schedules = {vocabulary.schedule_of.get(name) for name in self.departments(vocabulary)}
        own = next(iter(schedules)) if len(schedules) == 1 else None
        return replace(vocabulary, schedule=own) if own else vocabulary

    def own(self, vocabulary: Vocabulary) -> tuple[Condition, ...]:
        """What being limited to departments means, as a condition in front of all others."""
        names = self.departments(vocabulary)
        listed = ", ".join(f"'{name}'" for name in names)
        condition = self.condition(f"department in [{listed}]", ("department",), vocabulary) if names else None
        return (condition,) if condition else ()

    def listed(self, key: str, vocabulary: Vocabulary) -> tuple[Condition, ...]:
        """A list of conditions."""
        found: list[Condition] = []
        for index, source in enumerate(self.words(key)):
            condition = self.condition(source, (key, index), vocabulary)
            found += [condition] if condition else []
        return tuple(found)

    def condition(self, source: str, loc: Loc, vocabulary: Vocabulary) -> Condition | None:
        try:
            return parse(source, vocabulary)
        except ConditionError as error:
            self.wrong(loc, f"column {error.column} of {_around(source, error.column)}: {error.what}", error.hint)
            return None

    def table(self, key: str) -> "Table":
        """A table inside, empty where it is missing."""
        value = self.take(key)
        return Table({} if value is None else value, (*self.loc, key), self.mistakes)

    def tables(self, key: str, hint: str = "") -> Iterator["Table"]:
        """An array of tables."""
        value = self.take(key)
        if value is not None and not isinstance(value, list):
            self.wrong(key, f"{key} is a list of tables", hint or f"write [[{key}]]")
            return
        for index, raw in enumerate(value or []):
            yield Table(raw, (*self.loc, key, index), self.mistakes)

    def finish(self) -> None:
        """Whatever was not taken is unknown."""
        for key in self._raw:
            if key not in self._taken:
                self.wrong(key, f"unknown key {key!r}", near(key, sorted(self._taken)))


LONGEST_SOURCE = 120
"""Characters of a condition that a mistake repeats."""


def _around(source: str, column: int) -> str:
    """A condition in quotes, of a long one the part around the column (from 1)."""
    if len(source) <= LONGEST_SOURCE:
        return repr(source)
    first = max(min(column - 1 - LONGEST_SOURCE // 2, len(source) - LONGEST_SOURCE), 0)
    part = source[first : first + LONGEST_SOURCE]
    return repr(("..." if first else "") + part + ("..." if first + LONGEST_SOURCE < len(source) else ""))


def near(word: str, known: Sequence[str]) -> str:
    """The hint for a misspelt word: the one that begins so or holds it, else the nearest, or all of a few."""
    longer = [name for name in known if name.lower().startswith(word.lower())] or [
        name for name in known if word.lower() in name.lower().replace(".", "_").split("_")
    ]
    if len(word) > 1 and longer:
        return f"did you mean {' or '.join(longer[:3])}?"
    found = get_close_matches(word.lower(), {name.lower(): name for name in known}, n=1, cutoff=0.6)
    if found:
        return f"did you mean {next(name for name in known if name.lower() == found[0])}?"
    return "one of " + ", ".join(known) if 0 < len(known) <= 25 else ""
