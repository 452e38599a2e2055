"""Lint: what loads and is most likely a mistake all the same."""

import pytest

from maild.domain.events import MacroApplied
from rules.contradict import contradiction
from rules.lint import letters_named, lint
from rules.triggers import run
from tests.rules.builders import AGENT, conditions, rules, ticket

LETTERS = {"reply", "reminder", "order_received", "notify_lead"}
APPROVE = """
[[macro]]
name = "Approve"
do = [{ remove_tags = ["open_order"] }, { add_tags = ["order_ready_to_process"] }]
[[trigger]]
name = "take in"
on = "created"
do = [{ add_tags = ["open_order"] }]
"""


def view(name: str, *every: str) -> str:
    listed = ", ".join(f'"{source}"' for source in every)
    return f'[[view]]\nname = "{name}"\nall = [{listed}]\n'


def found(toml: str, **letters: tuple[str, ...]) -> list[str]:
    return lint(rules(toml), LETTERS, letters)


def test_a_clean_file_is_silent() -> None:
    assert found(APPROVE + view("approved", "tags any ['order_ready_to_process']")) == []


def test_the_approved_view_as_the_article_prints_it_is_caught() -> None:
    """It leaves out the very tag that approving sets, so it can never show an approved order."""
    printed = view(
        "approved",
        "group == 'Orders'",
        "status != pending",
        "tags none ['onhold_need_more_info', 'open_order', 'order_ready', 'order_ready_to_process']",
    )
    assert found(APPROVE + printed)[:1] == [
        "(defaults): order_ready_to_process is set by macro 'Approve', but no view shows it,"
        " and view 'approved' hides it (should 'approved' have tags any ['order_ready_to_process']?)"
    ]
    assert "after macro 'Approve' an order is in no view" in found(APPROVE + printed)[1]


def test_a_tag_nobody_sets_makes_a_dead_view() -> None:
    assert found(APPROVE + view("approved", "tags any ['order_redy_to_process']")) == [
        "(defaults): view 'approved' waits for the tag order_redy_to_process, which no rule sets"
        " (did you mean order_ready_to_process?)"
    ]


@pytest.mark.parametrize(
    ("young", "old", "what"),
    [
        ("< 24", "> 24", "neither in 'open' nor in 'urgent' at exactly 24h"),
        ("< 24", ">= 25", "neither in 'open' nor in 'urgent' between 24h and 25h"),
        ("<= 24", ">= 24", "in 'open' and in 'urgent' at exactly 24h"),
        ("< 25", ">= 24", "in 'open' and in 'urgent' from 24h to 25h"),
        ("< 48", ">= 24", "in 'open' and in 'urgent' from 24h to 48h"),
        ("< 24", ">= 72", "neither in 'open' nor in 'urgent' between 24h and 72h"),
    ],
)
def test_trap_06_holes_and_overlaps_in_age_are_found(young: str, old: str, what: str) -> None:
    toml = view("open", f"hours_since('created') {young}") + view("urgent", f"hours_since('created') {old}")
    assert len(found(toml)) == 1
    assert what in found(toml)[0]


def test_trap_06_views_that_meet_exactly_or_never_are_fine() -> None:
    meet = view("open", "hours_since('created') < 24") + view("urgent", "hours_since('created') >= 24")
    assert found(meet) == []
    apart = view("new", "status == new", "hours_since('created') < 24")
    assert found(apart + view("late", "status == open", "hours_since('created') > 24")) == []


def test_trap_06_three_views_in_a_row_are_fine_and_so_is_one_within_another() -> None:
    young, middle, old = "< 24", "< 72", ">= 72"
    ages = [f"hours_since('created') {bound}" for bound in (young, middle, old)]
    between = view("late", "hours_since('created') >= 24", ages[1])
    assert found(view("open", ages[0]) + between + view("oldest", ages[2])) == []
    assert found(view("late", "hours_since('created') >= 24") + between.replace("late", "second")) == []
    hole = view("late", "hours_since('created') >= 24", "hours_since('created') < 60")
    [told] = found(view("open", ages[0]) + hole + view("oldest", ages[2]))
    assert "neither in 'late' nor in 'oldest' between 60h and 72h" in told


