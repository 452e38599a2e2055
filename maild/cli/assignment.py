"""``maild assignment``: who gets tickets that have nobody, and what waits."""

from argparse import Namespace

from maild.cli.output import listed


def run(arguments: Namespace) -> int:
    return listed(arguments, ("name", "order", "people", "cap", "waiting", "where"), "assignment.list")
