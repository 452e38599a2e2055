"""What the database driver may throw, told as our own trouble: always temporary towards the mail's sender."""

from enum import StrEnum

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from maild.errors import TryAgain


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


# SQLite says what is wrong only in its message text; PostgreSQL by SQLSTATE class.
_WORDS: tuple[tuple[str, TroubleKind, str], ...] = (
    ("database or disk is full", TroubleKind.FULL, "free disk space where the database lives"),
    ("disk I/O error", TroubleKind.FULL, "look at the disk: full, failing, or a file size limit"),
    ("No space left", TroubleKind.FULL, "free disk space where the database lives"),
    ("database is locked", TroubleKind.BUSY, "another process holds the database; see which with 'fuser'"),
    ("database table is locked", TroubleKind.BUSY, "another process holds the database"),
    ("readonly database", TroubleKind.READ_ONLY, "check owner and permissions of the database file and its folder"),
    ("unable to open database", TroubleKind.GONE, "check that the folder exists and is writable"),
    ("malformed", TroubleKind.CORRUPT, "stop maild, run 'maild db check', restore the last backup"),
    ("not a database", TroubleKind.CORRUPT, "stop maild, run 'maild db check', restore the last backup"),
)


def translate(error: BaseException) -> BaseException:
    """A StoreTrouble for faults of the surroundings; any other exception comes back as it is (our own bug)."""
    if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError | ProgrammingError):
        return error
    text = str(error.orig)
    for words, kind, hint in _WORDS:
        if words in text:
            return StoreTrouble(kind, f"database: {words}", hint)
    if error.connection_invalidated:
        return StoreTrouble(TroubleKind.GONE, "database: connection lost", "is the database server up?")
    return StoreTrouble(
        TroubleKind.OTHER, f"database: {text.splitlines()[0][:200]}" if text else "database: unknown error"
    )