def test_trap_06_views_of_other_orders_may_have_other_ages() -> None:
    tags = "[[trigger]]\nname = 't'\non = 'created'\ndo = [{ add_tags = ['a', 'b'] }]\n"
    views = [
        view(name, f"tags any ['{tag}']", f"hours_since('created') {bound}")
        for name, tag, bound in (("one", "a", "< 48"), ("two", "b", ">= 24"))
    ]
    assert found(tags + "".join(views)) == []
    assert "from 24h to 48h" in found(tags + "".join(views).replace("['b']", "['a']"))[0]


def test_trap_04_a_trigger_that_undoes_edits_is_found() -> None:
    toml = '[[trigger]]\nname = "route"\nall = ["status < solved"]\ndo = [{ set = { assignee = "lead" } }]\n'
    assert "sets assignee again at every change" in found(toml)[0]
    for harmless in ('on = "created"\n', "any = [\"changed('status')\"]\n", 'any = ["assignee is empty"]\n'):
        assert found(toml.replace("do =", harmless + "do =")) == []


@pytest.mark.parametrize(
    ("asked", "doubt"),
    [
        ("all = [\"changed('status') or priority == low\"]", True),
        ('any = ["changed(\'status\')", "priority == low"]', True),
        ("all = [\"changed('status') or changed('priority')\"]", False),
        ('any = ["changed(\'status\')", "assignee is empty"]', True),
        ("all = [\"assignee != 'lead'\"]", True),
        ('all = ["not (assignee is not empty or status == open)"]', False),
    ],
)
def test_trap_04_an_or_guards_only_if_each_of_its_parts_does(asked: str, doubt: bool) -> None:
    toml = f'[[trigger]]\nname = "route"\n{asked}\ndo = [{{ set = {{ assignee = "lead" }} }}]\n'
    assert any("again at every change" in line for line in found(toml)) is doubt


@pytest.mark.parametrize(
    ("conditions_", "doubt"),
    [
        ('all = ["status < solved", "hours_since(\'created\') < 24"]', "one below which it acts"),
        ('all = ["status < solved", "hours_since(\'created\') >= 24 or priority == urgent"]', "in an or"),
        (
            'all = ["status < solved"]\nany = ["hours_since(\'created\') >= 24", "priority == urgent"]',
            "in an or",
        ),
        ("all = [\"days_since('created') >= 2 or status == open\"]", "asks for a time only"),
        ("all = [\"status < solved\", \"hours_since('created') >= 24 or days_since('updated') >= 2\"]", ""),
    ],
)
def test_an_automation_that_need_not_wait_is_found(conditions_: str, doubt: str) -> None:
    toml = f'[[automation]]\nname = "a"\n{conditions_}\ndo = [{{ add_tags = ["late"] }}]\n'
    assert (doubt in "\n".join(found(toml))) if doubt else found(toml) == []


def test_steps_out_of_their_order_are_found() -> None:
    toml = '[[sequence]]\nname = "chain"\nsince = "created"\nwhile = ["status == open"]\nsteps = ['
    toml += "".join(f'{{ after = "{after}", do = [{{ add_tags = ["x"] }}] }},' for after in ("3d", "1d")) + "]\n"
    assert "sequence 'chain': the step after 1d comes before the one after 3d" in found(toml)[0]
    assert found(toml.replace('"1d"', '"80h"')) == []


def test_macros_with_one_short_name_are_found_and_answer_to_neither() -> None:
    toml = '[[macro]]\nname = "Orders :: Approve"\ndo = [{ add_tags = ["a"] }]\n'
    both = toml + toml.replace("Orders", "Returns")
    assert "are both called approve for short" in found(both)[0]
    outcome = run(rules(both), ticket(), MacroApplied(AGENT, "approve"))
    assert outcome.refusals == ("'approve' may be 'Orders :: Approve' or 'Returns :: Approve'; write the whole name",)
    assert run(rules(both), ticket(), MacroApplied(AGENT, "Returns :: Approve")).refusals == ()


