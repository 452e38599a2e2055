"""``maild forget``: erase a person, in the database, in its files, and in the log files that maild keeps."""

from argparse import Namespace
from pathlib import Path

from maild.cli.asking import objects
from maild.cli.output import json_line

_COUNTED = {
    "records": ("record of a person", "records of a person"),
    "tickets": ("ticket emptied, its figures and dates stay", "tickets emptied, their figures and dates stay"),
    "comments": ("comment on a ticket of others", "comments on tickets of others"),
    "mails": ("mail", "mails"),
    "letters": ("letter", "letters"),
    "facts": ("fact", "facts"),
    "elsewhere": ("further place where the address stood", "further places where the address stood"),
}


def run(arguments: Namespace) -> int:
    """What the report says last is what it does not cover."""
    from maild import log_files
    from maild.config import load
    from maild.domain.spellings import Spellings
    from maild.store import vacuum

    how = {"dry_run": arguments.dry_run, "attachments": arguments.attachments}
    [report] = objects(arguments, "forget", address=arguments.address, **how)
    config = load(Path(arguments.config))
    if not arguments.dry_run:
        if config.log.file:
            report["logs"] = log_files.strike(config.log.file, Spellings(report["address"]).raw)
        else:
            report["not_covered"].append("the log goes to standard error: whoever keeps it has it")
        report["not_covered"] += vacuum.scrub(config.database.url)
    if arguments.json:
        print(json_line(report))
        return 0
    if report["resumed"]:
        print(f"gone on with what was begun at {report['resumed']}")
    print("would be erased:" if arguments.dry_run else "erased:")
    for name, words in _COUNTED.items():
        print(f"  {report[name]:>6} {words[report[name] != 1]}")
    for file, places in report.get("logs", {}).items():
        print(f"  {places:>6} {'place' if places == 1 else 'places'} in {file}")
    for words in report["not_covered"]:
        print(f"not covered: {words}")
    return 0
