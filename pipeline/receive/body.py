"""The bytes of one mail between the wire and the store."""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from typing import IO

IN_MEMORY = 512 * 1024  # octets of one body: most orders with a document attached
ALL_IN_MEMORY = 64 * 1024 * 1024  # octets of all that come in at once
CHUNK = 256 * 1024


class Memory:
    """How many octets all bodies together may still hold in memory; who gets none gathers on disk."""

    __slots__ = ("left",)

    def __init__(self, octets: int = ALL_IN_MEMORY) -> None:
        self.left = octets

    def take(self, octets: int) -> bool:
        """Whether there is so much, which is then taken."""
        if octets > self.left:
            return False
        self.left -= octets
        return True

    def give_back(self, octets: int) -> None:
        self.left += octets


class SpooledBody:
    """A mail as sent: dots unstuffed, CRLF and everything else untouched.

    Up to `IN_MEMORY` bytes stay in memory, as long as ``memory`` has so many left; more go to a temporary file without
    a name, which vanishes with the process. It is to be closed, or others find less room.
    One writer or reader at a time; ``write`` and the readers raise OSError where the disk does.
    """

    __slots__ = ("_file", "_folder", "_held", "_memory", "on_disk", "size")

    def __init__(self, folder: str | None = None, memory: Memory | None = None) -> None:
        self.size = 0
        self.on_disk = False
        self._folder = folder
        self._memory = memory or Memory(IN_MEMORY)
        self._held = 0  # octets of it
        self._file: IO[bytes] = BytesIO()

    @classmethod
    def of(cls, raw: bytes) -> "SpooledBody":
        """A body that is known as a whole, as when it comes from a file."""
        body = cls()
        body.write(raw)
        return body

    @property
    def file(self) -> IO[bytes]:
        """The bytes as a file, rewound."""
        self._file.seek(0)
        return self._file

    def open(self) -> IO[bytes]:
        return self.file

    def write(self, block: bytes) -> None:
        if not self.on_disk:
            if self.size + len(block) <= IN_MEMORY and self._memory.take(len(block)):
                self._held += len(block)
                self.size += self._file.write(block)
                return
            self._move_to_disk()
        self._write_whole(block)
        self.size += len(block)

    def head(self, limit: int) -> bytes:
        """The first ``limit`` bytes."""
        return self.file.read(limit)

    def chunks(self, length: int = CHUNK) -> Iterator[bytes]:
        """The bytes in pieces of ``length``, the last one shorter."""
        file = self.file
        while chunk := file.read(length):
            yield chunk

    def discard(self) -> None:
        """Give the room back at once; what was written is gone, what follows is a body of its own."""
        self.close()
        self._file, self.on_disk, self.size = BytesIO(), False, 0

    def close(self) -> None:
        self._file.close()
        self._let_go()

    def _let_go(self) -> None:
        self._memory.give_back(self._held)
        self._held = 0

    def _move_to_disk(self) -> None:
        early = self._file
        self._file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115 (lives as long as the body)
        self.on_disk = True
        early.seek(0)
        self._write_whole(early.read())
        early.close()
        self._let_go()

    def _write_whole(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]