def test_trap_05_an_automation_that_repeats_for_ever_is_found() -> None:
    toml = '[[automation]]\nname = "nag"\nall = ["status == pending", "hours_since(\'updated\') >= 1"]\nevery = "1d"\n'
    endless = toml + 'do = [{ notify = "requester", template = "reminder" }]\n'
    assert "repeats for ever" in found(endless)[0]
    assert found(endless + "max = 3\n") == []
    assert found(toml + 'do = [{ set = { status = "solved" } }]\n') == []


def test_an_automation_that_asks_for_time_only_is_found() -> None:
    toml = (
        '[[automation]]\nname = "old"\nall = ["days_since(\'created\') >= 30"]\ndo = [{ set = { priority = "low" } }]\n'
    )
    assert "asks for a time only" in found(toml)[0]


def test_triggers_that_fight_over_a_value_are_found() -> None:
    one = '[[trigger]]\nname = "one"\non = "created"\nall = ["subject contains \'a\'"]\n'
    one += 'do = [{ set = { priority = "low" } }]\n'
    other = one.replace('"one"', '"two"').replace("low", "high").replace("'a'", "'b'")
    assert "triggers 'one' and 'two' both set priority" in found(one + other)[0]
    apart = one.replace("subject contains 'a'", "status == new") + other.replace(
        "subject contains 'b'", "status == open"
    )
    assert found(apart) == []
    elsewhere = other.replace('on = "created"', 'on = "macro"')
    assert found(one + elsewhere) == []


def test_rules_that_contradict_themselves_are_found() -> None:
    assert "view 'dead' never shows anything" in found(view("dead", "status == open", "status >= solved"))[0]
    toml = (
        '[[trigger]]\nname = "t"\non = "mail"\nall = ["needs_review", "not needs_review"]\ndo = [{ add_tags = "x" }]\n'
    )
    assert "trigger 't' never acts" in found(toml)[0]


@pytest.mark.parametrize(
    ("every", "clash"),
    [
        (("status == open", "status == new"), True),
        (("status < pending", "status in [new, pending]"), False),
        (("status < pending", "status in [solved, pending]"), True),
        (("not status == open", "status == open"), True),
        (("priority > normal", "priority <= high"), False),
        (("priority > high", "priority != urgent"), True),
        (("tags any ['a']", "tags none ['a', 'b']"), True),
        (("tags any ['a', 'c']", "tags none ['a', 'b']"), False),
        (("tags all ['a', 'c']", "tags none ['a']"), True),
        (("group == 'Orders'", "group != 'Orders'"), True),
        (("group == 'Orders'", "group is empty"), True),
        (("po_number is empty", "po_number is not empty"), True),
        (("hours_since('created') < 24", "hours_since('created') >= 24"), True),
        (("hours_since('created') < 25", "hours_since('created') >= 24"), False),
        (("hours_since('created') < 2", "days_since('created') >= 1"), False),
        (("status == open or status == new", "status == solved"), True),
        (("status == open or priority == low", "status == solved"), False),
        (("was('status') == open", "status == new"), False),
        (("total_cost < 100", "total_cost > 100"), True),
        (("total_cost <= 100", "total_cost >= 100"), False),
        (("total_cost < 100", "total_cost == 100"), True),
        (("total_cost < 100", "total_cost is empty"), True),
        (("not total_cost < 100", "total_cost is empty"), False),
        (("ship_date < '2026-12-01'", "ship_date >= '2026-12-01'"), True),
        (("hours_since('created') > 24", "hours_since('created') < 24"), True),
        (("hours_since('created') >= 24", "hours_since('created') <= 24"), False),
        (("not hours_since('customer_reply') < 24", "not hours_since('customer_reply') >= 24"), False),
        (("not hours_since('created') < 24", "not hours_since('created') >= 24"), True),
        (("subject contains 'a'", "not subject contains 'a'"), True),
        (("not (status == open or status == new)", "status < pending"), True),
        (("not (status == open and priority == low)", "status == open", "priority == low"), True),
        (("status == open or status == new", "status == solved or status == pending"), True),
        (("status == open or priority == low", "status == solved or priority == high"), False),
        (("lines.sku == 'a'", "lines.sku == 'b'"), False),
    ],
)
def test_contradictions(every: tuple[str, ...], clash: bool) -> None:
    assert (contradiction(conditions(*every)) is not None) is clash


