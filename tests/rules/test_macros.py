"""Macros, the status matrix and the order form."""

from dataclasses import replace

import pytest

from maild.domain.effects import AddComment, SendLetter
from maild.domain.events import FieldEdited, MacroApplied, MoveAsked, TimerFired
from maild.domain.people import Actor
from maild.domain.ticket import Status
from rules.macros import offered
from rules.matrix import next_steps
from rules.triggers import run
from tests.rules.builders import AGENT, CUSTOMER, LEAD, NOW, reply, rules, ticket

OPEN = ticket(status=Status.OPEN, form="order", group="Orders", assignee="orders-agent")
MACROS = """
[fields.po_number]
label = "PO number"
[fields.so_number]
label = "SO number"
[[form]]
name = "order"
fields = ["po_number", "so_number"]
[[macro]]
name = "Orders :: Confirm processing"
groups = ["Orders"]
requires = ["po_number", "so_number"]
all = ["status < solved"]
do = [
  { set = { status = "on-hold", subject = "Processed {{ ticket.fields.po_number }}" } },
  { comment = "Done by {{ current_user.name }}" },
  { notify = "requester", template = "order_processed" },
  { notify = "lead", template = "notify_lead" },
]
"""
CONFIRM = MacroApplied(AGENT, "confirm-processing")
FILLED = replace(OPEN, fields=(("po_number", "PO-1"), ("so_number", "77")))


def test_a_macro_does_all_of_it_in_order() -> None:
    outcome = run(rules(MACROS), FILLED, CONFIRM)
    assert (outcome.after.status, outcome.after.subject) == (Status.HOLD, "Processed PO-1")
    assert [p.effect for p in outcome.effects if isinstance(p.effect, AddComment)] == [
        AddComment("Done by orders-agent", False)
    ]


def test_a_macros_letter_to_the_customer_is_a_persons_own_and_the_rest_automatic() -> None:
    sent = [p.effect for p in run(rules(MACROS), FILLED, CONFIRM).effects if isinstance(p.effect, SendLetter)]
    assert [(letter.to, letter.automatic) for letter in sent] == [("requester", False), ("lead", True)]


def test_a_macro_is_refused_with_every_missing_field_named() -> None:
    outcome = run(rules(MACROS), OPEN, CONFIRM)
    assert outcome.refusals == ("Orders :: Confirm processing needs PO number, SO number",)
    assert outcome.effects == ()
    assert outcome.after == OPEN


def test_a_macro_is_for_its_groups() -> None:
    helper = Actor("agent", "helper")
    assert run(rules(MACROS), FILLED, MacroApplied(helper, "confirm-processing")).refusals == (
        "Orders :: Confirm processing is for Orders",
    )
    assert run(rules(MACROS), FILLED, MacroApplied(CUSTOMER, "confirm-processing")).refusals
    assert [m.key for m in offered(rules(MACROS), AGENT)] == ["confirm-processing"]
    assert offered(rules(MACROS), helper) == ()


def test_a_macro_has_its_place() -> None:
    outcome = run(rules(MACROS), replace(FILLED, status=Status.SOLVED), CONFIRM)
    assert outcome.refusals == ("Orders :: Confirm processing needs: status is before solved (status: solved)",)


@pytest.mark.parametrize("name", ["Orders :: Confirm processing", "confirm-processing", "orders confirm processing"])
def test_a_macro_is_found_by_any_of_its_names(name: str) -> None:
    assert run(rules(MACROS), FILLED, MacroApplied(AGENT, name)).after.status is Status.HOLD


MATRIX = """
[[form]]
name = "order"
[matrix.order]
open = ["on-hold", "solved"]
on-hold = ["open"]
[matrix.order.lead]
open = ["on-hold", "solved", "closed"]
[matrix.order.system]
on-hold = []
"""


def test_the_matrix_offers_only_legal_steps_and_unset_is_free() -> None:
    ruleset = rules(MATRIX)
    assert next_steps(ruleset, OPEN, "agent") == (Status.HOLD, Status.SOLVED)
    assert Status.CLOSED in next_steps(ruleset, OPEN, "lead")
    assert next_steps(ruleset, replace(OPEN, status=Status.PENDING), "agent") == (
        Status.OPEN,
        Status.HOLD,
        Status.SOLVED,
        Status.CLOSED,
    )
    assert len(next_steps(ruleset, replace(OPEN, form=None), "agent")) == 4


def test_trap_10_the_matrix_binds_every_door() -> None:
    rule = '[[trigger]]\nname = "t"\non = "mail"\ndo = [{ set = { status = "pending" } }]\n'
    timed = (
        '[[automation]]\nname = "a"\nall = ["hours_since(\'created\') >= 0"]\ndo = [{ set = { status = "pending" } }]\n'
    )
    macro = '[[macro]]\nname = "m"\ndo = [{ set = { status = "pending" } }, { add_tags = ["x"] }]\n'
    ruleset = rules(MATRIX + rule + timed + macro)
    for event in (
        MoveAsked(AGENT, Status.PENDING),
        FieldEdited(AGENT, (("status", "pending"),)),
        MacroApplied(AGENT, "m"),
        reply(),
        TimerFired(1, "a", 0, NOW.isoformat()),
    ):
        outcome = run(ruleset, OPEN, event)
        assert outcome.after.status is Status.OPEN
        assert outcome.after.tags == frozenset()
        assert any("pending may not follow open here" in why for why in outcome.refusals)


def test_trap_10_even_a_system_rule_obeys_and_says_so() -> None:
    outcome = run(rules(MATRIX), replace(OPEN, status=Status.HOLD), reply())
    assert outcome.after.status is Status.HOLD
    assert [(s.what, s.rule) for s in outcome.steps if s.what == "refused"] == [("refused", "system.reopen")]


