"""``maild check``: configuration, rules and letters, every mistake at once."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from maild.domain.plurals import counted
from maild.errors import MaildError


def run(arguments: Namespace) -> int:
    from pipeline.furniture import inspect

    desk, warnings = inspect(Path(arguments.config))
    for warning in (*warnings, *_held(desk)):
        print(f"warning: {warning}")
    rules = desk.ruleset
    print(
        f"{arguments.config}: good. {counted(len(desk.config.intake.addresses), 'order address', 'order addresses')}, "
        f"{counted(len(rules.triggers), 'trigger')}, {counted(len(rules.automations), 'automation')}, "
        f"{counted(len(rules.macros), 'macro')}, {counted(len(rules.views), 'view')}, "
        f"{counted(len(desk.templates.names), 'letter')}"
    )
    return 0


def _held(desk: Any) -> list[str]:
    """What tickets hold that the rules know nothing of any more; nothing where there is no database yet."""
    from maild.cli.asking import open_database
    from maild.control.rules import options_gone

    try:
        db = open_database(desk.config.database.url)
    except MaildError:
        return []
    try:
        return list(db.read_now(lambda tx: list(options_gone(tx, desk.ruleset))))
    except MaildError:
        return []
    finally:
        db.close_now()