def test_a_contradiction_is_told_in_words() -> None:
    spans = ("hours_since('created') >= 16", "hours_since('created') < 8.5")
    assert contradiction(conditions(*spans)) == "the time since created in hours is at least 16 and below 8.5"
    assert contradiction(conditions("total_cost > 100", "total_cost <= 50.25")) == (
        "total_cost is above 100 and at most 50.25"
    )


def test_any_contradicts_only_if_every_choice_does() -> None:
    assert contradiction(conditions("status == open", any=("status == new", "status == solved")))
    assert not contradiction(conditions("status == open", any=("status == new", "priority == low")))


def test_letters_and_placeholders_are_checked() -> None:
    toml = '[fields.po_number]\n[[trigger]]\nname = "t"\non = "created"\n'
    toml += 'do = [{ notify = "requester", template = "remnder" }]\n'
    assert found(toml) == ["(defaults): there is no letter 'remnder' (did you mean reminder?)"]
    good = toml.replace("remnder", "reminder")
    assert found(good, reminder=("ticket.fields.po_number", "requester.first_name")) == []
    assert "asks for ticket.fields.po_numbr" in found(good, reminder=("ticket.fields.po_numbr",))[0]
    assert list(letters_named(rules(good))) == [("reminder", "(defaults)")]


def test_a_sequence_nobody_starts_is_found() -> None:
    toml = '[[sequence]]\nname = "chain"\nwhile = ["status == open"]\n'
    toml += 'steps = [{ after = "1d", do = [{ notify = "requester", template = "reminder" }] }]\n'
    assert "sequence 'chain' is never started" in found(toml)[0]
    assert found(toml.replace("steps", 'since = "created"\nsteps')) == []


def test_statuses_without_a_way_out_and_steps_that_cannot_be_are_found() -> None:
    matrix = (
        '[matrix.default]\nnew = ["open"]\nopen = ["on-hold"]\npending = ["open"]\non-hold = []\nsolved = ["open"]\n'
    )
    macro = '[[macro]]\nname = "finish"\ndo = [{ set = { status = "solved" } }]\n'
    lines = found(matrix + macro)
    assert any("on-hold has no way out for any" in line for line in lines)
    assert any("'finish' sets solved, which the matrix lets follow nothing" in line for line in lines)
    outside = found(matrix + macro + "outside_matrix = true\n")
    assert any("'finish' works outside the status matrix" in line for line in outside)


def test_a_macro_that_takes_an_order_out_of_sight_is_found() -> None:
    toml = APPROVE + view("open", "tags any ['open_order']")
    assert "after macro 'Approve' an order is in no view" in found(toml)[0]
    assert found(toml + view("approved", "tags any ['order_ready_to_process']")) == []
    done = toml.replace("do = [{ remove_tags", 'do = [{ set = { status = "solved" } }, { remove_tags')
    assert found(done) == []


def test_c04_triggers_that_undo_each_other_are_found() -> None:
    up = '[[trigger]]\nname = "up"\non = "edited"\nall = ["priority < urgent"]\n'
    up += 'do = [{ set = { priority = "urgent" } }]\n'
    down = '[[trigger]]\nname = "down"\non = "edited"\nall = ["priority == urgent"]\n'
    down += 'do = [{ set = { priority = "low" } }]\n'
    assert any("triggers 'up' and 'down' undo each other" in line for line in found(up + down))
    assert not any("undo each other" in line for line in found(up + down.replace('"edited"', '"mail"')))
    tags = '[[trigger]]\nname = "a"\non = "mail"\nall = ["tags none [\'x\']"]\ndo = [{ add_tags = "x" }]\n'
    tags += '[[trigger]]\nname = "b"\non = "mail"\nall = ["tags any [\'x\']"]\ndo = [{ remove_tags = "x" }]\n'
    assert any("triggers 'a' and 'b' undo each other" in line for line in found(tags))
