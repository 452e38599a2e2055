"""Who asks: whoever is named with --as must be one of the desk's people, at every command that takes the option."""

from collections.abc import Iterable
from difflib import get_close_matches

from maild.errors import UsageError


def demand_known(actor: str, people: Iterable[tuple[str, str]]) -> None:
    """``people`` as names and addresses. Raises UsageError with the names there are."""
    known = list(people)
    wanted = actor.casefold()
    if all(wanted not in (name.casefold(), address.casefold()) for name, address in known):
        raise UsageError(f"--as {actor}: none of the desk's people", _hint(wanted, [name for name, _ in known]))


def _hint(wanted: str, names: list[str]) -> str:
    if not names:
        return "the configuration names no [[user]]"
    near = get_close_matches(wanted, names, n=1, cutoff=0.6)
    there = f"there are {', '.join(names)}"
    return f"did you mean {near[0]}? {there}" if near else there
