"""What an event costs in function calls: it follows the rules that fire, hardly those that do not."""

import sys
from types import FrameType
from typing import Any

from maild.domain.events import Event
from maild.domain.ticket import Snapshot, Status
from rules.model import Ruleset
from rules.triggers import run
from tests.rules.builders import ORDER, created, hits, rules, ticket

HIT = """
[[trigger]]
name = "hit {n}"
on = "created"
all = ["status < solved", "order_address == 'orders@shop.example'"]
do = [{{ add_tags = ["t{n}"] }}, {{ set = {{ priority = "high" }} }}]
"""
MISS = """
[[trigger]]
name = "miss {n}"
on = "created"
all = ["status < solved", "subject contains 'word {n}'", "tags none ['x{n}']"]
do = [{{ set = {{ priority = "high" }} }}]
"""
OPEN = ticket(status=Status.OPEN)


def calls(ruleset: Ruleset, snapshot: Snapshot, event: Event) -> int:
    count = 0

    def counting(frame: FrameType, what: str, argument: Any) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    run(ruleset, snapshot, event)  # fills the caches
    sys.setprofile(counting)
    try:
        run(ruleset, snapshot, event)
    finally:
        sys.setprofile(None)
    return count


def trigger(n: int, size: int, on: str) -> str:
    """The second, the middle and the last fire on creation."""
    return (HIT if n in (1, size // 2, size - 1) else MISS.replace('"created"', f'"{on}"')).format(n=n)


def ruleset(size: int, *on: str) -> Ruleset:
    """Triggers spread over the events of ``on``, of which three fire on creation."""
    words = on or ("created",)
    return rules("".join(trigger(n, size, words[n % len(words)]) for n in range(size)))


def test_two_hundred_rules_cost_less_than_five_times_ten() -> None:
    few, many = ruleset(10), ruleset(200, "created", "mail", "updated", "macro")
    assert len(hits(run(few, OPEN, created(ORDER)))) == len(hits(run(many, OPEN, created(ORDER)))) == 3
    assert calls(many, OPEN, created(ORDER)) < 5 * calls(few, OPEN, created(ORDER))


def test_rules_for_other_events_cost_nothing() -> None:
    few, more = ruleset(10, "mail"), ruleset(300, "mail", "edited")
    assert calls(more, OPEN, created(ORDER)) == calls(few, OPEN, created(ORDER))


def test_even_two_hundred_rules_on_one_event_cost_each_a_few_calls() -> None:
    few, many = ruleset(10), ruleset(200)
    assert calls(many, OPEN, created(ORDER)) - calls(few, OPEN, created(ORDER)) < 190 * 30


def test_a_pass_that_changes_nothing_relevant_asks_nobody_again() -> None:
    """Each rule that fires starts the list again; those it cannot concern are not asked again."""
    single, double = ruleset(100), ruleset(200)
    assert calls(double, OPEN, created(ORDER)) < 2.2 * calls(single, OPEN, created(ORDER))


def test_two_hundred_rules_that_look_for_words_in_a_mail_read_it_once() -> None:
    """The words are looked for in one pass; what is left for each rule are a few calls."""
    asked = MISS.replace("subject contains", "mail.text contains")
    few, many = (rules("".join(asked.format(n=n) for n in range(size))) for size in (10, 200))
    event = created(ORDER, text="A long text without any of them. " * 100)
    assert calls(many, OPEN, event) - calls(few, OPEN, event) < 190 * 13
