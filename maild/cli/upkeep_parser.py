"""The part of the command line's grammar that is about looking after maild: the database, copies, signatures, disk."""

from collections.abc import Callable
from typing import Any

Command = Callable[..., Any]
Verbs = Callable[[Any, str, str], Any]


def add(nouns: Any, command: Command, verbs: Verbs, number: Callable[[str], int]) -> None:
    """``command`` and ``verbs`` make one command, or a noun with several; ``number`` reads a ticket's."""
    _forget(nouns, command)
    _timer(verbs(nouns, "timer", "look at timers"), command, number)
    _database(verbs(nouns, "db", "look after the database"), command)
    _copies(nouns, command)
    _dkim(verbs(nouns, "dkim", "sign letters, and see whether signatures hold"), command)
    _doctor(nouns, command)
    config = verbs(nouns, "config", "look at the configuration")
    command(config, "example", "print the documented example", "config", "example")
    command(config, "show", "print the configuration in force, secrets hidden", "config", "show", rows=True)


def _forget(nouns: Any, command: Command) -> None:
    text = "erase a person from tickets, mails, letters, histories, records and log files"
    forget = command(nouns, "forget", text, "forget", rows=True)
    forget.add_argument("address", metavar="ADDRESS")
    forget.add_argument("--dry-run", action="store_true", help="say what would be erased, erase nothing")
    text = "erase mails too of which only a file (PDF, Excel, Word, ZIP) names the person"
    forget.add_argument("--attachments", action="store_true", help=text)


def _timer(verbs: Any, command: Command, number: Callable[[str], int]) -> None:
    listing = command(verbs, "list", "pending timers by due time", "timer", "list_timers", rows=True)
    listing.add_argument("--ticket", type=number)
    listing.add_argument("--all", action="store_true", help="fired and cancelled ones too")
    listing.add_argument("--limit", type=number, default=100)


def _database(verbs: Any, command: Command) -> None:
    command(verbs, "upgrade", "bring the schema up to date", "db", "upgrade", rows=True)
    command(verbs, "status", "schema versions", "db", "status", rows=True)
    check = command(verbs, "check", "check every invariant", "db", "check", rows=True)
    check.add_argument("--drained", action="store_true", help="also demand that no work is left over")


def _copies(nouns: Any, command: Command) -> None:
    backup = command(nouns, "backup", "copy the database, also while the daemon runs", "backup", rows=True)
    backup.add_argument(
        "file",
        metavar="FILE|DIR/",
        help="where the copy goes; a folder (made if it ends in /) gets a file named by the time",
    )
    restore = command(
        nouns, "restore", "put a copy in place of the database; no daemon may run", "backup", "restore", rows=True
    )
    restore.add_argument("file", metavar="FILE", help="what 'maild backup' wrote")
    restore.add_argument("--force", action="store_true", help="put the database that is there aside")
    restore.add_argument(
        "--log",
        metavar="FILE",
        help="the daemon's log since the backup (json): letters it calls sent are not sent again",
    )


def _dkim(verbs: Any, command: Command) -> None:
    keygen = command(verbs, "keygen", "make a key and show its DNS record", "dkim", "keygen")
    keygen.add_argument("file", nargs="?", default="dkim.pem", metavar="FILE", help="a new file (dkim.pem)")
    keygen.add_argument("--domain", help="the domain that letters come from")
    keygen.add_argument("--selector", help="the name of the key in the DNS (maild)")
    keygen.add_argument("--bits", type=int, default=2048, choices=(1024, 2048, 3072, 4096))
    command(verbs, "txt", "the DNS record of the key in use", "dkim", "txt", rows=True)
    verify = command(verbs, "verify", "check the signatures of a mail", "dkim", "verify", rows=True)
    verify.add_argument("file", metavar="FILE|-")


def _doctor(nouns: Any, command: Command) -> None:
    doctor = command(nouns, "doctor", "look at the surroundings: disk, clock, ports, relay, DNS", "doctor")
    doctor.add_argument("--json", action="store_true", help="one JSON object a line")
    doctor.add_argument("--offline", action="store_true", help="leave out the relay, mailboxes and DNS")
