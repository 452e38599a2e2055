"""Passwords, sessions and failed sign-ins of our own people."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from maild.store.tables import SIGN_IN_FAILURE, USER_PASSWORD, WEB_SESSION
from maild.store.tx import Tx

KEPT = timedelta(days=1)  # for which failures are remembered
TOUCH = timedelta(minutes=1)  # a session that is used is written anew this often


@dataclass(frozen=True, slots=True)
class Held:
    """A session as it stands in the table; ``name`` is the user's."""

    digest: str
    name: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins since an instant: of this account from this client, of the account, and from the client."""

    both: int
    account: int
    client: int


def password_hash(tx: Tx, name: str) -> str | None:
    held: str | None = tx.scalar(select(USER_PASSWORD.c.hash).where(USER_PASSWORD.c.name == name))
    return held


def set_password(tx: Tx, name: str, hashed: str) -> int:
    """Keep it, and end every session that its owner has; how many those were."""
    tx.execute(delete(USER_PASSWORD).where(USER_PASSWORD.c.name == name))
    tx.insert_all(USER_PASSWORD, [{"name": name, "hash": hashed, "changed_at": tx.now}])
    return end_all(tx, name)


def drop_password(tx: Tx, name: str) -> int:
    """Nobody signs in under that name any more; how many sessions ended."""
    tx.execute(delete(USER_PASSWORD).where(USER_PASSWORD.c.name == name))
    return end_all(tx, name)


def with_password(tx: Tx) -> dict[str, datetime]:
    """Who has one, and since when."""
    return {row.name: row.changed_at for row in tx.execute(select(USER_PASSWORD))}


def begin(tx: Tx, digest: str, name: str, hashed: str, lifetime: timedelta) -> bool:
    """Open a session, if the password is still the one that was proved; what has run out is cleared away."""
    if password_hash(tx, name) != hashed:
        return False
    tx.execute(delete(WEB_SESSION).where(WEB_SESSION.c.ends_at <= tx.now))
    row = {"digest": digest, "name": name, "began_at": tx.now, "seen_at": tx.now, "ends_at": tx.now + lifetime}
    tx.insert_all(WEB_SESSION, [row])
    return True


def session(tx: Tx, digest: str, idle: timedelta) -> Held | None:
    """The session, if it has neither run out nor been idle for too long."""
    row = tx.execute(select(WEB_SESSION).where(WEB_SESSION.c.digest == digest)).one_or_none()
    if row is None or row.ends_at <= tx.now or row.seen_at + idle <= tx.now:
        return None
    return Held(row.digest, row.name, row.began_at, row.seen_at, row.ends_at)


def touch(tx: Tx, digest: str) -> None:
    tx.execute(update(WEB_SESSION).where(WEB_SESSION.c.digest == digest).values(seen_at=tx.now))


def end(tx: Tx, digest: str) -> None:
    tx.execute(delete(WEB_SESSION).where(WEB_SESSION.c.digest == digest))


def end_all(tx: Tx, name: str) -> int:
    return int(tx.execute(delete(WEB_SESSION).where(WEB_SESSION.c.name == name)).rowcount)


def sessions(tx: Tx) -> dict[str, int]:
    """How many each user has."""
    found = select(WEB_SESSION.c.name, func.count()).where(WEB_SESSION.c.ends_at > tx.now).group_by(WEB_SESSION.c.name)
    return {str(row[0]): int(row[1]) for row in map(tuple, tx.execute(found))}


def failed(tx: Tx, account: str, client: str) -> None:
    tx.execute(delete(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.at <= tx.now - KEPT))
    tx.insert(SIGN_IN_FAILURE, account=account, client=client, at=tx.now)


def failures(tx: Tx, account: str, client: str, since: datetime) -> Failures:
    def counted(*theirs: object) -> int:
        found = select(func.count()).select_from(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.at > since, *theirs)  # type: ignore[arg-type]
        return int(tx.scalar(found))

    of_account, of_client = SIGN_IN_FAILURE.c.account == account[:100], SIGN_IN_FAILURE.c.client == client
    return Failures(counted(of_account, of_client), counted(of_account), counted(of_client))
