"""The page about rules: its examples load, and nothing is left out of it."""

import re
from pathlib import Path

import pytest

from maild.domain.condition_syntax import Vocabulary, parse
from maild.domain.terms import EVENTS, PRIORITIES, STAMPS, TERMS
from maild.domain.ticket import Status
from maild.domain.vocabulary import CALLS
from rules import fields, timed
from rules.load_actions import _READERS
from rules.load_views import COLUMNS
from rules.matrix import ROLES
from rules.model import FieldKind, Ruleset
from tests.rules.builders import rules

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
LATER = {"move"}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


CONDITIONS = [line.partition("  #")[0].strip() for block in blocks("condition") for line in block.splitlines()]


def page() -> Ruleset:
    """All examples of the page as one rule file."""
    return rules("\n".join(blocks("toml")))


def vocabulary(ruleset: Ruleset) -> Vocabulary:
    people = tuple(colleague.name for colleague in ruleset.people)
    return Vocabulary(
        fields={name: fields.term(field) for name, field in ruleset.fields.items()},
        words={
            "group": ruleset.groups,
            "form": tuple(ruleset.forms),
            "assignee": people,
        },
        schedules=ruleset.schedules,
        schedule=ruleset.schedules["default"],
        overdue=timed.overdue(ruleset.limits, ruleset.schedules["default"]),
    )


def test_the_examples_together_are_one_rule_file() -> None:
    ruleset = page()
    assert len(ruleset.triggers) >= 6
    assert len(ruleset.sequences) == 2


@pytest.mark.parametrize("source", CONDITIONS)
def test_every_condition_of_the_page_is_one(source: str) -> None:
    parse(source, vocabulary(page()))


def test_there_are_conditions_on_the_page() -> None:
    assert len(CONDITIONS) > 60


@pytest.mark.parametrize(
    "word",
    sorted(
        {
            *TERMS,
            *CALLS,
            *STAMPS,
            *PRIORITIES,
            *EVENTS.values(),
            *(status.word for status in Status),
            *(kind.value for kind in FieldKind),
            *(set(_READERS) - LATER),
            *COLUMNS,
            *(set(ROLES) - {"any"}),
            *("30m", "24h", "1d", "2w", "1mo", "24bh", "1bd", "outside_matrix", "overdue"),
        }
    ),
)
def test_nothing_is_left_out_of_the_page(word: str) -> None:
    assert re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", PAGE), f"{word} is not on the page"
