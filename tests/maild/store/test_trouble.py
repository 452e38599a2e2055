import errno
import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from maild.store.trouble import StoreTrouble, TroubleKind, translate


def _sqlite(code: int) -> OperationalError:
    orig = sqlite3.OperationalError("what SQLite says\nand more")
    orig.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, orig)


def _postgresql(state: str) -> OperationalError:
    orig = type("Error", (Exception,), {"sqlstate": state})("what PostgreSQL says")
    return OperationalError("SELECT 1", {}, orig)


def _kind(error: BaseException) -> TroubleKind:
    told = translate(error)
    assert isinstance(told, StoreTrouble)
    return told.kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, TroubleKind.BUSY),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, TroubleKind.BUSY),
        (sqlite3.SQLITE_LOCKED, TroubleKind.BUSY),
        (sqlite3.SQLITE_FULL, TroubleKind.FULL),
        (sqlite3.SQLITE_IOERR_WRITE, TroubleKind.FULL),
        (sqlite3.SQLITE_READONLY_DBMOVED, TroubleKind.READ_ONLY),
        (sqlite3.SQLITE_CANTOPEN, TroubleKind.GONE),
        (sqlite3.SQLITE_CORRUPT_VTAB, TroubleKind.CORRUPT),
        (sqlite3.SQLITE_NOTADB, TroubleKind.CORRUPT),
        (sqlite3.SQLITE_ERROR, TroubleKind.OTHER),
    ],
)
def test_sqlites_codes_tell_what_is_wrong(code: int, kind: TroubleKind) -> None:
    assert _kind(_sqlite(code)) is kind


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("08006", TroubleKind.GONE),
        ("57P01", TroubleKind.GONE),
        ("57014", TroubleKind.BUSY),
        ("40001", TroubleKind.BUSY),
        ("40P01", TroubleKind.BUSY),
        ("55P03", TroubleKind.BUSY),
        ("53100", TroubleKind.FULL),
        ("53300", TroubleKind.BUSY),
        ("25006", TroubleKind.READ_ONLY),
        ("XX001", TroubleKind.CORRUPT),
        ("42P01", TroubleKind.OTHER),
    ],
)
def test_postgresqls_states_tell_what_is_wrong(state: str, kind: TroubleKind) -> None:
    assert _kind(_postgresql(state)) is kind


def test_a_lost_connection_is_gone_whatever_was_said() -> None:
    for wrapper in (OperationalError, InterfaceError):
        error = wrapper("SELECT 1", {}, Exception("closed"), connection_invalidated=True)
        assert _kind(error) is TroubleKind.GONE


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_beside_the_database_is_full_too(number: int) -> None:
    assert _kind(OSError(number, "no room")) is TroubleKind.FULL


@pytest.mark.parametrize(
    "bug",
    [
        ZeroDivisionError("a bug"),
        OSError(errno.ENOENT, "no such file"),
        IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")),
        InterfaceError("INSERT", {}, sqlite3.InterfaceError("Error binding parameter 1")),
        DBAPIError.instance("INSERT", {}, sqlite3.DataError("string or blob too big"), sqlite3.Error),
        DBAPIError.instance("INSERT", {}, sqlite3.ProgrammingError("wrong number of bindings"), sqlite3.Error),
    ],
)
def test_our_own_bugs_come_back_as_they_are(bug: Exception) -> None:
    assert translate(bug) is bug


def test_what_is_said_fits_on_one_line_and_names_a_remedy() -> None:
    told = translate(_sqlite(sqlite3.SQLITE_FULL))
    assert isinstance(told, StoreTrouble)
    assert told.what == "database: what SQLite says"
    assert told.hint
