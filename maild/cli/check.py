"""``maild check``: configuration, rules and letters, every mistake at once."""

from argparse import Namespace
from pathlib import Path


def run(arguments: Namespace) -> int:
    from pipeline.furniture import inspect

    desk, warnings = inspect(Path(arguments.config))
    for warning in warnings:
        print(f"warning: {warning}")
    rules = desk.ruleset
    print(
        f"{arguments.config}: good. {len(desk.config.intake.addresses)} order address(es), "
        f"{len(rules.triggers)} triggers, {len(rules.automations)} automations, {len(rules.macros)} macros, "
        f"{len(rules.views)} views, {len(desk.templates.names)} letters"
    )
    return 0
