"""Segments of EDI interchanges, cut by the separators the file really uses."""

import re
from dataclasses import dataclass

MAX_SEGMENTS = 200_000


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its tag and elements; ``number`` counts from 1 in the file.

    An element of EDIFACT or TRADACOMS is its components joined again by "\\x1f"; ``part`` takes them apart.
    """

    tag: str
    elements: tuple[str, ...]
    number: int

    def get(self, at: int) -> str:
        """Element ``at`` (1 is the first behind the tag), "" where the segment is shorter."""
        return self.elements[at - 1].strip() if 0 < at <= len(self.elements) else ""

    def part(self, at: int, component: int = 1) -> str:
        """Component (from 1) of element ``at``."""
        parts = self.get(at).split("\x1f")
        return parts[component - 1].strip() if component <= len(parts) else ""


def x12_segments(text: str) -> list[Segment]:
    """ANSI X12: the element separator follows the first tag, the terminator precedes the second segment."""
    text = text.lstrip("\ufeff \t\r\n")
    found = re.search(r"(?:^|[^A-Za-z0-9])(?:ISA|GS|ST)([^A-Za-z0-9\s])", text[:4000]) or re.search(
        r"[A-Z0-9]{2,3}([*~|^+])", text[:200]
    )
    if found is None:
        return []
    mark = found.group(1)
    segments = []
    for number, raw in enumerate(text.split(_terminator(text, mark))[:MAX_SEGMENTS], 1):
        fields = raw.strip().split(mark)
        if fields and re.fullmatch(r"[A-Z][A-Z0-9]{1,2}", fields[0].strip()):
            segments.append(Segment(fields[0].strip(), tuple(f.strip() for f in fields[1:]), number))
    return segments


def _terminator(text: str, mark: str) -> str:
    """What stands before a tag that always begins a segment; a line end where only that does."""
    quoted = re.escape(mark)
    for tag in ("ST", "BEG", "BCH", "BAK", "BIG", "PO1", "N1", "GS"):
        match = re.search(rf"([^A-Za-z0-9\s]?)(\s*){tag}{quoted}", text)
        if match and match.start() > 0:
            if match.group(1) and match.group(1) != mark:
                return match.group(1)
            if match.group(2):
                return "\n"
    return "~" if mark != "~" else "\n"


def edifact_segments(text: str) -> list[Segment]:
    """EDIFACT (ISO 9735): separators from UNA or the defaults, the release character honoured."""
    text = text.lstrip("\ufeff \t\r\n")
    component, element, release, terminator = ":", "+", "?", "'"
    if text.startswith("UNA") and len(text) >= 9:
        component, element, release, terminator = text[3], text[4], text[6], text[8]
        text = text[9:]
        if release == " ":
            release = ""
    return list(_released(text, component, element, release, terminator))


def tradacoms_segments(text: str) -> list[Segment]:
    """TRADACOMS (BS UN/GTDI): tag and elements parted by "=", elements by "+", components by ":"."""
    return [
        Segment(head, rest.elements if not first else (first, *rest.elements), rest.number)
        for rest in _released(text.lstrip("\ufeff \t\r\n"), ":", "+", "?", "'")
        for head, _, first in [rest.tag.partition("=")]
    ]


def _released(text: str, component: str, element: str, release: str, terminator: str) -> list[Segment]:
    segments: list[Segment] = []
    fields: list[str] = []
    current: list[str] = []
    at, size, number = 0, len(text), 0
    special = {component, element, terminator} | ({release} if release else set())
    stops = re.compile("[" + re.escape("".join(special)) + "]")
    while at < size and number < MAX_SEGMENTS:
        match = stops.search(text, at)
        end = match.start() if match else size
        current.append(text[at:end])
        if match is None:
            break
        char, at = match.group(0), match.end()
        if char == release and release:
            current.append(text[at : at + 1])
            at += 1
        elif char == component:
            current.append("\x1f")
        else:
            fields.append("".join(current))
            current = []
            if char == terminator:
                number += 1
                _close(segments, fields, number)
                fields = []
    fields.append("".join(current))
    _close(segments, fields, number + 1)
    return segments


def _close(segments: list[Segment], fields: list[str], number: int) -> None:
    tag = fields[0].strip("\r\n\t \x1f") if fields else ""
    if tag:
        segments.append(Segment(tag, tuple(fields[1:]), number))
