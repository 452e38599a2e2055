"""Conditions and what they saw, as people read them."""

import pytest

from rules.in_words import asks, effect, saw
from tests.rules.builders import rules

RULES = rules("""
[fields.topic]
type = "dropdown"
label = "Topic"
options = { repair = "Repair", spare = "Spare part" }

[fields.parts]
type = "multiselect"
label = "Parts"
options = { nut = "Nut", bolt = "Bolt" }

[fields.total_cost]
type = "money"
label = "Total cost"

[[department]]
name = "service"
label = "Customer service"
groups = ["Orders"]

[[trigger]]
name = "one"
on = "edited"
all = [
  "topic == spare", "topic in [repair, spare]", "total_cost >= 10000", "status < solved", "topic is empty",
  "not (topic == repair and total_cost < 5)", "parts any [nut, bolt]", "changed('topic')", "was('topic') != repair",
  "hours_since('created') >= 24", "subject contains 'urgent'", "department == 'service'", "needs_review",
]
do = [{ add_tags = ["x"] }]

[[trigger]]
name = "two"
on = "edited"
any = ["topic == repair", "priority == high"]
do = [{ add_tags = ["x"] }]
""")
ALL, ANY = (rule.conditions for rule in RULES.triggers)


def test_every_kind_of_condition_reads_as_a_sentence() -> None:
    assert [asks(RULES, ALL, index) for index in range(len(ALL.all))] == [
        "Topic is Spare part",
        "Topic is one of Repair, Spare part",
        "Total cost is at least 10000",
        "status is before solved",
        "Topic is empty",
        "not (Topic is Repair and Total cost is below 5)",
        "Parts have one of Bolt, Nut",
        "Topic has changed",
        "Topic was not Repair",
        "created was 24h ago or longer",
        "subject contains 'urgent'",
        "department is Customer service",
        "needs review is yes",
    ]
    assert asks(RULES, ANY, 0) == "Topic is Repair or priority is high"


@pytest.mark.parametrize(
    ("index", "seen", "told"),
    [
        (0, "topic: empty", "Topic: empty"),
        (0, "topic: repair", "Topic: Repair"),
        (5, "topic: spare, total_cost: 7", "Topic: Spare part, Total cost: 7"),
        (6, "parts: bolt nut", "Parts: Bolt, Nut"),
        (7, "topic: spare, before repair", "Topic: Spare part, before Repair"),
        (8, "was topic: repair", "was Topic: Repair"),
        (10, "subject: topic: none, total_cost: 3", "subject: topic: none, total_cost: 3"),
        (11, "department: service", "department: Customer service"),
        (12, "needs_review: false", "needs review: no"),
        (0, "what nobody knows", "what nobody knows"),
    ],
)
def test_what_a_condition_saw_has_labels(index: int, seen: str, told: str) -> None:
    assert saw(RULES, ALL, index, seen) == told


def test_what_one_of_several_saw_has_labels() -> None:
    assert saw(RULES, ANY, 0, "topic: spare; priority: low") == "Topic: Spare part; priority: low"


def test_effects_have_labels() -> None:
    told = [effect(RULES, text) for text in ("topic = 'spare'", "topic cleared", "department service", "+late")]
    assert told == ["Topic: Spare part", "Topic: cleared", "department Customer service", "+late"]
    assert effect(RULES, "subject = 'a'") == "subject = 'a'"
