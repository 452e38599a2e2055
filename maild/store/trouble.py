"""What the database driver may throw, told as our own trouble: always temporary towards the mail's sender."""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, NotSupportedError, ProgrammingError

from maild.errors import TryAgain

STORE_PAUSE = timedelta(seconds=1)
"""How long whoever works in the background waits before asking a database in trouble again."""


class TroubleKind(StrEnum):
    BUSY = "busy"
    FULL = "full"
    READ_ONLY = "read_only"
    CORRUPT = "corrupt"
    GONE = "gone"
    STOPPING = "stopping"
    OTHER = "other"


class StoreTrouble(TryAgain):
    """The database cannot do it now. ``kind`` says why, for the SMTP reply, the log and the operator."""

    def __init__(self, kind: TroubleKind, what: str, hint: str = "") -> None:
        super().__init__(what, hint)
        self.kind = kind
        if kind is TroubleKind.CORRUPT:
            self.exit_code = 65  # trying again does not mend it


_HINTS = {
    TroubleKind.BUSY: "another process holds the database; see which with 'fuser'",
    TroubleKind.FULL: "free disk space where the database lives",
    TroubleKind.READ_ONLY: "check owner and permissions of the database file and its folder",
    TroubleKind.CORRUPT: "stop maild and restore the last backup",
    TroubleKind.GONE: "check that the database's folder exists and is writable, or that its server is up",
}

# SQLite's primary result codes (https://sqlite.org/rescode.html).
_SQLITE = {
    sqlite3.SQLITE_BUSY: TroubleKind.BUSY,
    sqlite3.SQLITE_LOCKED: TroubleKind.BUSY,
    sqlite3.SQLITE_PROTOCOL: TroubleKind.BUSY,
    sqlite3.SQLITE_FULL: TroubleKind.FULL,
    sqlite3.SQLITE_IOERR: TroubleKind.FULL,
    sqlite3.SQLITE_READONLY: TroubleKind.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: TroubleKind.GONE,
    sqlite3.SQLITE_CORRUPT: TroubleKind.CORRUPT,
    sqlite3.SQLITE_NOTADB: TroubleKind.CORRUPT,
}

# PostgreSQL's SQLSTATE, the longest beginning counts (its manual, appendix A).
_SQLSTATE = {
    "08": TroubleKind.GONE,
    "25006": TroubleKind.READ_ONLY,
    "40": TroubleKind.BUSY,
    "53100": TroubleKind.FULL,
    "53": TroubleKind.BUSY,
    "55P03": TroubleKind.BUSY,
    "57P": TroubleKind.GONE,
    "57": TroubleKind.BUSY,
    "58": TroubleKind.FULL,
    "XX001": TroubleKind.CORRUPT,
    "XX002": TroubleKind.CORRUPT,
}

_ERRNO = {
    errno.ENOSPC: TroubleKind.FULL,
    errno.EDQUOT: TroubleKind.FULL,
    errno.EFBIG: TroubleKind.FULL,
    errno.EROFS: TroubleKind.READ_ONLY,
}

_OUR_BUGS = (IntegrityError, ProgrammingError, DataError, NotSupportedError)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Faults of the database as StoreTrouble."""
    try:
        yield
    except Exception as error:
        trouble = translate(error)
        if trouble is error:
            raise
        raise trouble from error


def translate(error: BaseException) -> BaseException:
    """A StoreTrouble for faults of the surroundings; any other exception comes back as it is (our own bug)."""
    if isinstance(error, OSError) and error.errno in _ERRNO:
        return _trouble(_ERRNO[error.errno], error.strerror or "")
    if not isinstance(error, DBAPIError) or isinstance(error, _OUR_BUGS):
        return error
    if error.connection_invalidated:
        return _trouble(TroubleKind.GONE, "connection lost")
    if isinstance(error, InterfaceError):
        return error
    return _trouble(_kind(error.orig), str(error.orig))


def _kind(orig: BaseException | None) -> TroubleKind:
    code = getattr(orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, TroubleKind.OTHER)  # the rest of the bits tell the exact place
    state = getattr(orig, "sqlstate", None) or ""
    if not state and hasattr(orig, "sqlstate"):  # no server said it: the line to it is cut, or never was
        return TroubleKind.GONE
    return next((_SQLSTATE[state[:n]] for n in (5, 3, 2) if state[:n] in _SQLSTATE), TroubleKind.OTHER)


def _trouble(kind: TroubleKind, said: str) -> StoreTrouble:
    return StoreTrouble(kind, f"database: {(said.splitlines() or ['unknown error'])[0][:200]}", _HINTS.get(kind, ""))
