"""The rule file: every mistake at once, with its line and what to write instead."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from maild.config import load
from maild.domain.calendars import Duration, Unit
from maild.domain.ticket import Status
from maild.errors import ConfigError
from rules.load import load_rules, read_file
from rules.rule_file import RuleFile
from tests.rules.builders import EXAMPLE, config, rules, shipped

HEAD = """\
[site]
domain = "shop.example"
[intake]
addresses = ["orders@shop.example"]
[[group]]
name = "Orders"
[[user]]
name = "orders-agent"
address = "agent@shop.example"
groups = ["Orders"]
"""
BROKEN = """\
[fields.po_number]
type = "txt"
[fields.ship_method]
type = "dropdown"
[[form]]
name = "order"
fields = ["po_number", "so_number"]
[schedule.default]
mon = "08:00-12:00 11:00-17:00"
tue = "8-17"
zone = "Europe/Berln"
holidays = { country = "ATLANTIS" }
[[trigger]]
name = "one"
on = "creatd"
all = ["statsu == open", "status == opne"]
do = [
  { set = { status = "opn", colour = "red" } },
  { notify = "requestr", template = "x" },
  { notfy = "requester" },
]
[[automation]]
name = "two"
all = ["changed('status')"]
every = "1 day"
do = [{ comment = "{{ ticket.fields.po_numer }}" }]
[[macro]]
name = "three"
groups = ["Order"]
requires = ["po_nmber"]
do = []
[[view]]
name = "four"
all = ["tags == 'x'"]
columns = ["requester", "po_numbr"]
[matrix.order]
opn = ["closed"]
open = ["clsed"]
"""


def mistakes(toml: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "maild.toml"
    path.write_text(HEAD + toml)
    with pytest.raises(ConfigError) as error:
        load_rules(load(path))
    return [line.replace(str(path), "maild.toml") for line in error.value.mistakes]


def test_c04_all_mistakes_at_once_each_with_its_line(tmp_path: Path) -> None:
    found = mistakes(BROKEN, tmp_path)
    start = HEAD.count("\n")
    wanted = [
        (2, "'txt' is not possible (did you mean text?)"),
        (3, "a dropdown needs options"),
        (7, "'so_number' is not possible (did you mean po_number?)"),
        (9, "two intervals overlap"),
        (10, "'8-17' is no interval"),
        (11, "there is no time zone 'Europe/Berln'"),
        (12, "no public holidays are known for 'ATLANTIS'"),
        (15, "'creatd' is not possible (did you mean created?)"),
        (16, "column 1 of 'statsu == open': unknown term 'statsu' (did you mean status?)"),
        (16, "column 11 of 'status == opne': status is never 'opne' (did you mean open?)"),
        (18, "status cannot be 'opn' (did you mean open?)"),
        (18, "there is no field 'colour'"),
        (19, "nobody is called 'requestr' (did you mean requester?)"),
        (20, "there is no action 'notfy' (did you mean notify?)"),
        (24, "'changed' is about an event, which only triggers have"),
        (25, "'1 day' is no duration"),
        (26, "there is no placeholder 'ticket.fields.po_numer' (did you mean ticket.fields.po_number?)"),
        (29, "'Order' is not possible (did you mean Orders?)"),
        (30, "'po_nmber' is not possible (did you mean po_number?)"),
        (31, "there is nothing to do"),
        (34, "column 6 of \"tags == 'x'\": tags are a set"),
        (35, "'po_numbr' is not possible (did you mean po_number?)"),
        (37, "'opn' is neither a status nor a role (did you mean open?)"),
        (38, "'clsed' is not possible (did you mean closed?)"),
    ]
    for line, what in wanted:
        assert any(one.startswith(f"maild.toml:{start + line}:") and what in one for one in found), (line, what, found)
    numbers = [int(one.split(":")[1]) for one in found]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ('[[view]]\nname = "v"\nall = ["mail.kind == order"]\n', "'mail.kind' is about an event"),
        ('[[view]]\nname = "v"\nany = ["status == open"]\n', "a view needs at least one condition under all"),
        ('[[view]]\nname = "v"\nall = ["subject matches \'x\'"]\n', "matches cannot be asked here"),
        (
            '[[automation]]\nname = "a"\nall = ["status == open"]\ndo = [{ add_tags = "x" }]\n',
            "an automation needs a time",
        ),
        ('[[trigger]]\nname = "t"\ndo = [{ move = "ready" }]\n', "there is no [[blueprint.transition]]"),
        ('[[trigger]]\nname = "t"\ndo = [{ webhook = "x" }]\n', "there is no webhook 'x'"),
        ('[[trigger]]\nname = "t"\ndo = [{ start = "chain" }]\n', "there is no sequence 'chain'"),
        ('[[trigger]]\nname = "t"\ndo = [{ add_tags = ["two words"] }]\n', "'two words' is no tag"),
        ('[[trigger]]\nname = "t"\ndo = [{ add_tags = "x" }]\ndoo = 1\n', "unknown key 'doo' (did you mean do?)"),
        ('[[trigger]]\nname = "t"\ndo = [{ set = { status = "new" } }]\n', "status cannot be 'new'"),
        ('[[trigger]]\nname = "t"\ndo = [{ set = { assignee = "order-agent" } }]\n', "did you mean orders-agent?"),
        ('[[trigger]]\ndo = [{ add_tags = "x" }]\n', "name is missing"),
        ('[trigger]\nname = "t"\n', "trigger is a list of tables (write [[trigger]])"),
        ("[fields.status]\n", "a field cannot be called 'status'"),
        ('[fields.n]\ntype = "regexp"\npattern = "(a"\n', "column 3: this group is not closed"),
        ('[fields.n]\ntype = "text"\nfrom = "order.po"\n', "'order.po' is not possible"),
        ('[schedule.a]\nmon = "08:00-17:00"\n[schedule.b]\nmon = "08:00-17:00"\n', "none is the default"),
        ('[schedule.default]\nzone = "UTC"\n', "schedule default has no working hours"),
        ('[schedule.default]\nmon = "08:00-25:00"\n', "'08:00-25:00' is no interval"),
        ('[schedule.default]\nmon = "22:00-06:00"\ntue = "05:00-08:00"\n', "two intervals overlap"),
        ('[schedule.default]\nmon = "08:00-17:00"\nholidays = { extra = ["2026-13-01"] }\n', "'2026-13-01' is no date"),
        ('[[sequence]]\nname = "s"\nsteps = []\n', "a sequence needs steps"),
        (
            '[[sequence]]\nname = "s"\nsince = "created"\nsteps = [{ after = "1d", do = [{ add_tags = "x" }] }]\n',
            "it starts by itself, but when?",
        ),
        ('[[macro]]\nname = "m"\nall = ["event == mail"]\ndo = [{ add_tags = "x" }]\n', "is about an event"),
        ('[matrix.default.limits]\nopen = "4bh"\n', "4bh needs working hours"),
        (
            '[[automation]]\nname = "a"\nall = ["hours_since(\'created\') >= 1"]\ndo = [{ add_tags = "x" }]\n'
            '[[sequence]]\nname = "a"\nsteps = [{ after = "1bd", do = [{ add_tags = "x" }] }]\n',
            "there are two called 'a'",
        ),
        ('[matrix.orders]\nopen = ["solved"]\n', "there is no form 'orders'"),
        ('[matrix.default.limits]\nopen = "soon"\n', "'soon' is no duration"),
        ('[[macro]]\nname = "m"\ndo = [{ comment = "{{ ticket.subject }" }]\n', "a placeholder is not closed"),
    ],
)
def test_c04_each_mistake_is_told(toml: str, what: str, tmp_path: Path) -> None:
    assert any(what in line for line in mistakes(toml, tmp_path)), mistakes(toml, tmp_path)


def test_two_rules_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    twice = '[[trigger]]\nname = "t"\ndo = [{ add_tags = "x" }]\n' * 2
    assert "there are two called 't'" in mistakes(twice, tmp_path)[0]


@pytest.mark.parametrize(
    "section", ["fields", "form", "schedule", "matrix", "trigger", "automation", "sequence", "macro", "view"]
)
@pytest.mark.parametrize("value", ["1", '"x"', "[1]", "true", "[[1]]", "{ a = 1 }", "[{ name = 1 }]", "2026-01-01"])
def test_no_shape_of_a_section_crashes_the_loader(section: str, value: str) -> None:
    try:
        load_rules(config(f"{section} = {value}\n"))
    except ConfigError as error:
        assert error.mistakes


def test_the_shipped_workflow_loads_and_is_named_by_its_rules_alone() -> None:
    file = RuleFile.of(load(EXAMPLE))
    assert load_rules(load(EXAMPLE)).digest == file.digest
    assert replace(file, config=None).digest == file.digest
    assert replace(file, sections={**file.sections, "view": []}).digest != file.digest
    assert replace(file, people=file.people[1:]).digest != file.digest


def test_a_rule_file_that_was_kept_is_read_again_as_it_was() -> None:
    file = RuleFile.of(load(EXAMPLE))
    again = RuleFile.kept(json.loads(json.dumps(file.document)))
    assert again.digest == file.digest
    ruleset, mistakes = read_file(again)
    assert mistakes == []
    assert [t.conditions for t in ruleset.triggers] == [t.conditions for t in shipped().triggers]
    assert [(a.name, a.conditions) for a in ruleset.timed] == [(a.name, a.conditions) for a in shipped().timed]
    assert ruleset.triggers[0].where == f"rules {file.digest[:12]}"


def test_holidays_are_expanded_into_dates() -> None:
    toml = '[schedule.default]\nmon = "08:00-17:00"\n'
    toml += 'holidays = { country = "DE", except = ["2026-12-25"], extra = ["2026-12-24"] }'
    days = {str(day) for day in rules(toml).schedules["default"].holidays}
    assert "2026-12-24" in days and "2026-10-03" in days and "2030-01-01" in days
    assert "2026-12-25" not in days


def test_an_interval_over_midnight_is_split_over_two_days() -> None:
    week = rules('[schedule.default]\nsun = "22:00-06:00"\nwed = "18:00-24:00"\n').schedules["default"].week
    assert week[6] == ((1320, 1440),)
    assert week[0] == ((0, 360),)
    assert week[2] == ((1080, 1440),)


def test_limits_and_matrix_are_read() -> None:
    ruleset = rules(
        '[matrix.default.limits]\nnew = "4h"\n[matrix.default]\nnew = ["open"]\n[matrix.default.lead]\nnew = []\n'
    )
    assert [(limit.status, limit.after) for limit in ruleset.limits] == [(Status.NEW, Duration(4, Unit.HOURS))]
    assert ruleset.matrix.rows == {
        ("default", "any", Status.NEW): frozenset({Status.OPEN}),
        ("default", "lead", Status.NEW): frozenset(),
    }


def test_places_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "maild.toml"
    path.write_text(HEAD + '[[trigger]]\nname = "t"\ndo = [{ add_tags = "x" }]\n')
    line = HEAD.count("\n") + 1
    assert load_rules(load(path)).triggers[0].where == f"{path}:{line}"


@pytest.mark.parametrize("every", ["0h", "0m", "0.5m", "0d", "0bh"])
def test_an_automation_that_would_never_rest_is_refused(every: str, tmp_path: Path) -> None:
    beat = f"""
