"""The part of the command line's grammar that is about the desk's work: views, people, tasks, reports, webhooks."""

from collections.abc import Callable
from typing import Any

Command = Callable[..., Any]
Verbs = Callable[[Any, str, str], Any]


def add(nouns: Any, command: Command, verbs: Verbs) -> None:
    """``command`` and ``verbs`` make one command, or a noun with several."""
    _view(nouns, command)
    _task(verbs(nouns, "task", "what colleagues have to do"), command)
    _webhook(verbs(nouns, "webhook", "look after the programs that rules call"), command)


def _view(nouns: Any, command: Command) -> None:
    view = command(nouns, "view", "a view's tickets; 'maild view list' names the views", "view", rows=True)
    view.add_argument("name", metavar="NAME|list")
    view.add_argument("--csv", action="store_true", help="all rows as CSV with exactly the view's columns")
    view.add_argument("--limit", type=int, default=50)
    view.add_argument("--after", metavar="WORD", help="the page after another one, by the word printed below that one")


def _task(verbs: Any, command: Command) -> None:
    listing = command(verbs, "list", "open tasks by due time", "task", "list_tasks", rows=True)
    listing.add_argument("--ticket", type=int)
    listing.add_argument("--owner", metavar="USER", help="only those of one colleague, or group:NAME")
    listing.add_argument("--all", action="store_true", help="done ones too")
    listing.add_argument("--limit", type=int, default=100)
    command(verbs, "done", "mark a task done", "task", "done", rows=True).add_argument("id", type=int, metavar="ID")


def _webhook(verbs: Any, command: Command) -> None:
    command(verbs, "list", "webhooks and how they fare", "webhook", "list_webhooks", rows=True)
    switch = command(verbs, "on", "switch one on again", "webhook", "switch_on", rows=True)
    switch.add_argument("name", metavar="NAME")
