"""The bytes of one mail between the wire and the store."""

import tempfile
from collections.abc import Iterator
from io import BytesIO
from typing import IO

IN_MEMORY = 256 * 1024
CHUNK = 256 * 1024


class SpooledBody:
    """A mail as sent: dots unstuffed, CRLF and everything else untouched.

    Up to `IN_MEMORY` bytes stay in memory; more go to a temporary file without a name, which vanishes with the process.
    One writer or reader at a time; ``write`` and the readers raise OSError where the disk does.
    """

    __slots__ = ("_file", "_folder", "_on_disk", "size")

    def __init__(self, folder: str | None = None) -> None:
        self.size = 0
        self._folder = folder
        self._file: IO[bytes] = BytesIO()
        self._on_disk = False

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
        if not self._on_disk:
            if self.size + len(block) <= IN_MEMORY:
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
        self._file, self._on_disk, self.size = BytesIO(), False, 0

    def close(self) -> None:
        self._file.close()

    def _move_to_disk(self) -> None:
        early = self._file
        self._file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115 (lives as long as the body)
        self._on_disk = True
        early.seek(0)
        self._write_whole(early.read())
        early.close()

    def _write_whole(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]
