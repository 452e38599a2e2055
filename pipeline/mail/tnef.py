"""winmail.dat: Outlook's Transport Neutral Encapsulation Format (MS-OXTNEF), read for its files and its text."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.mail import charsets

SIGNATURE: Final = b"\x78\x9f\x3e\x22"
MOST_ATTRIBUTES: Final = 5000
MOST_PROPERTIES: Final = 2000

# Attributes (MS-OXTNEF, 2.1.3.2).
BODY, TITLE, DATA, RENDER, ATTACHMENT, MESSAGE_PROPERTIES = 0x800C, 0x8010, 0x800F, 0x9002, 0x9005, 0x9003
# Property ids (MS-OXPROPS): body, HTML body, attached data, long and short file name, MIME type.
P_BODY, P_HTML, P_DATA, P_LONG_NAME, P_NAME, P_TYPE = 0x1000, 0x1013, 0x3701, 0x3707, 0x3704, 0x370E
_FIXED: Final = {0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE: Final = frozenset({0xD, 0x1E, 0x1F, 0x102})


@dataclass(frozen=True, slots=True)
class File:
    """One file inside: its name, MIME type ("" where none is given) and content."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Winmail:
    """What was found: the text, the HTML ("" where there is none), and the files."""

    text: str
    html: str
    files: tuple[File, ...]


def read(data: bytes) -> Winmail | None:
    """What ``data`` holds; None where it is no TNEF. Of damaged data, what comes before the damage."""
    if not data.startswith(SIGNATURE):
        return None
    text, html = "", ""
    files: list[dict[str, bytes]] = []
    for name, value in _attributes(data):
        if name == BODY:
            text = text or _string(value)
        elif name == MESSAGE_PROPERTIES:
            found = dict(_properties(value))
            text = text or _string(found.get(P_BODY, b""))
            html = charsets.decode(found.get(P_HTML, b""), None)[0]
        elif name == RENDER:
            files.append({})
        elif files and name == TITLE:
            files[-1]["title"] = value
        elif files and name == DATA:
            files[-1]["data"] = value
        elif files and name == ATTACHMENT:
            files[-1] |= _attached(value)
    return Winmail(text, html, tuple(_file(parts) for parts in files if parts.get("data")))


def _file(parts: dict[str, bytes]) -> File:
    name = _string(parts.get("long", b"")) or _string(parts.get("title", b""))
    return File(name, _string(parts.get("type", b"")).lower(), parts["data"])


def _attached(value: bytes) -> dict[str, bytes]:
    found = dict(_properties(value))
    wanted = {"long": P_LONG_NAME, "title": P_NAME, "type": P_TYPE, "data": P_DATA}
    return {key: found[number] for key, number in wanted.items() if found.get(number)}


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(id, value) of each attribute: level (1), id (2), type (2), length (4), value, checksum (2), little-endian."""
    at = 6
    for _ in range(MOST_ATTRIBUTES):
        if at + 9 > len(data):
            return
        _, name, _, length = struct.unpack_from("<BHHI", data, at)
        if at + 9 + length > len(data):
            return
        yield name, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _properties(value: bytes) -> Iterator[tuple[int, bytes]]:
    """(id, first value) of each MAPI property that has a plain spelling; stops at the first that has none."""
    if len(value) < 4:
        return
    count, at = struct.unpack_from("<I", value)[0], 4
    for _ in range(min(count, MOST_PROPERTIES)):
        if at + 4 > len(value):
            return
        kind, number = struct.unpack_from("<HH", value, at)
        at += 4
        if number >= 0x8000:
            at = _behind_name(value, at)
        found = _value(value, at, kind)
        if found is None:
            return
        content, at = found
        yield (
            number,
            content[: -2 if kind == 0x1F else None].decode("utf-16-le", "replace").encode()
            if kind == 0x1F
            else content,
        )


def _value(value: bytes, at: int, kind: int) -> tuple[bytes, int] | None:
    """(first value, offset behind all of them) of a property of ``kind``; several values follow a count."""
    size, several = _FIXED.get(kind & 0xFFF), bool(kind & 0x1000)
    if size is not None and not several:
        return value[at : at + size], at + size
    if (size is None and (kind & 0xFFF) not in _VARIABLE) or at + 4 > len(value):
        return None
    count = struct.unpack_from("<I", value, at)[0]
    at += 4
    if size is not None:
        return value[at : at + size], at + size * count
    first = b""
    for number in range(min(count, MOST_PROPERTIES)):
        if at + 4 > len(value):
            return None
        length = struct.unpack_from("<I", value, at)[0]
        content = value[at + 4 : at + 4 + length]
        first = content if number == 0 else first
        at += 4 + length + (-length % 4)
    return first[16:] if kind == 0xD else first, at


def _behind_name(value: bytes, at: int) -> int:
    """Offset behind the GUID and the name or number of a named property."""
    if at + 24 > len(value):
        return len(value)
    if struct.unpack_from("<I", value, at + 16)[0] == 0:
        return at + 24
    length = int(struct.unpack_from("<I", value, at + 20)[0])
    return at + 24 + length + (-length % 4)


def _string(value: bytes) -> str:
    return charsets.decode(value.rstrip(b"\x00"), None)[0].strip()
