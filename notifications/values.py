"""Named values as templates see them: items to read, and nothing else to reach."""

from collections.abc import Callable, Iterator


class Values:
    """Named values for templates: ``order.total`` and ``order["total"]`` read an item and can reach nothing else.

    ``held`` are there already; those called ``names`` are ``made`` when they are asked for, each once. Any other name
    raises KeyError, or is "" where ``lenient``.
    """

    __slots__ = ("_lenient", "_made", "_names", "held")

    def __init__(
        self,
        held: dict[str, object],
        lenient: bool = False,
        names: tuple[str, ...] = (),
        made: Callable[[str], object] = str,
    ) -> None:
        self.held = held
        self._lenient = lenient
        self._names = names
        self._made = made

    def __getitem__(self, name: str) -> object:
        if name in self.held:
            return self.held[name]
        if name in self._names:
            made = self.held[name] = self._made(name)
            return made
        if self._lenient:
            return ""
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return self._lenient or name in self.held or name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names or self.held)
