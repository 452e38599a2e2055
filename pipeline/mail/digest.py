"""The canonical digest of a mail, and a cheap look at its header: both stream, both bounded."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from pipeline.mail import headers

IDENTITY: Final = frozenset({b"from", b"to", b"cc", b"subject", b"date", b"message-id"})
BLOCK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Top:
    """The first octets of a mail with its header in them, read once for all that is asked of them.

    ``body`` is the offset of the first octet after the header; ``more`` says that more than ``block`` follows.
    """

    block: bytes
    fields: headers.Pairs
    body: int
    more: bool

    @classmethod
    def of(cls, file: BinaryIO) -> "Top":
        file.seek(0)
        block = file.read(headers.MOST_BYTES + 4096)  # enough for any header within the caps
        fields, body, *_ = headers.cut(block, 0, len(block), top=True)
        return cls(block, fields, body, len(block) == headers.MOST_BYTES + 4096)


def canonical_digest(file: BinaryIO, top: Top | None = None) -> str:
    """Hex SHA-256 of what makes a mail the same mail, whichever way it came.

    Taken are the unfolded From, To, Cc, Subject, Date, Message-ID and Content-* fields, sorted by name, then the body
    with CRLF line ends; trace fields differ from one delivery to the next and are left out. ``file`` is read from its
    start. Trailing line ends of the body do not count, since transports add and drop them.
    """
    top = top or Top.of(file)
    file.seek(len(top.block))
    told = sorted(pair for pair in top.fields if pair[0] in IDENTITY or pair[0].startswith(b"content-"))
    head = b"".join(b"%b:%b\r\n" % (name, b" ".join(value.split())) for name, value in told)
    made = hashlib.sha256(head + b"\r\n")
    for piece in _crlf(_chain(top.block[top.body :], file, top.more)):
        made.update(piece)
    return made.hexdigest()


def scan_header(file: BinaryIO, names: frozenset[str] | set[str], top: Top | None = None) -> dict[str, list[str]]:
    """Values, unfolded and one line each, of the fields ``names`` (lower-case) in the top header, topmost first.

    Every name asked for is a key. Nothing beyond the header caps is read.
    """
    found: dict[str, list[str]] = {name: [] for name in names}
    for name, value in (top or Top.of(file)).fields:
        if (known := name.decode("ascii")) in found:
            found[known].append(headers.clean(headers.unfolded(value), 16_384))
    return found


def _chain(first: bytes, file: BinaryIO, more: bool) -> Iterator[bytes]:
    yield first
    while more and (piece := file.read(BLOCK)):
        yield piece


def _crlf(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same octets with CRLF line ends; line ends at the very end are held back and dropped."""
    held, carry = 0, b""
    for piece in pieces:
        data = carry + piece
        carry = b"\r" if data.endswith(b"\r") else b""
        data = data[:-1] if carry else data
        if data.replace(b"\r", b"").replace(b"\n", b"\r\n") != data:  # single octets are found sooner than pairs
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
        body = data.rstrip(b"\r\n")
        if body:
            yield b"\r\n" * held + body if held else body
            held = 0
        held += (len(data) - len(body)) // 2
