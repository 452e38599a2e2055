"""``maild ticket``: list, show and work on tickets."""

import base64
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maild.cli import contents
from maild.cli.asking import objects
from maild.cli.context import print_customer, print_sla
from maild.cli.harmless import moment, shown, shown_lines
from maild.cli.output import listed, table
from maild.domain.beside import told
from maild.domain.people import NOBODY
from maild.errors import DataError, MaildError, UsageError

COLUMNS = ("id", "status", "requester", "organization", "po_number", "total_cost", "currency", "tags", "subject")

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes: as base64, with all else that is asked, within one request to the daemon."""


def list_tickets(arguments: Namespace) -> int:
    return listed(arguments, COLUMNS, "ticket.list", query=" ".join(arguments.query), limit=arguments.limit)


def show(arguments: Namespace) -> int:
    if arguments.json:
        return listed(arguments, (), "ticket.show", id=arguments.id)
    ticket = objects(arguments, "ticket.show", id=arguments.id)[0]
    _head(ticket)
    print_sla(ticket["sla"])
    print_customer(ticket["customer"])
    for order in ticket["orders"][-1:]:
        _order(order)
    _revision(ticket)
    _conversation(ticket)
    if found := contents.files(arguments, ticket["mails"]):
        print("\nFiles")
        table(found, ("mail", "name", "type", "size"))
    _bookkeeping(ticket)
    return 0


def _lines(value: str) -> str:
    """A value of several lines, one below the other."""
    return shown_lines(value).replace("\n", "\n" + " " * 23)


def _head(ticket: dict[str, Any]) -> None:
    print(f"Ticket {ticket['id']}  {shown(ticket['status_label'])}  {shown(ticket['subject'])}")
    print(f"  from     {_called(ticket['requester'])}  {shown(ticket['organization'] or '')}")
    print(
        f"  with     {ticket['group'] or '-'} / {ticket['assignee'] or '-'}   tags {', '.join(ticket['tags']) or '-'}"
    )
    if ticket["department"] or ticket["queue"]:
        waits = f"   waits for {shown(ticket['queue'])}" if ticket["queue"] else ""
        print(f"  in       {shown(ticket['department'] or '-')}{waits}")
    for field in ticket["layout"]:
        if field["value"]:
            print(f"  {field['name']:<20} {_lines(field['value'])}")
    if ticket["blueprint"]:
        _blueprint(ticket["blueprint"])
    else:
        _statuses(ticket["next_steps"])
    for reason in ticket["review_reasons"]:
        print(f"  needs review: {shown(reason)}")


def _called(person: dict[str, Any]) -> str:
    address = shown(person["address"])
    return f"{shown(person['name'])} <{address}>" if person["address"] != NOBODY else address


def _statuses(steps: dict[str, Any]) -> None:
    print(f"  next     {', '.join(steps['legal']) or 'nothing'} (as {steps['as']})")
    for word, why in steps["refused"].items():
        print(f"  not {word}: {shown(why)}")


def _blueprint(stand: dict[str, Any]) -> None:
    """Where it stands, and each transition with what is missing, or what stands against it."""
    since = moment(stand["state_entered_at"], seconds=False)
    until = f", until {moment(stand['state_due_at'], seconds=False)}" if stand["state_due_at"] else ""
    old = "" if stand["current"] else " (by an older version)"
    print(f"  stands   {stand['state_label']} in {stand['label']}{old}, since {since}{until}")
    for step in stand["next"]:
        needs = f", needs {', '.join(step['missing'])}" if step["missing"] else ""
        told = f"{step['transition']} to {step['to_label']}"
        print(f"  next     {told}{needs}" if step["allowed"] else f"  not {told}: {shown('; '.join(step['why']))}")


def _order(order: dict[str, Any]) -> None:
    print(f"\nOrder {shown(str(order.get('po_number') or '(no number)'))}")
    table(
        order.get("lines", []),
        ("line", "sku", "customer_sku", "description", "quantity", "unit", "unit_price", "amount"),
    )


def _revision(ticket: dict[str, Any]) -> None:
    if revised := ticket["revision"]:
        unseen = f", not seen yet: maild ticket seen {ticket['id']}" if revised["unseen"] else ""
        print(f"\nRevised{unseen}")
        _changes(revised)


def _changes(revised: dict[str, Any]) -> None:
    for change in revised["changes"]:
        print(f"  {shown(change['text'])}")
    if not revised["changes"]:
        print("  nothing that is ordered has changed")


def _conversation(ticket: dict[str, Any]) -> None:
    for comment in ticket["comments"]:
        kind = "public" if comment["public"] else f"private{': ' + comment['mark'] if comment['mark'] else ''}"
        print(f"\n{moment(comment['at'])}  {shown(comment['actor'])}  ({kind})")
        print("    " + shown_lines(comment["text"]).replace("\n", "\n    "))


def _bookkeeping(ticket: dict[str, Any]) -> None:
    if ticket["tasks"]:
        print("\nTasks")
        table(ticket["tasks"], ("id", "state", "owner", "priority", "due_at", "blocks", "title", "done_by"))
    if ticket["asides"]:
        print("\nSide conversations")
        table(ticket["asides"], ("id", "state", "with", "subject", "messages", "last_at"))
    if ticket["resolution"]:
        print(f"\nResolution by {shown(ticket['resolution']['by'])}")
        print("    " + shown_lines(ticket["resolution"]["text"]).replace("\n", "\n    "))
    if ticket["rating"]:
        print(f"\nRated {ticket['rating']['score']} of 5  {shown(ticket['rating']['words'])}")
    print("\nLetters")
    table(ticket["letters"], ("id", "phase", "template", "to_address", "attempt", "code", "why"))
    print("\nTimers")
    table(ticket["timers"], ("id", "state", "rule", "step", "due_at", "why"))
    print("\nHistory")
    for entry in ticket["history"]:
        fired = [step["rule"] for step in entry["steps"] if step["what"] == "hit"]
        at = moment(entry["at"])
        what = shown(told(entry["kind"], entry["data"]))[:100]
        said = "; ".join(part for part in (what, ", ".join(fired)) if part)
        print(f"  {at}  {entry['kind']} by {shown(entry['actor'])}: {said or '-'}")


def edit(arguments: Namespace) -> int:
    return _done(arguments, "ticket.set", changes=_typed(arguments.changes))


def _typed(changes: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise UsageError(f"{change!r} is no change", "write FIELD=VALUE, or FIELD= to clear it")
        found.append((name.strip(), value))
    return found


def new(arguments: Namespace) -> int:
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    given = {name: getattr(arguments, name) for name in ("template", "requester", "name", "subject")}
    arguments.id = None
    return _done(arguments, "ticket.new", text=text, changes=_typed(arguments.changes), **given)


def templates(arguments: Namespace) -> int:
    return listed(arguments, ("name", "label", "address", "set"), "ticket.templates")


def seen(arguments: Namespace) -> int:
    """Show what was revised, and keep who has looked at it."""
    given = {"id": arguments.id, "version": arguments.version}
    if arguments.json:
        return listed(arguments, (), "ticket.seen", **given)
    [row] = objects(arguments, "ticket.seen", **given)
    print(f"ticket {row['id']}: the revision was seen")
    _changes(row["revision"] or {"changes": []})
    return 0


def note(arguments: Namespace) -> int:
    return _done(arguments, "ticket.note", text=text_of(arguments))


def reply(arguments: Namespace) -> int:
    return _done(arguments, "ticket.reply", text=text_of(arguments))


def text_of(arguments: Namespace) -> str:
    """What was typed, or with - what standard input holds."""
    return sys.stdin.read() if arguments.text == ["-"] else " ".join(arguments.text)


def macro(arguments: Namespace) -> int:
    """On each ticket by itself: what is refused on one happens on the others all the same."""
    operation = "ticket.preview" if arguments.dry_run else "ticket.macro"
    if len(arguments.id) == 1:
        arguments.id = arguments.id[0]
        return _done(arguments, operation, macro=arguments.macro)
    code = 0
    for number in arguments.id:
        arguments.id = number
        try:
            _done(arguments, operation, macro=arguments.macro)
        except MaildError as error:
            if error.exit_code != DataError.exit_code:
                raise
            print(f"refused: {error.what}", file=sys.stderr)
            code = error.exit_code
    return code


def move(arguments: Namespace) -> int:
    operation = "ticket.rehearse" if arguments.dry_run else "ticket.move"
    given: dict[str, Any] = {"status": arguments.status, "inputs": _typed(arguments.set), "comment": arguments.comment}
    return _done(arguments, operation, **given, **({"file": _file(Path(arguments.attach))} if arguments.attach else {}))


def _file(path: Path) -> dict[str, str]:
    """For a program, as base64."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise DataError(f"{path} is too large", f"up to {LARGEST_FILE // 1024} KiB by command; mail a larger one")
        return {"name": path.name, "content": base64.b64encode(path.read_bytes()).decode()}
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None


def _done(arguments: Namespace, operation: str, **given: Any) -> int:
    if arguments.json:
        return listed(arguments, (), operation, id=arguments.id, **given)
    for row in objects(arguments, operation, id=arguments.id, **given):
        print(
            f"ticket {row['id']}: {'; '.join(map(shown, row['effects'])) or 'nothing to change'} (now {row['status']})"
        )
        for refused in row["refused"]:
            print(f"refused: {shown(refused)}", file=sys.stderr)
    return 0
