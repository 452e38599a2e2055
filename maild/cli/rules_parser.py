"""The part of the command line's grammar that is about rules."""

from collections.abc import Callable
from typing import Any

Command = Callable[..., Any]


def add(verbs: Any, command: Command, number: Callable[[str], int]) -> None:
    """``command`` makes one command of a noun; ``number`` reads a ticket's."""
    command(verbs, "list", "every rule in file order", "rules", "list_rules", rows=True)
    explain = command(verbs, "explain", "why the rules did what they did on a ticket", "rules", "explain", rows=True)
    explain.add_argument("id", type=number, metavar="ID")
    graph = command(verbs, "graph", "how tags and statuses flow, as Mermaid text", "rules", "graph", rows=True)
    graph.add_argument("--svg", metavar="FILE", help="as a picture; - prints it")
    graph.add_argument("--blueprint", metavar="NAME", help="the states and transitions of a blueprint instead")
    graph.add_argument("--live", action="store_true", help="with the number of tickets in each state")
    graph.add_argument("--mermaid", action="store_true", help="as Mermaid text, which it is without --svg anyway")
    graph.add_argument("--force", action="store_true", help="write FILE outside of this folder, or over another")
    command(verbs, "lint", "what is allowed and most likely a mistake", "rules", "lint", rows=True)
    _simulate(verbs, command, number)
    diff = command(
        verbs, "diff", "rules added, removed, moved and changed between two files", "rules", "diff", rows=True
    )
    diff.add_argument("old", metavar="OLD")
    diff.add_argument("new", metavar="NEW")
    fill = command(verbs, "backfill", "let open tickets meet the rules in force: set and take back timers", "rules",
                   "backfill", rows=True)  # fmt: skip
    fill.add_argument("--dry-run", action="store_true", help="show what it would do, change nothing")


def _simulate(verbs: Any, command: Command, number: Callable[[str], int]) -> None:
    text = "what would have been by another rule file: the recorded past once more, on paper"
    simulate = command(verbs, "simulate", text, "rules", "simulate", rows=True, config="-c")
    simulate.add_argument("--config", dest="other", metavar="FILE", help="the other rule file (the one of -c)")
    simulate.add_argument("--since", metavar="SPAN", help="as if it had come into force so long ago (30d); else always")
    simulate.add_argument("--ticket", type=number, help="only this one")
