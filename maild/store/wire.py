"""PostgreSQL's line without SQLAlchemy's and the driver's road to it, for what every transaction begins and ends with
and what groups of appends consist of.

Statements whose answer nobody waits for go out with the next one that somebody does, in one round trip (libpq's
pipeline mode). Where one fails the server does nothing of what follows it, and its failure is raised where answers are
waited for. Errors are those of SQLAlchemy.
"""

import contextlib
import select
from collections.abc import Iterator, Sequence
from itertools import count

import psycopg
from psycopg import errors, pq
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Values = Sequence[bytes | None]
Answer = list[tuple[bytes | None, ...]]

WEIGHT = 512 * 1024  # octets that are sent without a look at the answers

_GIVEN = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_FORGOTTEN = "26000"  # invalid_sql_statement_name: somebody said DEALLOCATE ALL


class Wire:
    """The line of ``conn``, for one thread. Whatever else is said on the connection must `settle` this before.

    With ``prepares`` the server keeps each text that has values. That is for a connection by which nothing is ever
    rolled back but by `roll_back`: the driver deallocates all where it sees that.
    """

    def __init__(self, conn: Connection, prepares: bool = False) -> None:
        self.conn = conn
        driver: psycopg.Connection[object] | None = conn.connection.driver_connection
        assert driver is not None
        self._line = driver.pgconn
        self._prepares = prepares
        self._names: dict[str, bytes] = {}
        self._numbers = count()
        self._sent: list[tuple[str, bytes]] = []  # not yet answered, and the names that they are to get
        self._weight = 0  # octets of that
        self._owed = 0  # answers that nobody will look at
        self._poll = select.poll()

    def later(self, text: str, values: Values = ()) -> None:
        """Send a statement with ``values`` in binary form for its $1, $2 ...; its answer is read with a later one.

        What is heavy is waited for, or all the pieces of a big mail would be in memory at once.
        """
        with self._telling(text):
            self._send(text, values)
        self._weight += sum(len(value) for value in values if value is not None)
        if self._weight > WEIGHT:
            self._settled()

    def now(self, text: str, values: Values = ()) -> Answer:
        """Send it, wait for all that was sent, and return its rows, every value as text."""
        with self._telling(text):
            self._send(text, values)
        result = self._settled()
        return [tuple(result.get_value(row, at) for at in range(result.nfields)) for row in range(result.ntuples)]

    def commit(self, text: str = "", values: Values = ()) -> None:
        """COMMIT, and behind it a statement of its own transaction of which nobody needs to hear."""
        with self._telling("COMMIT"):
            self._send("COMMIT")
            self._line.pipeline_sync()
            if text:
                self._line.send_query_params(text.encode(), values or None, param_formats=_binary(values))
                self._line.pipeline_sync()
        result = self._answered(leaving=bool(text))
        if result.command_status != b"COMMIT":
            with self._telling("COMMIT"):
                raise psycopg.OperationalError(f"COMMIT was answered by {result.command_status!r}")

    def roll_back(self) -> None:
        """End the transaction, whatever state it is in."""
        with contextlib.suppress(DBAPIError):  # what failed has been told
            self.settle()
        self.now("ROLLBACK")

    def settle(self) -> None:
        """Wait for the answers to all that was sent.

        A line that is cut is told again: SQLAlchemy would make a new one, on which no transaction is open.
        """
        if self._line.status == pq.ConnStatus.BAD:
            with self._telling(""):
                raise psycopg.OperationalError("the connection is lost")
        if self._sent:
            self._settled()
        elif self._owed:
            self._answered()

    def _send(self, text: str, values: Values = ()) -> None:
        line, conn = self._line, self.conn
        for hear in conn.dispatch.before_cursor_execute:
            hear(conn, None, text, values, None, False)
        if line.pipeline_status == pq.PipelineStatus.OFF:
            line.enter_pipeline_mode()
        if not (self._prepares and values):
            line.send_query_params(text.encode(), values or None, param_formats=_binary(values))
        else:
            line.send_query_prepared(self._prepared(text), values, param_formats=_binary(values))
        self._sent.append((text, b""))

    def _prepared(self, text: str) -> bytes:
        name = self._names.get(text)
        if name is None:
            name = b"maild_%d" % next(self._numbers)
            self._line.send_prepare(name, text.encode())
            self._sent.append((text, name))
        return name

    def _settled(self) -> pq.abc.PGresult:
        with self._telling(""):
            self._line.pipeline_sync()
        return self._answered()

    def _answered(self, leaving: bool = False) -> pq.abc.PGresult:
        """The last answer; raises what the first statement that failed had to say. ``leaving`` one answer unread."""
        sent, self._sent, self._weight = self._sent, [], 0
        with self._telling(sent[0][0] if sent else ""):
            while self._owed:
                self._owed -= 1
                results = self._read()
            if sent:
                results = self._read()
            self._owed = int(leaving)
            if not leaving:
                self._line.exit_pipeline_mode()
        for (text, name), result in zip(sent, results, strict=False):
            if result.status not in _GIVEN:
                with self._telling(text):
                    raise errors.error_from_result(result)
            if name:
                self._names[text] = name
        return results[-1]

    def _read(self) -> list[pq.abc.PGresult]:
        """The answers up to where the server was told to begin anew, one for each statement."""
        results: list[pq.abc.PGresult] = []
        ended = False
        while True:
            result = self._next()
            if result is None:  # the end of one statement's answer; two in a row are the end of all
                if ended or self._line.status == pq.ConnStatus.BAD:
                    raise psycopg.OperationalError("the connection is lost")
                ended = True
                continue
            ended = False
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)
            if self._line.status == pq.ConnStatus.BAD:
                raise errors.error_from_result(result)

    def _next(self) -> pq.abc.PGresult | None:
        line = self._line
        while line.flush():
            self._wait(select.POLLIN | select.POLLOUT)
            line.consume_input()
        while line.is_busy():
            self._wait(select.POLLIN)
            line.consume_input()
        return line.get_result()

    def _wait(self, what: int) -> None:
        self._poll.register(self._line.socket, what)
        self._poll.poll()

    @contextlib.contextmanager
    def _telling(self, text: str) -> Iterator[None]:
        """Errors of the driver as SQLAlchemy's; a line that is cut invalidates its connection."""
        try:
            yield
        except psycopg.Error as said:
            error = said
            if error.sqlstate == _FORGOTTEN:  # no mistake of ours: it is prepared anew when all is run again
                self._names.clear()
                error = psycopg.OperationalError(str(error))
            lost = self._line.status == pq.ConnStatus.BAD
            if lost and not self.conn.invalidated:
                self.conn.invalidate(error)
            kind, dialect = psycopg.Error, self.conn.dialect
            raise DBAPIError.instance(text, (), error, kind, connection_invalidated=lost, dialect=dialect) from error


def _binary(values: Values) -> Sequence[int] | None:
    return [pq.Format.BINARY] * len(values) or None
