"""The story of a ticket in the order of its time: what was said, what rules did (folded), which letters left."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from maild.control.operation import Row
from maild.domain import beside
from maild.web.pages.naming import BUILT_IN, actor_name, event_name

LONGEST = 40  # lines of a text that are shown at once
TIMED = "TimerFired"
NAMED = 2  # rules that the line of an event names
_NOTED = frozenset({"TaskAdded", "TaskDone"})  # by hand as a comment, by a rule as its effect


def timeline(shown: Row, zone: str, name: Callable[[str, bool], str], told: Callable[[str], str] = str) -> list[Row]:
    """Entries with ``day`` where a new one begins; events without effect are left out.

    ``name`` puts rules in words (and whether it was time that called them), ``told`` what they did.
    """
    entries = [*_comments(shown), *_letters(shown), *_events(shown, name, told)]
    entries.sort(key=lambda entry: (entry["at"], entry["rank"]))
    day, place = None, ZoneInfo(zone)
    for entry in entries:
        today = _instant(entry["at"]).astimezone(place).date()
        entry["day"] = today.isoformat() if today != day else None
        day = today
    return entries


def meanwhile(shown: Row, version: int, words: Callable[[str], str] = str) -> list[Row]:
    """What was done to a ticket since it was at ``version``, in words; each event is at most one version."""
    since = shown["history"][-max(shown["version"] - version, 0) :] if shown["version"] > version else []
    return [
        {"at": entry["at"], "who": actor_name(entry["actor"]), "what": told}
        for entry in since
        if (told := _done(entry, words))
    ]


def _done(entry: Row, words: Callable[[str], str]) -> str:
    effects = [words(effect) for step in entry["steps"] for effect in step.get("effects", ()) if step["what"] == "hit"]
    said = beside.told(entry["kind"], entry["data"])
    return "; ".join(dict.fromkeys(part for part in (said, *effects) if part)) or event_name(entry["kind"])


def _comments(shown: Row) -> list[Row]:
    return [
        {
            "kind": "comment",
            "rank": 0,
            "at": comment["at"],
            "who": _name(comment["actor"], shown["requester"]),
            "own": not comment["actor"].startswith("customer:"),
            "public": comment["public"],
            "mark": comment["mark"],
            **_folded(comment["text"]),
            "cut": comment["cut_text"],
            "mail": comment["message"],
        }
        for comment in shown["comments"]
    ]


def _folded(text: str) -> Row:
    """The beginning of a text, and the ``rest`` where it is long: what is done next stands below it."""
    lines = text.split("\n")
    head = LONGEST if len(lines) > LONGEST + LONGEST // 4 else len(lines)
    return {"text": "\n".join(lines[:head]), "rest": "\n".join(lines[head:])}


def _name(actor: str, requester: Row) -> str:
    """The customer by their name; of everybody else who writes by mail nothing but the address is known."""
    name = actor_name(actor)
    return requester["name"] or name if name == requester["address"] else name


def _letters(shown: Row) -> list[Row]:
    return [letter | {"kind": "letter", "rank": 2, "at": letter["created_at"]} for letter in shown["letters"]]


def _events(shown: Row, name: Callable[[str, bool], str], words: Callable[[str], str]) -> list[Row]:
    found = []
    for entry in shown["history"]:
        steps = [
            step
            | {
                "rule": name(step["rule"], entry["kind"] == TIMED),
                "effects": [words(effect) for effect in step.get("effects", ())],
            }
            for step in entry["steps"]
            if step["what"] in ("hit", "refused", "suppressed")
        ]
        effects = [effect for step in steps for effect in step["effects"]]
        told = "" if entry["kind"] in _NOTED else beside.told(entry["kind"], entry["data"])
        if told or (steps and (effects or any(step["what"] == "refused" for step in steps))):
            found.append(
                {
                    "kind": "event",
                    "rank": 1,
                    "at": entry["at"],
                    "who": actor_name(entry["actor"]),
                    "event": event_name(entry["kind"]),
                    "told": told,
                    "steps": steps,
                    "rules": _rules(steps),
                    "effects": effects,
                }
            )
    return found


def _rules(steps: list[Row]) -> str:
    """Which rules did something, shortly, the desk's own first; "" for what was done by hand alone."""
    names = list(dict.fromkeys(step["rule"] for step in steps if step["rule"]))
    names.sort(key=lambda name: name.startswith(BUILT_IN))
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _instant(at: Any) -> datetime:
    return at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
