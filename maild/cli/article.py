"""``maild article`` and ``maild search``: what the desk knows, for colleagues and for everybody."""

import sys
from argparse import Namespace
from pathlib import Path

from maild.cli.asking import objects
from maild.cli.output import listed
from maild.cli.ticket import text_of
from maild.errors import CannotCreate

COLUMNS = ("ticket_id", "title", "file", "published_at", "published_by", "withdrawn_at")
FOUND = ("ticket", "status", "where", "text", "subject")


def resolve(arguments: Namespace) -> int:
    return listed(arguments, ("id", "resolution"), "ticket.resolve", id=arguments.id, text=text_of(arguments))


def publish(arguments: Namespace) -> int:
    """The article's file is written beside those that are there; a next edition takes the place of the one before."""
    given = {"id": arguments.id, "title": arguments.title, "what": arguments.what}
    before = [row["file"] for row in objects(arguments, "article.list", all=True) if row["ticket_id"] == arguments.id]
    [row] = objects(arguments, "article.publish", **given)
    folder = Path(arguments.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in before:
            if old != row["file"]:
                (folder / old).unlink(missing_ok=True)
        (folder / row["file"]).write_text(row["markdown"], encoding="utf-8")
    except OSError as error:
        raise CannotCreate(f"{folder}: {error.strerror}", "it is published; give another --folder") from None
    print(folder / row["file"])
    return 0


def withdraw(arguments: Namespace) -> int:
    [row] = objects(arguments, "article.withdraw", id=arguments.id)
    if arguments.folder:
        (Path(arguments.folder) / row["file"]).unlink(missing_ok=True)
    print(f"withdrawn: {row['file']}", file=sys.stderr)
    return 0


def list_articles(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "article.list", all=arguments.all, limit=arguments.limit)


def search(arguments: Namespace) -> int:
    return listed(arguments, FOUND, "search", words=" ".join(arguments.words), limit=arguments.limit)
