"""The command line's grammar. Only argparse is imported here: ``maild --help`` must answer at once."""

import argparse
import os
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from maild import __version__
from maild.cli import desk_parser, rules_parser, upkeep_parser
from maild.cli.asked import Asked
from maild.roles import ROLES

DEFAULT_CONFIG = "config.toml"
UNASKING = {  # what is done without a daemon
    *(("backup", name) for name in ("run", "restore")),
    *(("db", name) for name in ("upgrade", "status")),
    *(("dkim", name) for name in ("txt", "verify")),
    *(("rules", name) for name in ("simulate", "diff")),
    ("config", "show"),
}


_UNKNOWN = re.compile(r"argument (?:COMMAND|VERB): invalid choice: '([^']*)' \(choose from (.*)\)")


class Parser(argparse.ArgumentParser):
    """Says what was wrong in one line and leaves with 64 (EX_USAGE)."""

    def error(self, message: str) -> Any:
        unknown = _UNKNOWN.match(message)
        if unknown:
            message = self._no_such(unknown[1], unknown[2].replace("'", "").split(", "))
        self.exit(64, f"maild: {message}\nhint: see '{self.prog} --help'\n")

    def _no_such(self, word: str, known: list[str]) -> str:
        """All there are would fill the screen: the help lists them."""
        from difflib import get_close_matches  # where nothing is mistyped its import is saved

        near = get_close_matches(word, known, 1)
        return f"no command '{self.prog} {word}'" + (f", did you mean {near[0]}?" if near else "")


def number(text: str) -> int:
    """A number of a row, or of rows: from 1 to what the database can hold."""
    value = int(text)
    if not 1 <= value < 2**63:
        raise ValueError(text)
    return value


def numbers(text: str) -> list[int]:
    """Numbers of rows: "7", or "7,9,12-15"; at most 1000 of them."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start = number(first)
        found += range(start, min(number(last), start + 1000) + 1) if dash else [start]
    if not 0 < len(found) <= 1000:
        raise ValueError(text)
    return list(dict.fromkeys(found))


def build(asked: str = "") -> Parser:
    """The grammar; of the command ``asked`` for alone, if there is one of that name."""
    parser = Parser(
        prog="maild", description="Order desk daemon: purchase orders in by mail, understood and followed up."
    )
    parser.add_argument("--version", action="version", version=f"maild {__version__}")
    every = parser.add_subparsers(dest="noun", required=True, metavar="COMMAND")
    nouns = Asked(every, asked) if asked else every
    _daemon(nouns)
    _reading(nouns)
    _tickets(nouns)
    _mails(nouns)
    _mailboxes(nouns)
    _outbox(nouns)
    _rules(nouns)
    desk_parser.add(nouns, _command, _verbs)
    upkeep_parser.add(nouns, _command, _verbs, number)
    return parser if every.choices else build()  # all are needed to say that there is none


def _later(module: str, function: str = "run") -> Callable[[argparse.Namespace], int]:
    """The command's function, imported when it is called."""

    def run(arguments: argparse.Namespace) -> int:
        return int(getattr(import_module(f"maild.cli.{module}"), function)(arguments) or 0)

    return run


def _command(
    nouns: Any,
    name: str,
    text: str,
    module: str,
    function: str = "run",
    *,
    rows: bool = False,
    config: str = "--config",
) -> Parser:
    parser: Parser = nouns.add_parser(name, help=text, description=text)
    parser.add_argument(
        *dict.fromkeys(("-c", config)),
        dest="config",
        default=os.environ.get("MAILD_CONFIG", DEFAULT_CONFIG),
        help="configuration file (config.toml)",
    )
    if (rows or module == "doctor") and (module, function) not in UNASKING:
        parser.add_argument("--socket", help="where the daemon answers, if not at control.socket: one of several")
    if rows:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
    if rows and (module, function) not in {*UNASKING, ("ingest", "run")}:
        parser.add_argument("--as", dest="actor", metavar="USER", help="who acts, by name or address")
    parser.set_defaults(run=_later(module, function))
    return parser


