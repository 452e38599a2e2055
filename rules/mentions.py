"""@name in a note among colleagues: whom it calls, which names nobody has, and who would not see the ticket."""

import re
from dataclasses import dataclass

from maild.domain.ticket import Snapshot
from rules.departments import unseen
from rules.model import Colleague, Ruleset

MOST = 10
"""Colleagues that one note may call. A note that calls everybody is a mistake, or somebody's bad day."""

_NAME = re.compile(r"(?<![\w@.+/-])@([^\W_][\w.-]{0,63})")
_QUOTE = ">"


@dataclass(frozen=True, slots=True)
class Mentions:
    """``called`` are to be told, in the order of the text, never its author; ``wrong`` says what cannot be done."""

    called: tuple[Colleague, ...] = ()
    wrong: tuple[str, ...] = ()


def mentioned(ruleset: Ruleset, ticket: Snapshot, text: str, author: str) -> Mentions:
    """Each name counts once. A name with spaces is written with dots or dashes (@mia.okafor); quoted lines call nobody.

    ``author`` is a colleague's name or address.
    """
    if "@" not in text:
        return Mentions()
    names = {_folded(colleague.name): colleague for colleague in ruleset.people}
    own = ruleset.colleague(author)
    called, unknown = dict[str, Colleague](), dict[str, None]()
    for line in text.splitlines():
        if not line.lstrip().startswith(_QUOTE):
            for found in _NAME.finditer(line):
                colleague = names.get(_folded(found[1]))
                if colleague is None:
                    unknown[found[1].rstrip(".-")] = None
                elif colleague is not own:
                    called[colleague.name] = colleague
    wrong = [_nobody(list(unknown), ruleset)] if unknown else []
    for name in list(called):
        if why := unseen(ruleset, ticket, name):
            del called[name]
            wrong.append(f"{name} was not told: {why}")
    if len(called) > MOST:
        wrong.append(f"{len(called)} colleagues are mentioned; the first {MOST} are told")
    return Mentions(tuple(called.values())[:MOST], tuple(wrong[:MOST]))


def _folded(name: str) -> str:
    return name.rstrip(".-").casefold().replace(" ", "-").replace("_", "-").replace(".", "-")


def _nobody(names: list[str], ruleset: Ruleset) -> str:
    shown = ", ".join(f"@{name}" for name in names[:MOST]) + (" ..." if len(names) > MOST else "")
    return f"nobody is called {shown}; there are {', '.join(colleague.name for colleague in ruleset.people)}"[:500]
