"""Two rule files side by side: rules added, removed, moved and changed, with the lines that differ."""

from dataclasses import replace

from maild.config import Config, load
from rules.rule_diff import Change, changed_names, rule_diff
from rules.rule_file import RuleFile
from tests.rules.builders import EXAMPLE, config

A = '[[trigger]]\nname = "a"\nall = ["status == open"]\ndo = [{ add_tags = ["x"] }]\n'
B = '[[trigger]]\nname = "b"\ndo = [{ comment = "say \\"hi\\"", public = true }]\n'
C = '[[trigger]]\nname = "c"\ndo = [{ review = false }]\n'


def diff(old: str, new: str) -> tuple[Change, ...]:
    return rule_diff(RuleFile.of(config(old)), RuleFile.of(config(new)))


def test_the_same_rules_do_not_differ_whatever_the_layout() -> None:
    assert diff(A + B, "# a comment\n" + A + "\n\n" + B) == ()
    shipped: Config = load(EXAMPLE)
    assert rule_diff(RuleFile.of(shipped), RuleFile.kept(RuleFile.of(shipped).document)) == ()


def test_rules_that_came_and_went_show_all_their_lines() -> None:
    assert diff(A, B) == (
        Change("removed", "trigger", "a", ('- all: "status == open"', '- do: { add_tags = ["x"] }')),
        Change("added", "trigger", "b", ('+ do: { comment = "say \\"hi\\"", public = true }',)),
    )


def test_a_changed_rule_shows_the_lines_that_changed() -> None:
    [change] = diff(A, A.replace("open", "pending"))
    assert str(change) == 'changed trigger \'a\'\n  - all: "status == open"\n  + all: "status == pending"'
    matrix = "[matrix.order]\nopen = ['solved']\n[matrix.order.limits]\nopen = '4h'\n"
    form = '[fields.x]\ntype = "text"\n[[form]]\nname = "order"\nfields = ["x"]\n'
    [change] = diff(form + matrix, form + matrix.replace("4h", "5h"))
    assert change == Change("changed", "matrix", "order", ('- limits = { open = "4h" }', '+ limits = { open = "5h" }'))


def test_the_order_of_triggers_counts() -> None:
    assert diff(A + B + C, C + A + B) == (Change("moved", "trigger", "c", ("+ to the top",)),)
    assert diff(A + B + C, B + C + A) == (Change("moved", "trigger", "a", ("+ after 'c'",)),)


def test_people_count_too_for_rules_name_them() -> None:
    old = RuleFile.of(config(A))
    new = replace(old, people=old.people[1:])
    assert changed_names(old, old) == frozenset()
    assert changed_names(old, RuleFile.of(config(A + B))) == {"b"}
    assert changed_names(old, new) == {"orders-agent"}
    assert old.digest != new.digest