def _verbs(nouns: Any, name: str, text: str) -> Any:
    return nouns.add_parser(name, help=text, description=text).add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )


def _daemon(nouns: Any) -> None:
    run = _command(nouns, "run", "run the daemon in the foreground", "run")
    run.add_argument("--roles", default=",".join(ROLES), metavar="LIST", help=f"several daemons: {','.join(ROLES)}")
    run.add_argument("--socket", metavar="FILE", help="several daemons: instead of control.socket")
    run.add_argument("--clock-speed", type=float, default=1.0, metavar="N", help="demos only: a second is N seconds")
    _command(nouns, "check", "check configuration, rules and letters; every mistake at once", "check")
    tail = _command(nouns, "tail", "follow the daemon's log", "tail", rows=True)
    tail.add_argument("--ticket", type=number, help="only lines about this ticket")
    tail.add_argument("--mail", type=number, help="only lines about this mail")
    status = _command(nouns, "status", "what waits, what is stuck, when the next thing is due", "status", rows=True)
    status.add_argument("--health", action="store_true", help="exit 0 when the daemon is ready for mail, else 69")


def _reading(nouns: Any) -> None:
    ingest = _command(nouns, "ingest", "take mails from files, as if they had been received", "ingest", rows=True)
    ingest.add_argument("files", nargs="+", metavar="FILE|-|DIR", help="mails, mboxes, folders of them, or - for stdin")
    ingest.add_argument("--to", metavar="ADDRESS", help="the order address they are for")
    ingest.add_argument("--dry-run", action="store_true", help="show what would become of them, keep nothing")
    read = nouns.add_parser("read", help="show what maild understands of a mail or document; needs no database")
    read.add_argument("files", nargs="+", metavar="FILE")
    read.add_argument("--json", action="store_true", help="one JSON object a file and line")
    read.set_defaults(run=_later("read"))


def _tickets(nouns: Any) -> None:
    verbs = _verbs(nouns, "ticket", "work on tickets")
    listing = _command(
        verbs, "list", "list tickets: status:open tag:x po:4711 words", "ticket", "list_tickets", rows=True
    )
    listing.add_argument("query", nargs="*", metavar="QUERY")
    listing.add_argument("--limit", type=number, default=100)
    _ticket(verbs, "show", "everything about one ticket", "show")
    _ticket_typed_in(verbs)
    _command(verbs, "templates", "what tickets typed by hand can begin with", "ticket", "templates", rows=True)
    _ticket(verbs, "set", "set fields, status, tags, assignee, department", "edit").add_argument(
        "changes", nargs="+", metavar="FIELD=VALUE"
    )
    seen = _ticket(verbs, "seen", "show what a revised order changes, and keep that you have looked at it", "seen")
    seen.add_argument("--version", type=number, metavar="N", help="only if the ticket is still at this version")
    correct = _ticket(verbs, "correct", "put a value of the order right, and learn it: lines[0].sku AX-1", "correct")
    correct.set_defaults(run=_later("knowledge", "correct"))
    correct.add_argument("field", metavar="FIELD")
    correct.add_argument("value", nargs="+", metavar="VALUE")
    _ticket(verbs, "note", "leave a private note", "note").add_argument("text", nargs="+", metavar="TEXT|-")
    _ticket(verbs, "reply", "answer the requester by mail", "reply").add_argument("text", nargs="+", metavar="TEXT|-")
    macro = _command(verbs, "macro", "apply a macro to one ticket or several", "ticket", "macro", rows=True)
    macro.add_argument("id", type=numbers, metavar="ID[,ID...]", help="as 7 or 7,9,12-15")
    macro.add_argument("macro", metavar="NAME")
    macro.add_argument("--dry-run", action="store_true", help="show what it would do, change nothing")
    move = _ticket(verbs, "move", "to another status, or in a blueprint along a transition", "move")
    move.add_argument("status", metavar="STATE|TRANSITION")
    move.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="what the transition asks for")
    move.add_argument("--attach", metavar="FILE", help="a file, where the transition asks for one")
    move.add_argument("--comment", metavar="TEXT", help="to the customer, where the transition says so, else a note")
    move.add_argument("--dry-run", action="store_true", help="show what it would do, change nothing")
    aside = _ticket(verbs, "aside", "ask an outsider about it by mail; the customer sees nothing of it", "aside")
    aside.set_defaults(run=_later("side", "begin"))
    aside.add_argument("--to", required=True, metavar="ADDRESS")
    aside.add_argument("--subject", required=True, metavar="TEXT")
    resolve = _ticket(verbs, "resolve", "keep how it was resolved, to be found again", "resolve")
    resolve.set_defaults(run=_later("article", "resolve"))
    for worded in (aside, resolve):
        worded.add_argument("text", nargs="+", metavar="TEXT|-")


