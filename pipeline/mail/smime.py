"""S/MIME (RFC 8551): the entity inside an opaque signature, found by a small BER walk. Nothing is verified here."""

from typing import Final

MOST_PIECES: Final = 100_000

_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _OID, _OCTETS, _OCTETS_IN_PIECES, _EXPLICIT, _SET = 0x30, 0x06, 0x04, 0x24, 0xA0, 0x31

Element = tuple[int, int, int]  # tag, start of the content, end of the content or -1 where it is indefinite


def signed_content(data: bytes) -> bytes | None:
    """The MIME entity in a SignedData (RFC 5652, 5.1 and 5.2); None where there is none or it is encrypted."""
    try:
        at = _enter(data, 0, _SEQUENCE)
        tag, start, end = _element(data, at)
        if tag != _OID or data[start:end] != _SIGNED:
            return None
        at = _enter(data, _enter(data, end, _EXPLICIT), _SEQUENCE)  # SignedData
        at = _behind(data, at)  # version
        at = _behind(data, at)  # digestAlgorithms
        at = _enter(data, at, _SEQUENCE)  # encapContentInfo
        return _octets(data, _enter(data, _behind(data, at), _EXPLICIT))
    except (IndexError, ValueError):
        return None


def _element(data: bytes, at: int) -> Element:
    tag, length = data[at], data[at + 1]
    if length < 0x80:
        start, end = at + 2, at + 2 + length
    elif length == 0x80:
        return tag, at + 2, -1
    else:
        size = length & 0x7F
        start = at + 2 + size
        end = start + int.from_bytes(data[at + 2 : start], "big")
    if end > len(data) or data[at + 1] > 0x88:
        raise ValueError("length beyond the data")
    return tag, start, end


def _enter(data: bytes, at: int, tag: int) -> int:
    found, start, _ = _element(data, at)
    if found != tag:
        raise ValueError("another element was expected")
    return start


def _behind(data: bytes, at: int) -> int:
    """Offset behind an element of definite length, as signers write the small ones."""
    _, _, end = _element(data, at)
    if end < 0:
        raise ValueError("indefinite length")
    return end


def _octets(data: bytes, at: int) -> bytes:
    """An OCTET STRING, whole or in pieces."""
    tag, start, end = _element(data, at)
    if tag == _OCTETS:
        return data[start:end]
    if tag != _OCTETS_IN_PIECES:
        raise ValueError("an octet string was expected")
    pieces: list[bytes] = []
    while len(pieces) < MOST_PIECES and (end < 0 or start < end) and data[start : start + 2] != b"\x00\x00":
        tag, inner, start = _element(data, start)
        if tag != _OCTETS or start < 0:
            raise ValueError("a piece of an octet string was expected")
        pieces.append(data[inner:start])
    return b"".join(pieces)
