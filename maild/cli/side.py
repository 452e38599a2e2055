"""``maild aside``: side conversations with outsiders about a ticket."""

from argparse import Namespace
from typing import Any

from maild.cli.asking import objects
from maild.cli.harmless import moment, shown, shown_lines
from maild.cli.output import listed
from maild.cli.ticket import text_of

COLUMNS = ("id", "ticket", "state", "with", "subject", "messages", "last_at", "opened_by")


def begin(arguments: Namespace) -> int:
    given = {"id": arguments.id, "to": arguments.to, "subject": arguments.subject, "text": text_of(arguments)}
    return _shown(arguments, "side.begin", **given)


def list_sides(arguments: Namespace) -> int:
    given = {"ticket": arguments.ticket, "all": arguments.all, "limit": arguments.limit}
    return listed(arguments, COLUMNS, "side.list", **given)


def show(arguments: Namespace) -> int:
    return _shown(arguments, "side.show", id=arguments.id)


def say(arguments: Namespace) -> int:
    return _shown(arguments, "side.say", id=arguments.id, text=text_of(arguments))


def close(arguments: Namespace) -> int:
    return _shown(arguments, "side.close", id=arguments.id)


def _shown(arguments: Namespace, operation: str, **given: Any) -> int:
    if arguments.json:
        return listed(arguments, (), operation, **given)
    for side in objects(arguments, operation, **given):
        print(f"Side conversation {side['id']} of ticket {side['ticket']}  {side['state']}  {shown(side['subject'])}")
        print(f"  with {shown(side['with'])}, opened by {shown(side['opened_by'])}")
        for said in side["messages"]:
            way = "sent" if said["letter_id"] else f"kept: {said['mark']}" if said["mark"] else "came"
            print(f"\n{moment(said['at'])}  {shown(said['actor'])}  ({way})")
            print("    " + shown_lines(said["text"]).replace("\n", "\n    "))
    return 0
