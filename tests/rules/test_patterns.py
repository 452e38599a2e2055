"""Patterns: the same answers as a backtracking engine gives, without its traps."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.domain import patterns
from maild.domain.patterns import PatternError, parse_pattern

ATOMS = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\W", "[a-c1]", "^", "$", r"\b", r"\.", "[]a]"])
SOURCES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "{0}"])).map(
            lambda two: f"(?:{two[0]}){two[1]}"
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(source=SOURCES, text=st.text("abc1. ", max_size=8))
def test_it_finds_what_a_backtracking_engine_finds(source: str, text: str) -> None:
    assert parse_pattern(source).search(text) == bool(re.search(source, text))
    assert parse_pattern(source).fullmatch(text) == bool(re.fullmatch(source, text))


def steps(monkeypatch: pytest.MonkeyPatch, source: str, text: str) -> int:
    """How many automaton states a search visits."""
    visited = 0
    real = patterns._stands

    def counting(anchor: str, text: str, at: int) -> bool:
        nonlocal visited
        visited += 1
        return real(anchor, text, at)

    with monkeypatch.context() as patch:
        patch.setattr(patterns, "_stands", counting)
        parse_pattern(source).search(text)
    return visited


@pytest.mark.parametrize("source", ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){8}$", "(a*)*b"])
def test_i12_a_pattern_that_would_backtrack_for_ever_takes_linear_time(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, twice = (steps(monkeypatch, source, "a" * size + "!") for size in (500, 1000))
    assert 0 < twice <= 2.2 * once


def test_i12_a_pattern_cannot_grow_without_bound() -> None:
    with pytest.raises(PatternError, match="too large"):
        parse_pattern("(((a{100}){100}){100}){100}")


def test_i12_a_huge_text_is_looked_at_in_part() -> None:
    assert not parse_pattern("needle").search("x" * patterns.LONGEST_TEXT + "needle")
    assert not parse_pattern("x*").fullmatch("x" * (patterns.LONGEST_TEXT + 1))


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("(a", 3),
        ("a)", 2),
        ("*a", 1),
        ("a**", 4),
        ("[a", 3),
        ("a{2", 2),
        ("a{200}", 2),
        (r"\q", 3),
        ("(?=a)", 2),
        ("[b-a]", 5),
    ],
)
def test_mistakes_have_a_position(source: str, at: int) -> None:
    with pytest.raises(PatternError) as error:
        parse_pattern(source)
    assert error.value.at == at


def test_upper_and_lower_case_alike() -> None:
    assert parse_pattern("(?i)po-[0-9]+").search("see PO-4711")
    assert not parse_pattern("po-[0-9]+").search("see PO-4711")
