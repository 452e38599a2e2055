"""``maild status``: one look at everything."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from maild.cli import daemons
from maild.cli.asking import objects, socket_of, unreachable
from maild.cli.harmless import cell
from maild.cli.output import json_line
from maild.domain.plurals import counted

NOT_READY = 69


def run(arguments: Namespace) -> int:
    if arguments.health:
        return _health(arguments)
    row = objects(arguments, "status")[0]
    if arguments.json:
        print(json_line(row))
        return 0
    _print(row, arguments)
    return 0


def _health(arguments: Namespace) -> int:
    """For a container's health check: only the running daemon can answer."""
    from maild.control.client import NoDaemon, ask

    try:
        row = json.loads(next(ask(socket_of(arguments), "status", {})))
    except NoDaemon:
        raise unreachable(arguments) from None
    if not row["ready"]:
        why = row["degraded"] or "; ".join([_state(row), *row["holds"]])
        print(f"maild: not ready: {why}", file=sys.stderr)
        return NOT_READY
    return 0


def _leaving(row: dict[str, Any]) -> str:
    """When replies leave that wait out their undo: only a daemon that goes on sends them."""
    until = cell(row["answers_wait_until"])
    if "pid" not in row:
        return f"until {until}; sent when the daemon runs"
    return f"until {until}; " + (
        "sent after the next start" if row["stops_by"] else "a stop before leaves them to the next start"
    )


def _ports(numbers: list[int]) -> str:
    return f"port{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers)) or 'none'}"


def _print(row: dict[str, Any], arguments: Namespace) -> None:
    if "pid" in row:
        print(f"daemon    {_state(row)}, pid {row['pid']}, maild {row['version']}, since {cell(row['started_at'])}")
        for held in row["holds"]:
            print(f"  waits for: {held}")
        for task, why in row["degraded"].items():
            print(f"  {task} fails: {cell(why)}")
        for box in row["mailboxes"]:
            print(f"imap      {box['name']}, read {cell(box['read_at']) or 'never'}")
        print(f"smtp      {_ports(row['smtp_ports'])}, {counted(row['smtp_sessions'], 'session')}")
        for other in row["daemons"]:
            if other["name"] != row.get("process"):
                print(f"another   {daemons.told(other)}")
    else:
        _print_absent(socket_of(arguments), daemons.alive(row["daemons"]))
    mails = row["mails"]
    print(f"mails     {mails['ready']} waiting, {mails['leased']} in work, {mails['quarantined']} quarantined")
    print(f"tickets   {_counted(row['tickets'])}")
    print(f"letters   {_counted(row['letters'])}")
    if row["answers_waiting"]:
        print(
            f"answers   {counted(row['answers_waiting'], 'reply', 'replies')} may still be taken back, {_leaving(row)}"
        )
    if row.get("restart_needed"):
        print(f"restart   [{'], ['.join(row['restart_needed'])}] changed, and waits for the next start")
    if row["timers_overdue"]:
        since = cell(row["timer_overdue_since"])
        asleep = "" if "pid" in row else "; they fire when the daemon runs"
        oldest = ", the oldest" if row["timers_overdue"] > 1 else ""
        print(f"overdue   {counted(row['timers_overdue'], 'timer')}{oldest} since {since}{asleep}")
    if row["rules_unmet"]:
        print("rules     open tickets have not all met the rules in force yet: maild rules backfill")
    print(f"next      timer {cell(row['next_timer_at']) or '-'}, letter {cell(row['next_letter_at']) or '-'}")


def _state(row: dict[str, Any]) -> str:
    if row["stops_by"]:
        return f"stopping, at the latest at {cell(row['stops_by'])}"
    return "ready" if row["ready"] else "starting" if row["holds"] else "not ready"


def _print_absent(asked: Path, known: list[dict[str, Any]]) -> None:
    """No daemon answered, which does not mean that none is at work."""
    begun = daemons.listening_at(asked, known)
    if begun:
        print(f"daemon    starting or stopping, pid {begun['pid']} (this is read from the database)")
    elif known:
        print(f"daemon    none answers at {asked} (this is read from the database); --socket asks another")
    else:
        print("daemon    not running (this is read from the database)")
    for one in known:
        if one is not begun:
            print(f"at work   {daemons.told(one)}")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "none"
