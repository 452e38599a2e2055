"""One daemon per SQLite file: the lock is the kernel's, so it ends with the process however that ends."""

import fcntl
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from maild.errors import CannotCreate, Unavailable
from maild.store.engine import sqlite_path
from maild.store.ownership import as_its_folder


class Lock:
    """Held while inside ``with``. A PostgreSQL url needs none: there work is claimed row by row."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None

    @classmethod
    def of(cls, url: str) -> "Lock":
        database = sqlite_path(url)
        return cls(database.with_name(f"{database.name}.lock") if database else None)

    def __enter__(self) -> Self:
        if self._path is None:
            return self
        try:
            self._file = self._path.open("w")
            as_its_folder(self._path)
        except OSError as error:
            raise CannotCreate(
                f"{self._path}: {error.strerror}", "does the database's folder exist, and may maild write to it?"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise Unavailable(
                f"another maild runs on {self._path.name.removesuffix('.lock')}",
                "stop it first; several daemons on one database need PostgreSQL",
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
