"""From the configuration's rule sections to a Ruleset, or every mistake in them at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from maild.config import Config
from maild.config.mistakes import Mistake
from maild.domain.calendars import Duration, Schedule, always
from maild.domain.condition_syntax import Vocabulary
from maild.domain.conditions import Since, leaves
from maild.domain.terms import EVENTS
from maild.errors import ConfigError
from rules import fields as form_fields
from rules import timed
from rules.index import by_event, indexed
from rules.load_actions import Surroundings, read_actions
from rules.load_assignments import read_assignments, read_templates
from rules.load_blueprint import read_blueprints
from rules.load_departments import Around, Divided, read_departments, read_layouts
from rules.load_fields import read_fields, read_forms
from rules.load_macros import read_macros
from rules.load_matrix import read_limits, read_matrix
from rules.load_names import Known, names
from rules.load_schedules import read_schedules
from rules.load_sla import read_sla
from rules.load_views import read_views
from rules.model import Automation, Field, Form, Ruleset, Sequence, Step, Trigger
from rules.pathways import paced
from rules.rule_file import RuleFile
from rules.table import Table

SHORTEST = 1 / 60  # of the unit in which an automation repeats: a minute


def load_rules(config: Config) -> Ruleset:
    """Read fields, forms, schedules, the matrix, triggers, automations, sequences, macros and views.

    Raises ConfigError with every mistake as "file:line: what (hint)".
    """
    ruleset, mistakes = read_rules(config)
    if mistakes:
        raise ConfigError(mistakes)
    return ruleset


def read_rules(config: Config) -> tuple[Ruleset, list[str]]:
    """As `load_rules`, with what could be read beside the mistakes, so that more can be looked for in it."""
    return read_file(RuleFile.of(config))


def read_file(file: RuleFile) -> tuple[Ruleset, list[str]]:
    """The same from a rule file, which may be one of the past."""
    mistakes: list[Mistake] = []
    ruleset = _Loader(file, Table(file.sections, (), mistakes)).ruleset(file.digest)
    return ruleset, _in_order(file, mistakes)


def _in_order(file: RuleFile, mistakes: Iterable[Mistake]) -> list[str]:
    """As lines, in the order of the file, each once."""
    placed = [(file.locate(mistake.loc), mistake) for mistake in mistakes]
    placed.sort(key=lambda pair: _line_number(pair[0]))
    return list(dict.fromkeys(mistake.line(where) for where, mistake in placed))


def _line_number(where: str) -> int:
    number = where.rpartition(":")[2]
    return int(number) if number.isdecimal() else 0


class _Loader:
    """Reads the sections in the order in which they need each other."""

    def __init__(self, file: RuleFile, rules: Table) -> None:
        self._file = file
        self._rules = rules
        self._zone = file.zone
        self._users = tuple(colleague.name for colleague in file.people)
        self._groups = file.groups

    def ruleset(self, digest: str) -> Ruleset:
        where = self._file.locate
        fields = read_fields(self._rules)
        schedules = read_schedules(self._rules, self._zone)
        words = {"group": self._groups, "assignee": self._users, "blueprint": names(self._file.sections)}
        words["state"] = names(self._file.sections, "state")
        base = Vocabulary(
            fields={name: form_fields.term(field) for name, field in fields.items()},
            words={name: known for name, known in words.items() if known},
            schedules=schedules,
            schedule=self._default(schedules),
        )
        forms = read_forms(self._rules, replace(base, events=False))
        if forms:
            base = replace(base, words={**base.words, "form": tuple(forms)})
        departments, base = self._departments(fields, forms, base)
        sequences = self._names("sequence")
        around = Surroundings(
            fields,
            forms,
            sequences,
            self._users,
            self._groups,
            bool(schedules),
            base.schedule,
            self._file.webhooks,
            tuple(departments.departments),
            names(self._file.sections, "transition"),
            locate=where,
        )
        limits = read_limits(self._rules, around, where)
        walking = bool(names(self._file.sections))
        base = replace(base, overdue=timed.overdue(limits, base.schedule, states=walking))
        ruleset = Ruleset(
            fields=fields,
            forms=forms,
            schedules=schedules,
            triggers=self._triggers(base, around),
            automations=self._automations(replace(base, events=False), around),
            sequences=self._sequences(replace(base, events=False), around),
            limits=limits,
            sla=read_sla(self._rules, replace(base, events=False), around, where),
            macros=read_macros(self._rules, replace(base, events=False), around, where),
            views=read_views(self._rules, replace(base, events=False, patterns=False), self._groups, self._file.locate),
            matrix=read_matrix(self._rules, tuple(forms)),
            blueprints=read_blueprints(self._rules, Known(replace(base, events=False), around, where)),
            people=self._file.people,
            groups=self._groups,
            digest=digest,
            asking=replace(base, events=False, patterns=False),
            departments=departments.departments,
            layouts=departments.layouts,
            assignments=read_assignments(
                self._rules, replace(base, events=False), around, self._file.people, departments.departments, where
            ),
            templates=read_templates(self._rules, around, self._addresses(), where),
        )
        return assemble(ruleset, base.schedule)

    def _departments(
        self, fields: Mapping[str, Field], forms: Mapping[str, Form], base: Vocabulary
    ) -> tuple[Divided, Vocabulary]:
        """The departments with their layouts, and the words that rules may use of them."""
        schedules, file = base.schedules, self._file
        around = Around(fields, forms, tuple(schedules), self._users, self._groups, file.config, file.locate)
        found = read_departments(self._rules, around)
        layouts = read_layouts(self._rules, found, around, replace(base, events=False))
        own = {d.name: schedules[d.schedule] for d in found.values() if d.schedule and d.schedule in schedules}
        words = {**base.words, "department": tuple(found)} if found else base.words
        return Divided(found, layouts), replace(base, words=words, schedule_of=own)

    def _addresses(self) -> tuple[str, ...]:
        return self._file.config.intake.addresses if self._file.config else ()

    def _default(self, schedules: Mapping[str, Schedule]) -> Schedule:
        if len(schedules) > 1 and "default" not in schedules:
            self._rules.wrong("schedule", "several schedules, and none is the default", "call one [schedule.default]")
        return schedules.get("default") or next(iter(schedules.values()), always(self._zone))

    def _triggers(self, vocabulary: Vocabulary, around: Surroundings) -> tuple[Trigger, ...]:
        found: dict[str, Trigger] = {}
        for table in self._rules.tables("trigger"):
            name = _name(table, found)
            found[name] = Trigger(
                name=name,
                on=_events(table),
                conditions=table.conditions(vocabulary),
                actions=read_actions(table, around),
                outside_matrix=table.flag("outside_matrix"),
                where=self._where(table),
            )
            table.finish()
        return tuple(found.values())

    def _every(self, table: Table, around: Surroundings) -> Duration | None:
        every = table.duration("every", working=around.working)
        if every is not None and every.amount < SHORTEST:
            table.wrong("every", f"{every} is no time to repeat after", "a minute (1m) is the shortest")
            return None
        return every

    def _automations(self, vocabulary: Vocabulary, around: Surroundings) -> tuple[Automation, ...]:
        found: dict[str, Automation] = {}
        for table in self._rules.tables("automation"):
            name = _name(table, found)
            found[name] = Automation(
                name=name,
                conditions=table.conditions(vocabulary),
                actions=read_actions(table, around),
                every=self._every(table, around),
                most=table.count("max"),
                schedule=self._schedule(table, vocabulary),
                outside_matrix=table.flag("outside_matrix"),
                where=self._where(table),
            )
            self._needs_time(table, found[name])
            table.finish()
        return tuple(found.values())

    def _needs_time(self, table: Table, automation: Automation) -> None:
        leafs = [leaf for node in automation.conditions.nodes() for leaf in leaves(node)]
        written = sum(len(lines) for lines in map(table.take, ("all", "any")) if isinstance(lines, list))
        understood = len(automation.conditions.nodes()) >= written  # else the time may be in what was not
        if understood and not any(isinstance(leaf, Since) for leaf in leafs):
            table.wrong(
                (), "an automation needs a time, else it is a trigger", "all = [\"hours_since('created') >= 24\"]"
            )
        if automation.most is not None and automation.every is None:
            table.wrong("max", "max counts repetitions, and there is no every", 'every = "1bd"')

    def _schedule(self, table: Table, vocabulary: Vocabulary) -> Schedule:
        if "schedule" not in table:
            return table.within(vocabulary).schedule
        name = table.choice("schedule", tuple(vocabulary.schedules), None)
        return vocabulary.schedules.get(name, vocabulary.schedule)

    def _names(self, section: str) -> tuple[str, ...]:
        """The names in a section, before it is read."""
        entries = self._file.sections.get(section)
        several = entries if isinstance(entries, list) else []
        return tuple(str(entry.get("name", "")) for entry in several if isinstance(entry, dict))

    def _sequences(self, vocabulary: Vocabulary, around: Surroundings) -> Mapping[str, Sequence]:
        found: dict[str, Sequence] = {}
        dates = [name for name, term in vocabulary.fields.items() if term.kind.value == "date"]
        for table in self._rules.tables("sequence"):
            name = _name(table, {**dict.fromkeys(self._names("automation")), **found})
            since = table.choice("since", (*timed.STAMPS, *dates), "") or None
            cancel_on = table.words("cancel_on", ("left", "customer_reply"))
            found[name] = Sequence(
                name=name,
                conditions=table.conditions(vocabulary, "while"),
                steps=tuple(self._step(step, around) for step in table.tables("steps")),
                since=since,
                cancel_on_reply="customer_reply" in cancel_on,
                schedule=self._schedule(table, vocabulary),
                where=self._where(table),
            )
            if not found[name].steps:
                table.wrong("steps", "a sequence needs steps", 'steps = [ { after = "1bd", do = [...] } ]')
            if since and not found[name].conditions.nodes():
                table.wrong("while", "it starts by itself, but when?", 'while = ["status == open"]')
            table.finish()
        return found

    def _step(self, table: Table, around: Surroundings) -> Step:
        after = table.duration("after", required=True, working=around.working)
        step = Step(after or timed.AT_ONCE, read_actions(table, around))
        table.finish()
        return step

    def _where(self, table: Table) -> str:
        return self._file.locate(table.loc)


def assemble(ruleset: Ruleset, schedule: Schedule) -> Ruleset:
    """The ruleset with its indexes: triggers by event, and everything that waits for time."""
    walking = {blueprint.digest: paced(blueprint) for blueprint in ruleset.blueprints.values()}
    timers, asked = timed.compiled(ruleset, schedule), by_event(ruleset.triggers)
    index = {event: indexed(triggers) for event, triggers in asked.items()}
    return replace(ruleset, by_event=asked, index=index, timed=timers, walking=walking)


def _name(table: Table, taken: Mapping[str, object]) -> str:
    name = table.text("name", None)
    if name in taken and name:
        table.wrong("name", f"there are two called {name!r}")
    if name.startswith(("limit.", "blueprint.", "sla.")):
        what = "names beginning with limit., blueprint. or sla. are taken by those"
        table.wrong("name", what)
    return name


UPDATES = tuple(word for word in EVENTS.values() if word != "created")


def _events(table: Table) -> frozenset[str]:
    words = table.words("on", (*EVENTS.values(), "updated"))
    if "on" not in table:
        return frozenset(EVENTS.values())
    return frozenset(words) - {"updated"} | (frozenset(UPDATES) if "updated" in words else frozenset())
