"""SQLite's driver without SQLAlchemy's road to it, for the statements that every group begins and ends with."""

import sqlite3
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def run(conn: Connection, text: str, values: Any = ()) -> Any:
    """Run ``text`` with the ``values`` it binds; what comes back knows ``rowcount``, ``lastrowid`` and its rows.

    PostgreSQL's driver, and a connection that somebody listens to, are reached through SQLAlchemy. Errors are its own.
    """
    if conn.dialect.name != "sqlite" or conn.dispatch.before_cursor_execute:
        return conn.exec_driver_sql(text, values)
    driver: Any = conn.connection.driver_connection
    try:
        return driver.execute(text, values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(text, values, error, sqlite3.Error, dialect=conn.dialect) from error
