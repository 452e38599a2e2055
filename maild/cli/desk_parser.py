"""The part of the command line's grammar that is about the desk's work: views, people, tasks, reports, webhooks."""

from collections.abc import Callable
from typing import Any

Command = Callable[..., Any]
Verbs = Callable[[Any, str, str], Any]


def add(nouns: Any, command: Command, verbs: Verbs) -> None:
    """``command`` and ``verbs`` make one command, or a noun with several."""
    _view(nouns, command)


def _view(nouns: Any, command: Command) -> None:
    view = command(nouns, "view", "a view's tickets; 'maild view list' names the views", "view", rows=True)
    view.add_argument("name", metavar="NAME|list")
    view.add_argument("--csv", action="store_true", help="all rows as CSV with exactly the view's columns")
    view.add_argument("--limit", type=int, default=50)
    view.add_argument("--after", metavar="WORD", help="the page after another one, by the word printed below that one")