def _ticket_typed_in(verbs: Any) -> None:
    new = _command(verbs, "new", "type in an order or a request", "ticket", "new", rows=True)
    new.add_argument("--template", default="", metavar="NAME", help="what it begins with; 'maild ticket templates'")
    new.add_argument("--requester", required=True, metavar="ADDRESS")
    new.add_argument("--name", default="", help="the requester's, where nobody knows it yet")
    new.add_argument("--subject", default="")
    new.add_argument(
        "--text", default="", metavar="TEXT|-", help="the order in the caller's words, or - for standard input"
    )
    new.add_argument("changes", nargs="*", metavar="FIELD=VALUE")


def _ticket(verbs: Any, name: str, text: str, function: str) -> Parser:
    parser = _command(verbs, name, text, "ticket", function, rows=True)
    parser.add_argument("id", type=number, metavar="ID")
    return parser


def _mails(nouns: Any) -> None:
    verbs = _verbs(nouns, "mail", "look at incoming mail")
    listing = _command(verbs, "list", "list mails, newest first", "mail", "list_mails", rows=True)
    listing.add_argument("--state", help="waiting, ticket, comment, duplicate, ignored or quarantined")
    listing.add_argument("--limit", type=number, default=100)
    for name, text, function in (
        ("show", "one mail with its deliveries and its end", "show"),
        ("raw", "the mail's bytes as they were received", "raw"),
        ("retry", "read a mail again that was put aside", "retry"),
    ):
        _command(verbs, name, text, "mail", function, rows=True).add_argument("id", type=number, metavar="ID")


def _mailboxes(nouns: Any) -> None:
    verbs = _verbs(nouns, "imap", "look after the mailboxes that are read")
    _command(verbs, "list", "every folder and how far it was read", "imap", "list_mailboxes", rows=True)
    named = (
        _command(verbs, "poll", "have the daemon look into a mailbox now", "imap", "poll", rows=True),
        _command(verbs, "folders", "log in and print the folders of a mailbox", "imap", "folders"),
    )
    for command in named:
        command.add_argument("name", metavar="NAME")


def _outbox(nouns: Any) -> None:
    verbs = _verbs(nouns, "outbox", "look after outgoing letters")
    listing = _command(verbs, "list", "list letters, newest first", "outbox", "list_letters", rows=True)
    listing.add_argument("--phase", help="held, queued, deferred, unknown, sent, failed, dropped")
    listing.add_argument("--limit", type=number, default=100)
    for name, text in (
        ("show", "one letter with its recipients and tries"),
        ("retry", "try a failed or waiting letter now"),
        ("hold", "keep a letter back"),
    ):
        _command(verbs, name, text, "outbox", name, rows=True).add_argument("id", type=number, metavar="ID")
    for name, text in (
        ("release", "let a held letter go, or all that are held for one reason"),
        ("drop", "never send a letter, or all that are held for one reason"),
    ):
        command = _command(verbs, name, text, "outbox", name, rows=True)
        command.add_argument("id", nargs="?", type=number, metavar="ID")
        command.add_argument("--code", help="all letters that are held with this code, such as restored")


def _rules(nouns: Any) -> None:
    rules_parser.add(_verbs(nouns, "rules", "look at the rules"), _command, number)
