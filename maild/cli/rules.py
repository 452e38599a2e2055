"""``maild rules``: what there is, and why it did what it did."""

from argparse import Namespace

from maild.cli.asking import objects
from maild.cli.output import listed


def list_rules(arguments: Namespace) -> int:
    return listed(arguments, ("kind", "rule", "where"), "rules.list")


def explain(arguments: Namespace) -> int:
    columns = ("when", "event", "actor", "what", "rule", "why", "effects")
    return listed(arguments, columns, "rules.explain", id=arguments.id)


def graph(arguments: Namespace) -> int:
    print(objects(arguments, "rules.graph")[0]["mermaid"])
    return 0


def lint(arguments: Namespace) -> int:
    return listed(arguments, ("doubt",), "rules.lint")