[schedule.default]
mon = "08:00-17:00"
[[automation]]
name = "again"
all = ["status == open", "hours_since('created') >= 1"]
every = "{every}"
do = [{{ comment = "again" }}]
"""
    [mistake] = mistakes(beat, tmp_path)
    assert mistake.endswith("is no time to repeat after (a minute (1m) is the shortest)")
    assert mistake.startswith(f"maild.toml:{HEAD.count(chr(10)) + 7}: ")


def test_c04_an_unknown_action_is_one_mistake_at_its_place(tmp_path: Path) -> None:
    found = mistakes('[[trigger]]\nname = "t"\ndo = [\n  { notfy = "requester" },\n]\n', tmp_path)
    assert len(found) == 1 and found[0].startswith(f"maild.toml:{HEAD.count(chr(10)) + 4}:")
    assert "there is no action 'notfy' (did you mean notify?)" in found[0]


def test_c04_a_long_condition_is_shown_around_its_mistake(tmp_path: Path) -> None:
    long = " or ".join(f"subject contains 'word{n}'" for n in range(25)).replace(
        "contains 'word12'", "contans 'word12'"
    )
    [found] = mistakes(f'[[trigger]]\nname = "t"\nall = ["{long}"]\ndo = [{{ add_tags = "x" }}]\n', tmp_path)
    assert "contans 'word12'" in found and "word2'" not in found and "..." in found
    assert len(found) < 300


def test_c04_what_can_be_sorted_by_is_listed(tmp_path: Path) -> None:
    toml = '[[view]]\nname = "v"\nall = ["status < solved"]\nsort = ["zzz"]\n'
    [found] = mistakes(toml, tmp_path)
    assert "cannot sort by 'zzz' (one of id, requested, requester," in found
