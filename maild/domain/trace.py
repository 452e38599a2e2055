"""The reasons: what was asked, what was seen, what followed."""

from typing import NamedTuple


class Step(NamedTuple):
    """One line of a trace. Every rule that misses makes one, so it is of the kind that costs least.

    ``what`` is hit, miss, noop, suppressed, refused or timer (armed or taken back); ``rule`` the rule's name
    ("system.reopen" for built-in ones); ``why`` a sentence; ``condition`` the index of the condition that decided
    (counted from 0 over all, then any) and ``seen`` the value it saw; ``effects`` the effects in words.
    """

    what: str
    rule: str
    why: str = ""
    condition: int | None = None
    seen: str | None = None
    effects: tuple[str, ...] = ()
