"""The canonical digest of a mail, and a cheap look at its header: both stream, both bounded."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from pipeline.mail import headers

IDENTITY: Final = frozenset({"from", "to", "cc", "subject", "date", "message-id"})
BLOCK: Final = 64 * 1024


def canonical_digest(file: BinaryIO) -> str:
    """Hex SHA-256 of what makes a mail the same mail, whichever way it came.

    Taken are the unfolded From, To, Cc, Subject, Date, Message-ID and Content-* fields, sorted by name, then the body
    with CRLF line ends; trace fields differ from one delivery to the next and are left out. ``file`` is read from its
    start. Trailing line ends of the body do not count, since transports add and drop them.
    """
    file.seek(0)
    block, rest = _header_and_rest(file)
    header = headers.parse(block, 0, len(block), top=True)
    made = hashlib.sha256()
    for name, value in sorted((field.name, field.value) for field in header.fields):
        if name in IDENTITY or name.startswith("content-"):
            made.update(name.encode("ascii") + b":" + b" ".join(value.split()) + b"\r\n")
    made.update(b"\r\n")
    for piece in _crlf(_chain(block[header.body :], file, rest)):
        made.update(piece)
    return made.hexdigest()


def scan_header(file: BinaryIO, names: frozenset[str] | set[str]) -> dict[str, list[str]]:
    """Values, unfolded and one line each, of the fields ``names`` (lower-case) in the top header, topmost first.

    Every name asked for is a key. Nothing beyond the header caps is read.
    """
    file.seek(0)
    block, _ = _header_and_rest(file)
    found: dict[str, list[str]] = {name: [] for name in names}
    for field in headers.parse(block, 0, len(block), top=True).fields:
        if field.name in found:
            found[field.name].append(headers.clean(headers.unfolded(field.value), 16_384))
    return found


def _header_and_rest(file: BinaryIO) -> tuple[bytes, bool]:
    """The first octets, enough for any header within the caps, and whether more follow."""
    block = file.read(headers.MOST_BYTES + 4096)
    return block, len(block) == headers.MOST_BYTES + 4096


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
        data = (data[:-1] if carry else data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        body = data.rstrip(b"\n")
        if body:
            yield b"\r\n" * held + body.replace(b"\n", b"\r\n")
            held = 0
        held += len(data) - len(body)
