"""Mailbox and database must agree: what was filed was committed, the mark passes nothing, and nothing is lost (V12)."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from maild.domain.envelope import Channel
from maild.store.tables import DELIVERY, MAILBOX_FOLDER, MAILBOX_UID
from tests.crash.ledger import Entry
from tests.crash.mailbox import NAME, PROCESSED, Shelves


def at_death(connection: Connection, shelves: Shelves, put: Mapping[str, Entry]) -> Iterator[str]:
    """What holds at any instant, so also while the daemon lies dead amidst its work."""
    mark = _marks(connection).get("INBOX", 0)  # first: a server may still be at a COMMIT that was sent before the death
    there = delivered(connection, shelves, put)
    filed = set(shelves.processed.values())
    for name in sorted(filed - there.keys()):
        yield f"V12 {name} lies in {PROCESSED} and was never committed"
    for name, entry in put.items():
        if entry.uid not in shelves.inbox and name not in filed:
            yield f"V12 {name}, UID {entry.uid}, lies nowhere any more"
        if entry.uid <= mark and name not in there:
            yield f"V12 the mark {mark} has passed {name}, UID {entry.uid}, which was never committed"


def at_rest(
    connection: Connection, shelves: Shelves, put: Mapping[str, Entry], *, since_a_copy: bool = False
) -> Iterator[str]:
    """What holds as soon as everything was read: each mail is one delivery, and lies where it belongs, marked.

    A copy of the database that came back knows nothing of the INBOX since, and nothing lies there any more.
    """
    yield from at_death(connection, shelves, put)
    there = delivered(connection, shelves, put)
    filed = Counter(shelves.processed.values())
    for name, entry in put.items():
        if len(there[name]) != 1:
            yield f"V12 {name}, UID {entry.uid}, was delivered {len(there[name])} times: messages {there[name]}"
        if filed[name] != 1:
            yield f"V12 {name}, UID {entry.uid}, lies {filed[name]} times in {PROCESSED}"
    for name in sorted((filed.keys() | there.keys()) - put.keys()):
        yield f"V12 {name} was never put into the mailbox"
    if shelves.inbox or shelves.failed:
        yield f"V12 UIDs {sorted(shelves.inbox)} are left in the INBOX, {shelves.failed} mails lie among the failed"
    marks = _marks(connection)
    wanted = {"INBOX": max((entry.uid for entry in put.values()), default=0), PROCESSED: shelves.next_uid - 1}
    if since_a_copy:
        wanted["INBOX"] = marks["INBOX"]
    if put and marks != wanted:
        yield f"V12 the marks are {marks}, and {wanted} was read"
    for row in connection.execute(select(MAILBOX_UID)):
        yield f"V12 UID {row.uid} of {row.folder} is still {row.state}: {row.why}"


def delivered(connection: Connection, shelves: Shelves, put: Mapping[str, Entry]) -> defaultdict[str, list[int]]:
    """The messages as which each mail was taken in, by its name; others by the session that is told of them."""
    names = {f"{NAME}:{shelves.uidvalidity}:{entry.uid}": name for name, entry in put.items()}
    again = f"{NAME}:{shelves.processed_uidvalidity}"
    names |= {f"{again}:{uid}": name for uid, name in shelves.processed.items()}
    found: defaultdict[str, list[int]] = defaultdict(list)
    query = select(DELIVERY.c.session, DELIVERY.c.message_id).where(DELIVERY.c.channel == Channel.IMAP.value)
    for row in connection.execute(query):
        found[names.get(row.session, row.session)].append(row.message_id)
    return found


def _marks(connection: Connection) -> dict[str, int]:
    columns = (MAILBOX_FOLDER.c.folder, MAILBOX_FOLDER.c.last_uid)
    return {row.folder: row.last_uid for row in connection.execute(select(*columns))}