def test_a_rule_may_declare_itself_outside_the_matrix() -> None:
    rule = '[[trigger]]\nname = "t"\non = "mail"\noutside_matrix = true\ndo = [{ set = { status = "pending" } }]\n'
    assert run(rules(MATRIX + rule), OPEN, reply()).after.status is Status.PENDING


def test_a_lead_may_what_an_agent_may_not() -> None:
    assert run(rules(MATRIX), OPEN, MoveAsked(AGENT, Status.CLOSED)).after.status is Status.OPEN
    assert run(rules(MATRIX), OPEN, MoveAsked(LEAD, Status.CLOSED)).after.status is Status.CLOSED


FORM = """
[fields.so_number]
label = "SO number"
[fields.charge]
type = "dropdown"
options = { prepaid = "Prepaid", collect = "Collect" }
[fields.account]
label = "Account"
[[form]]
name = "order"
fields = ["so_number", "charge", "account"]
required = { on-hold = ["so_number", "account"] }
shown_if = { account = "charge == collect" }
"""


def test_a_status_needs_its_fields_told_all_at_once() -> None:
    collect = replace(OPEN, fields=(("charge", "collect"),))
    assert run(rules(FORM), collect, MoveAsked(AGENT, Status.HOLD)).refusals == ("on-hold needs SO number, Account",)


def test_a_field_that_is_not_shown_is_not_needed() -> None:
    prepaid = replace(OPEN, fields=(("charge", "prepaid"), ("so_number", "7")))
    assert run(rules(FORM), prepaid, MoveAsked(AGENT, Status.HOLD)).after.status is Status.HOLD


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("integer", "+0012", "12"),
        ("decimal", " 1234.50 ", "1234.50"),
        ("money", "1,234.50", None),
        ("money", "NaN", None),
        ("money", "1e9", None),
        ("date", "2026-11-21", "2026-11-21"),
        ("date", "2026-02-30", None),
        ("checkbox", "Yes", "true"),
        ("checkbox", "perhaps", None),
        ("text", "a\nb", "a b"),
        ("text", "a\x00b", None),
        ("text", "x" * 501, None),
        ("multiline", "a\nb", "a\nb"),
    ],
)
def test_every_kind_of_field_is_checked_on_every_write(kind: str, typed: str, stored: str | None) -> None:
    outcome = run(rules(f'[fields.f]\ntype = "{kind}"\n'), OPEN, FieldEdited(AGENT, (("f", typed),)))
    assert outcome.after.value("f") == stored
    assert bool(outcome.refusals) is (stored is None)


def test_options_are_stored_by_id_however_they_are_called() -> None:
    toml = '[fields.how]\ntype = "dropdown"\n[fields.how.options]\n'
    toml += '2-day = { label = "2-Day Air", also = ["second day"] }\n'
    for word in ("2-day", "2-DAY AIR", "Second Day"):
        assert run(rules(toml), OPEN, FieldEdited(AGENT, (("how", word),))).after.value("how") == "2-day"
    assert "one of 2-day" in run(rules(toml), OPEN, FieldEdited(AGENT, (("how", "rail"),))).refusals[0]


def test_several_options_and_patterns() -> None:
    toml = '[fields.extras]\ntype = "multiselect"\noptions = { crate = "Crate", label = "Label" }\n'
    assert (
        run(rules(toml), OPEN, FieldEdited(AGENT, (("extras", "Label, crate"),))).after.value("extras") == "crate,label"
    )
    regexp = '[fields.code]\ntype = "regexp"\npattern = "[A-Z]{2}[0-9]{4}"\n'
    assert run(rules(regexp), OPEN, FieldEdited(AGENT, (("code", "AB1234"),))).after.value("code") == "AB1234"
    assert run(rules(regexp), OPEN, FieldEdited(AGENT, (("code", "AB12345"),))).refusals


def test_a_trace_tells_only_the_tags_that_change() -> None:
    macro = '[[macro]]\nname = "m"\ndo = [{ remove_tags = ["a", "b", "c"] }, { add_tags = ["d", "e"] }]\n'
    outcome = run(rules(macro), replace(OPEN, tags=frozenset({"a", "c", "d"})), MacroApplied(AGENT, "m"))
    assert outcome.after.tags == {"d", "e"}
    assert outcome.steps[0].effects == ("-a -c", "+e")
    again = run(rules(macro), outcome.after, MacroApplied(AGENT, "m"))
    assert (again.steps[0].what, again.steps[0].why) == ("noop", "it was so already")


def test_a_typing_mistake_in_an_edit_is_told_with_what_was_meant() -> None:
    ruleset = rules(MACROS + '[fields.total]\ntype = "money"\n[fields.credit]\ntype = "money"\nnegative = true\n')

    def refused(name: str, value: str) -> str:
        return "; ".join(run(ruleset, OPEN, FieldEdited(AGENT, ((name, value),))).refusals)

    assert refused("so_nmber", "1") == "no field 'so_nmber'; did you mean so_number?"
    assert refused("colour", "1").startswith("no field 'colour'; there are ")
    assert refused("assignee", "orders-agnt") == "no user 'orders-agnt'; did you mean orders-agent?"
    assert "'+' is no tag; a tag is a word of up to 100 characters" in refused("tags", "+")
    assert "'b' has neither + nor -" in refused("tags", "+a b")
    assert "is not a sum of 0 or more" in refused("total", "-5.00")
    assert [refused(*change) for change in (("total", "5.00"), ("total", "-0.00"), ("credit", "-5.00"))] == [""] * 3
