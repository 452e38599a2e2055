"""Triggers asked line by line, each line once: the same answers as asking each condition by itself."""

import random
import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.domain.needles import MOST_FOUND, Needles
from rules.triggers import run
from tests.rules.builders import created, hits, reply, rules, ticket

LETTERS = st.text(alphabet="ab.(é", min_size=1, max_size=4)


@settings(max_examples=50, deadline=None)
@given(words=st.sets(LETTERS, max_size=12), text=st.text(alphabet="ab.(é", max_size=60))
def test_all_words_of_a_text_are_found_at_once(words: set[str], text: str) -> None:
    assert Needles(words).within(text) == {word for word in words if word in text}


def test_words_that_stand_very_often_are_found_too() -> None:
    text = "a" * (3 * MOST_FOUND) + "rare"
    assert Needles(["a", "aa", "rare", "none"]).within(text) == {"a", "aa", "rare"}


def test_words_that_begin_each_other_are_no_trouble() -> None:
    assert Needles("a" * n for n in range(1, 1000)).within("b" + "a" * 30) == {"a" * n for n in range(1, 31)}


def test_one_pass_is_enough_for_many_words() -> None:
    """A hundred thousand characters of the worst kind, against two hundred words that nearly fit."""
    needles = Needles("a" * 40 + f"{n:03}" for n in range(200))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert needles.within("a" * 100_000) == frozenset()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 5


def trigger(name: str, words: list[str], tag: str) -> str:
    asked = ", ".join(f"\"mail.text contains '{word}'\"" for word in words)
    return f'[[trigger]]\nname = "{name}"\nany = [{asked}]\ndo = [{{ add_tags = ["{tag}"] }}]\n'


def test_rules_that_look_for_many_words_see_those_that_are_there() -> None:
    toml = "".join(trigger(f"r{n}", [f"word {n} ", f"other {n} "], f"t{n}") for n in range(30))
    outcome = run(rules(toml), ticket(), reply(text="Say WORD 7 and other 21 please"))
    assert hits(outcome) == ["r7", "r21"]
    missed = next(step for step in outcome.steps if step.rule == "r3")
    assert (missed.what, missed.condition) == ("miss", 0)
    assert missed.seen == "mail.text: Say WORD 7 and other 21 please"


@pytest.mark.parametrize("seed", range(20))
def test_a_line_that_changes_is_asked_again_and_only_then(seed: int) -> None:
    """Triggers that set each other's tags off, in any order of the file: each fires as if all were asked anew."""
    dice = random.Random(seed)
    chain = list(range(12))
    dice.shuffle(chain)
    toml = ""
    for n in chain:
        asked = f"tags any ['t{n - 1}']" if n else "status < solved"
        toml += f'[[trigger]]\nname = "r{n}"\nall = ["status < solved", "{asked}", "tags none [\'x\']"]\n'
        toml += f'do = [{{ add_tags = ["t{n}"] }}]\n'
    outcome = run(rules(toml), ticket(), created())
    assert outcome.after.tags == {f"t{n}" for n in range(12)}
    assert sorted(hits(outcome)) == sorted(f"r{n}" for n in range(12))


def test_the_trace_of_misses_is_in_file_order_with_the_value_of_the_end() -> None:
    toml = """
[[trigger]]
name = "late"
all = ["subject contains 'a'", "priority == urgent"]
do = [{ add_tags = ["late"] }]
[[trigger]]
name = "never"
all = ["priority == low"]
do = [{ add_tags = ["never"] }]
[[trigger]]
name = "first"
do = [{ set = { priority = "high" } }]
"""
    outcome = run(rules(toml), ticket(subject="abc"), created())
    steps = [step for step in outcome.steps if step.rule in ("late", "never")]
    assert [(s.rule, s.what, s.condition, s.seen) for s in steps] == [
        ("late", "miss", 1, "priority: high"),
        ("never", "miss", 0, "priority: high"),
    ]
