"""The one command that is asked for: the grammar of all of them takes longer to make than most answers."""

from collections.abc import Callable
from typing import Any


class _Passed:
    """Stands for a command that nobody asked for: whatever is said of it is passed over."""

    def __getattr__(self, name: str) -> Callable[..., "_Passed"]:
        return lambda *_, **__: self


class Asked:
    """The commands, of which one is asked for and the others need not be made."""

    def __init__(self, nouns: Any, name: str) -> None:
        self._nouns = nouns
        self._name = name

    def add_parser(self, name: str, **texts: str) -> Any:
        return self._nouns.add_parser(name, **texts) if name == self._name else _Passed()
