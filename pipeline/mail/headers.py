"""The header block of a mail or a part: cut in linear time, within caps, mended where senders break it."""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.mail import charsets, words

Pairs = list[tuple[bytes, bytes]]  # lower-case name, and the octets after the colon without blanks around them
Cut = tuple[Pairs, int, bool, bool]  # the fields; then as in `Header`: body, too_big, mended

MOST_FIELDS: Final = 1000
MOST_BYTES: Final = 256 * 1024

_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:([^\n]*\n(?:[ \t][^\n]*\n)*)")
_END = re.compile(rb"\r*\n")
_KNOWN: Final = frozenset(
    b"""from to cc bcc subject date received message-id return-path mime-version content-type reply-to sender
    delivered-to content-transfer-encoding content-disposition in-reply-to references x-mailer envelope-to resent-from
    x-original-to apparently-to content-description content-id list-id auto-submitted dkim-signature""".split()
)
_BLANK = re.compile(rb"[\r\n]*")
_FOLD = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: lower-case name, and the octets after the colon, still folded."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A header block. ``body`` is the offset of the first octet after it; ``too_big`` says that a cap was met,
    ``mended`` that lines were found in it that are no field."""

    fields: tuple[Field, ...]
    body: int
    too_big: bool = False
    mended: bool = False

    def all(self, name: str) -> list[bytes]:
        return [field.value for field in self.fields if field.name == name]

    def first(self, name: str) -> bytes | None:
        return next((field.value for field in self.fields if field.name == name), None)


def unfolded(value: bytes, hint: str | None = None) -> str:
    """One line of text; encoded words stay as they are, raw 8-bit octets are read as ``charsets.decode_field`` says."""
    return _FOLD.sub(" ", charsets.decode_field(value, hint)).strip()


def clean(text: str, longest: int = 998) -> str:
    """``text`` as one line that can go into a log, a page or another header: no control character, no line end."""
    return _CONTROL.sub(" ", text).strip()[:longest]


def display(value: bytes | None, hint: str | None = None) -> str:
    """An unstructured field as a person reads it."""
    return clean(words.decode(unfolded(value, hint), hint)) if value else ""


def parse(raw: bytes, start: int, end: int, top: bool = False) -> Header:
    """The header block of ``raw[start:end]``.

    For the ``top`` of a mail, blank lines, an mbox ``From `` line and junk before the first field are skipped, and
    where there is no field at all everything is body. A line that is no field and no continuation is taken as a
    continuation whose blank got lost, when a field follows it; else the header ends there. A delimiter is never one.
    """
    fields, body, too_big, mended = cut(raw, start, end, top)
    made = tuple(Field(name.decode("ascii"), value) for name, value in fields)
    return Header(made, body, too_big, mended)


def cut(raw: bytes, start: int, end: int, top: bool = False) -> Cut:
    """The same as plain pairs of name and value, for whoever reads no more of it."""
    if top:
        found = _first_field(raw, start, end)
        if found is None:
            return [], start, False, False
        start = found
    limit = min(end, start + MOST_BYTES + 1)
    return _cut_whole(raw, start, limit) or _cut(raw, start, limit, end)


def _cut_whole(raw: bytes, start: int, limit: int) -> Cut | None:
    """A header of which every line is as it should be, which most are; None for any other."""
    fields: Pairs = []
    at = start
    while match := _FIELD.match(raw, at, limit):
        name, value = match.groups()
        fields.append((name.lower(), value.strip(b" \t\r\n")))
        at = match.end()
    end = _END.match(raw, at, limit)
    if end is None or len(fields) > MOST_FIELDS:
        return None
    return fields, end.end(), False, False


def _cut(raw: bytes, start: int, limit: int, end: int) -> Cut:
    fields: list[tuple[bytes, list[bytes]]] = []
    at, mended = start, False
    while at < limit:
        stop = raw.find(b"\n", at, limit)
        line_end = stop + 1 if stop >= 0 else limit
        line = raw[at:line_end]
        if not line.strip(b"\r\n"):
            return _header(fields, line_end, False, mended)
        match = _NAME.match(line)
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line)
        elif match:
            if len(fields) == MOST_FIELDS:
                return _header(fields, _end_of_block(raw, at, end), True, mended)
            fields.append((match.group(1).lower(), [line[match.end() :]]))
        elif fields and line[:2] != b"--" and _field_follows(raw, line_end, limit):
            mended = True
            fields[-1][1].append(b" " + line)
        else:
            return _header(fields, at, False, True)
        at = line_end
    return _header(fields, _end_of_block(raw, at, end), limit < end, mended)


def _header(fields: list[tuple[bytes, list[bytes]]], body: int, too_big: bool, mended: bool) -> Cut:
    return [(name, b"".join(lines).strip(b" \t\r\n")) for name, lines in fields], body, too_big, mended


def _end_of_block(raw: bytes, at: int, end: int) -> int:
    """Offset behind the first blank line at or after ``at``."""
    found = [(place, len(mark)) for mark in (b"\n\r\n", b"\n\n") if (place := raw.find(mark, max(at - 1, 0), end)) >= 0]
    return min(place + size for place, size in found) if found else end


def _field_follows(raw: bytes, at: int, limit: int) -> bool:
    """Whether a well-known field stands in the next eight lines, before any blank one."""
    for _ in range(8):
        stop = raw.find(b"\n", at, limit)
        if stop < 0 or not raw[at:stop].strip():
            return False
        match = _NAME.match(raw, at, min(stop, at + 200))
        if match and match.group(1).lower() in _KNOWN:
            return True
        at = stop + 1
    return False


def _first_field(raw: bytes, start: int, end: int) -> int | None:
    """Where the header begins: behind blank lines and up to twenty lines of junk; None where there is no header."""
    blank = _BLANK.match(raw, start, end)
    at = blank.end() if blank else start
    for _ in range(20):
        if _NAME.match(raw, at, min(end, at + 200)) and _is_header(raw, at, end):
            return at
        stop = raw.find(b"\n", at, min(end, at + 2000))
        if stop < 0:
            break
        at = stop + 1
    return None


def _is_header(raw: bytes, at: int, end: int) -> bool:
    """Whether a well-known field stands in the block of fields that begins at ``at``, so that it is no prose."""
    for _ in range(100):
        match = _NAME.match(raw, at, min(end, at + 200))
        if match and (match.group(1).lower() in _KNOWN or match.group(1)[:2].lower() == b"x-"):
            return True
        stop = raw.find(b"\n", at, end)
        if stop < 0 or not (match or raw[at : at + 1] in (b" ", b"\t")):
            return False
        at = stop + 1
    return False
