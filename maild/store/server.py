"""What a PostgreSQL server says of itself, as far as promises rest on it."""

from collections.abc import Iterator

from sqlalchemy import Engine

OLDEST = 13  # the first that can be asked what became of a transaction by its full number
_NEEDED = {"fsync": "on", "full_page_writes": "on"}


def shortcomings(engine: Engine) -> Iterator[str]:
    """Why mails that were said yes to may be lost there, or maild does not work."""
    with engine.connect() as conn:
        version = int(conn.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
        if version < OLDEST:
            yield f"PostgreSQL {version} is too old, {OLDEST} is needed"
        for name, wanted in _NEEDED.items():
            found = conn.exec_driver_sql(f"SHOW {name}").scalar_one()
            if found != wanted:
                yield f"the server runs with {name} = {found}: what it committed may be gone after a power cut"
        if conn.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one():
            yield "the server is a standby: nothing can be written there"
        encoding = conn.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            yield f"the database is kept in {encoding}, UTF8 is needed"
