"""What fields do when a person puts the order right: defaults give way, what somebody typed stays."""

from dataclasses import replace

import pytest

from maild.domain.events import Event, FieldEdited
from maild.domain.order import Order
from rules.correcting import Following, following, last_set
from rules.triggers import run
from tests.rules.builders import AGENT, ORDER, created, rules, ticket

RULES = rules("""
[fields.payer]
type = "dropdown"
label = "Payer"
from = "order.freight_terms"
options = { prepaid = "Prepaid", collect = "Collect" }

[[trigger]]
name = "Usual"
on = "created"
do = [{ default = { payer = "prepaid" } }]

[[trigger]]
name = "Vips pay nothing"
on = "edited"
all = ["priority == urgent"]
do = [{ set = { payer = "prepaid" } }]
""")
COLLECT = replace(ORDER, freight_terms="Collect")


def corrected(*events: Event, to: Order = COLLECT) -> Following:
    """The order's freight terms become Collect, or what else is said, after these events."""
    held, past = ticket(), []
    for event in (created(ORDER), *events):
        outcome = run(RULES, held, event)
        held = outcome.after
        steps = [{"what": s.what, "rule": s.rule, "effects": s.effects} for s in outcome.steps]
        data = {"changes": [list(pair) for pair in getattr(event, "changes", ())]}
        past.append({"kind": type(event).__name__, "data": data, "steps": steps})
    return following(RULES, held, ORDER, to, last_set(past))


def test_what_a_default_set_follows() -> None:
    assert corrected() == Following((("payer", "collect"),))


def test_an_edit_that_was_refused_is_nobodys_word() -> None:
    assert corrected(FieldEdited(AGENT, (("payer", "the moon"),))).changes == (("payer", "collect"),)


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([("payer", "prepaid")], id="the same as the default"),
        pytest.param([("payer", "collect"), ("payer", "prepaid")], id="there and back"),
    ],
)
def test_what_a_person_typed_stays(edits: list[tuple[str, str]]) -> None:
    found = corrected(*(FieldEdited(AGENT, (edit,)) for edit in edits))
    assert found == Following((), ("Payer keeps prepaid, typed by hand; the order says collect",))


def test_what_a_rule_set_on_purpose_stays_and_nobody_is_said_to_have_typed_it() -> None:
    found = corrected(FieldEdited(AGENT, (("payer", ""),)), FieldEdited(AGENT, (("priority", "urgent"),)))
    assert found == Following((), ("Payer keeps prepaid, set by Vips pay nothing; the order says collect",))


def test_words_that_are_no_option_are_handed_on_to_be_refused_and_no_default_stays_silently() -> None:
    barge = replace(ORDER, freight_terms="by barge")
    assert corrected(to=barge).changes == (("payer", "by barge"),)
    empty = corrected(FieldEdited(AGENT, (("payer", ""),)), to=barge)
    said = "Payer stays empty: payer: 'by barge' is not one of prepaid, collect"
    assert empty == Following((), (said,))
    assert corrected(FieldEdited(AGENT, (("payer", "prepaid"),)), to=barge).changes == (), "somebody typed it"
