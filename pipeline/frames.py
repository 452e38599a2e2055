"""The language between the daemon and its reading children: length-prefixed blocks, JSON for what was understood.

JSON and not pickle: a child has read hostile bytes, and nothing that it says may be run.
"""

from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from pipeline.understood import Understood, Unread

LENGTH = 4  # bytes of a big-endian length before each block
LARGEST = 64 * 1024 * 1024  # bytes of one answer; a child that says more is broken

_ANSWER: TypeAdapter[Understood | Unread] = TypeAdapter(Understood | Unread)


def block(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH, "big") + data


def take(source: BinaryIO) -> bytes | None:
    """The next block; None at the end."""
    length = source.read(LENGTH)
    if len(length) < LENGTH:
        return None
    return source.read(int.from_bytes(length, "big"))


def dump(answer: Understood | Unread) -> bytes:
    return _ANSWER.dump_json(answer)


def load(data: bytes) -> Understood | Unread:
    """What a child said; nonsense becomes Unread."""
    try:
        return _ANSWER.validate_json(data)
    except ValidationError as error:
        return Unread("parser.error", f"the reader's answer is not valid ({error.error_count()} errors)")
