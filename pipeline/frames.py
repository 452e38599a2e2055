"""The language between the daemon and its reading children: length-prefixed blocks, JSON for what was understood.

JSON and not pickle: a child has read hostile bytes, and nothing that it says may be run. A place in which several
values of an order stand (a row, for all values of its line) is said once, since they are most of what is said.
"""

from dataclasses import dataclass, replace
from typing import Annotated, BinaryIO

from pydantic import Field, TypeAdapter, ValidationError

from maild.domain.order import Place
from pipeline.understood import Understood, Unread

LENGTH = 4  # bytes of a big-endian length before each block
LARGEST = 64 * 1024 * 1024  # bytes of one answer; a child that says more is broken


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer without its provenance; ``stands`` has (path, index into ``places``) pairs, for each order."""

    answer: Annotated[Understood | Unread, Field(union_mode="left_to_right")]  # each is looked at once
    places: tuple[Place, ...] = ()
    stands: tuple[tuple[tuple[str, int], ...], ...] = ()


_SAID: TypeAdapter[_Said] = TypeAdapter(_Said)


def block(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH, "big") + data


def take(source: BinaryIO) -> bytes | None:
    """The next block; None at the end."""
    length = source.read(LENGTH)
    if len(length) < LENGTH:
        return None
    return source.read(int.from_bytes(length, "big"))


def dump(answer: Understood | Unread) -> bytes:
    return _SAID.dump_json(_apart(answer) if isinstance(answer, Understood) else _Said(answer))


def load(data: bytes) -> Understood | Unread:
    """What a child said; nonsense becomes Unread."""
    try:
        return _together(_SAID.validate_json(data))
    except ValidationError as error:
        return Unread("parser.error", f"the reader's answer is not valid ({error.error_count()} errors)")
    except (IndexError, ValueError):
        return Unread("parser.error", "the reader's answer speaks of places that it does not tell")


def _apart(answer: Understood) -> _Said:
    places: list[Place] = []
    at: dict[int, int] = {}
    stands = []
    for order in answer.reading.orders:
        for _, place in order.provenance:
            if id(place) not in at:
                at[id(place)] = len(places)
                places.append(place)
        stands.append(tuple([(path, at[id(place)]) for path, place in order.provenance]))
    bare = tuple([replace(order, provenance=()) for order in answer.reading.orders])
    return _Said(replace(answer, reading=replace(answer.reading, orders=bare)), tuple(places), tuple(stands))


def _together(said: _Said) -> Understood | Unread:
    answer = said.answer
    if isinstance(answer, Unread):
        return answer
    orders = tuple(
        [
            replace(order, provenance=tuple([(path, said.places[at]) for path, at in stands]))
            for order, stands in zip(answer.reading.orders, said.stands, strict=True)
        ]
    )
    return replace(answer, reading=replace(answer.reading, orders=orders))
