"""``maild config``: the documented example, and what is in force."""

from argparse import Namespace
from importlib import resources
from pathlib import Path

from maild.cli.output import json_line


def example(arguments: Namespace) -> int:
    print(example_text(), end="")
    return 0


def example_text() -> str:
    """The example as it stands at the top of the source tree, or as it was packed into the installed package."""
    beside = Path(__file__).parents[2] / "config.example.toml"
    if beside.exists():
        return beside.read_text(encoding="utf-8")
    return resources.files("maild").joinpath("config.example.toml").read_text(encoding="utf-8")


def show(arguments: Namespace) -> int:
    from maild.config import load

    config = load(Path(arguments.config))
    shown = config.model_dump(mode="json", by_alias=True)
    if arguments.json:
        print(json_line(shown))
        return 0
    for section, keys in shown.items():
        if isinstance(keys, dict):
            for key, value in keys.items():
                print(f"{section}.{key} = {json_line(value)}")
        else:
            print(f"{section} = {json_line(keys)}")
    return 0
