"""What brought about a letter, in words."""

import pytest

from pipeline.occasions import occasion


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("Tell whoever got it", 'the rule "Tell whoever got it"'),
        ("Orders :: 24h. Remind", 'the rule "Orders :: 24h. Remind"'),
        ("task", "a task"),
        ("system.cancellation", ""),
        ("", ""),
        ("limit.default.open", "the time limit of open"),
        ("sla.Gold.first_reply", "the time promised for the first reply (Gold)"),
        ("sla..resolution", "the time promised for the resolution"),
        ("sla.A.B.next_reply", "the time promised for the next reply (A.B)"),
        ("blueprint.requests.state.received", "the time limit of received in requests"),
        ("blueprint.requests", "the time limit of requests"),
        ("blueprint.requests.take", "take in requests"),
    ],
)
def test_a_rule_is_told_in_words(rule: str, words: str) -> None:
    assert occasion(rule) == words
