"""The text of one DATA command while it comes in: size and disk watched, never more in memory than a block."""

import errno
import re
from typing import Protocol

from maild.failpoints import Hit
from pipeline.receive.body import SpooledBody
from pipeline.receive.limits import MAX_HOPS

PATIENCE = 1.25  # of the permitted size; a client that sends on after that is cut off
USUAL_HEADER = 8 * 1024  # octets
HEADER = 256 * 1024
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_HOP = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


class Client(Protocol):
    """Who sends the text."""

    def count_in(self, octets: int) -> None: ...

    def hang_up(self, reply: str) -> None: ...


class Gathering:
    """Takes the blocks of one body. What goes wrong is kept for the reply after the final dot (RFC 5321, 4.2.5).

    ``declared`` is the SIZE the client gave, 0 if none.
    """

    def __init__(self, body: SpooledBody, limit: int, declared: int, client: Client, fail: Hit) -> None:
        self.body = body
        self.trouble: OSError | None = None
        self._limit = limit
        self._declared = declared
        self._client = client
        self._fail = fail
        self._seen = 0
        self._half = False
        self._too_big = False

    def take(self, block: bytes, last: bool) -> None:
        self._fail_before(block, last)
        self._seen += len(block)
        self._client.count_in(len(block))
        if self._too_big or self.trouble is not None:
            if self._seen > self._limit * PATIENCE:
                self._client.hang_up(self._refuse_size())
        elif self._seen > self._limit:
            self._too_big = True
            self.body.discard()
        elif block:
            self._write(block)

    def refusal(self) -> str:
        """The reply that refuses the body, "" if there is none; where ``trouble`` is ours, only the reply's code."""
        if self._too_big:
            return self._refuse_size()
        if self.trouble is None and self._hops() > MAX_HOPS:
            return "550 5.4.6 Too many hops, this mail is going in circles"
        if self.trouble is None:
            return ""
        return "452 4.3.1" if self.trouble.errno in NO_ROOM else "451 4.3.0"

    def _refuse_size(self) -> str:
        return f"552 5.3.4 A mail may have {self._limit} bytes at most"

    def _hops(self) -> int:
        """How many servers this mail has been through (RFC 5321, 6.3); 0 for what is too few to matter."""
        try:
            head = self._top()
        except OSError as error:
            self.trouble = error
            return 0
        if head.lower().count(b"received") <= MAX_HOPS:
            return 0
        end = _END_OF_HEADER.search(head)
        return sum(1 for _ in _HOP.finditer(head, 0, end.start() if end else len(head)))

    def _top(self) -> bytes:
        """The header and what may follow it. Where it is of usual length, no more than that is read of a big mail."""
        head = b""
        for length in (USUAL_HEADER, HEADER):
            head = self.body.head(length)
            if (end := head.find(b"\r\n\r\n")) >= 0:
                return head[:end]
        return head

    def _write(self, block: bytes) -> None:
        try:
            self.body.write(block)
            self._fail("chunk.written")
        except ConnectionError:
            raise
        except OSError as error:
            self.trouble = error
            self.body.discard()

    def _fail_before(self, block: bytes, last: bool) -> None:
        if not self._seen:
            self._fail("data.first_byte")
        if not self._half and (last or self._seen + len(block) >= self._declared / 2):
            self._half = True
            self._fail("data.half")
        if last:
            self._fail("data.before_dot_seen")
