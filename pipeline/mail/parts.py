"""The MIME tree (RFC 2046): offsets into the raw octets, cut top down in linear time and never recursively."""

import re
from dataclasses import dataclass, field
from typing import Final

from pipeline.mail import headers, parameters
from pipeline.mail.headers import Header

DEEPEST: Final = 20
MOST_PARTS: Final = 1000
MOST_PREAMBLE: Final = 64 * 1024  # octets in which the first delimiter is looked for where the header names no other
MOST_OTHERS: Final = 10_000  # lines that begin like our delimiter and are another's

_DELIMITER = re.compile(
    rb"(?<![^\r\n])--([!-~](?:[ -~]{0,68}[!-~])?)[ \t]{0,9}\r?\n(?=content-[a-z-]{4,30}:)", re.IGNORECASE
)


@dataclass(slots=True)
class Part:
    """One entity. ``path`` is its place ("1", "2.1"; "" for the mail itself), ``start`` and ``end`` the octets of its
    body. ``type`` is "maintype/subtype" in lower case, "text/plain" where none is given or it is no type."""

    path: str
    header: Header
    start: int
    end: int
    type: str
    params: dict[str, str]
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)
    parent: "Part | None" = None
    children: list["Part"] = field(default_factory=list)
    closed: bool = True  # False for a multipart whose closing delimiter is missing

    @property
    def depth(self) -> int:
        return self.path.count(".") + 1 if self.path else 0

    @property
    def name(self) -> str:
        """The file name as given, "" where none is."""
        return self.disposition_params.get("filename") or self.params.get("name") or ""

    def text(self, name: str) -> str:
        """An unstructured header of this part."""
        return headers.display(self.header.first(name))


@dataclass(slots=True)
class Tree:
    """All parts in the order of the mail, the mail itself first; ``defects`` are stable codes."""

    parts: list[Part]
    defects: list[str]

    @property
    def root(self) -> Part:
        return self.parts[0]


def cut(raw: bytes, header: Header) -> Tree:
    """The tree of a mail whose header was read already. At a cap the cutting stops and the defect names the cap."""
    root = _part("", header, len(raw), "text/plain", None)
    tree = Tree([root], [])
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if not part.type.startswith("multipart/"):
            continue
        if part.depth >= DEEPEST:
            tree.defects.append("mime.too_deep")
            break
        part.children = _children(raw, part, tree)
        if len(tree.parts) + len(part.children) > MOST_PARTS:
            tree.defects.append("mime.too_many_parts")
            break
        tree.parts += part.children
        waiting += reversed(part.children)
    tree.parts.sort(key=lambda part: [int(step) for step in part.path.split(".") if step])
    return tree


def _children(raw: bytes, part: Part, tree: Tree) -> list[Part]:
    spans, closed = _spans(raw, part)
    if not spans:
        tree.defects.append("mime.defect")
        part.type = "text/plain"  # no delimiter was found: what is there is text as far as anybody knows
        return []
    part.closed = closed
    if not closed:
        tree.defects.append("mime.defect")
    prefix = f"{part.path}." if part.path else ""
    default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
    made = []
    for number, (start, end) in enumerate(spans[: MOST_PARTS + 1], 1):
        made.append(_part(f"{prefix}{number}", headers.parse(raw, start, end), end, default, part))
    return made


def _part(path: str, header: Header, end: int, default: str, parent: Part | None) -> Part:
    value = header.first("content-type")
    kind, params = parameters.parse(headers.unfolded(value)) if value else ("", {})
    where = header.first("content-disposition")
    told = headers.unfolded(where) if where else ""
    if told.lower().startswith(("filename=", "filename*")):
        told = f"; {told}"  # the word before it is missing
    disposition, more = parameters.parse(told) if told else ("", {})
    return Part(
        path, header, header.body, max(header.body, end), _type(kind, default), params, disposition, more, parent
    )


def _type(kind: str, default: str) -> str:
    """RFC 2045, 5.2: what is no type at all counts as the default; the bare "text" and "html" are what they say."""
    main, slash, sub = kind.partition("/")
    if slash and main and sub:
        return f"{main.strip()}/{sub.strip()}"
    return {"html": "text/html", "multipart": "multipart/mixed", "pdf": "application/pdf"}.get(kind, default)


def _spans(raw: bytes, part: Part) -> tuple[list[tuple[int, int]], bool]:
    """(start, end) of each body part between the delimiters of a multipart, and whether it was closed."""
    told = part.params.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    for boundary in (told, b"'" + told + b"'"):  # quotes of the wrong kind are part of it (RFC 2045, 5.1)
        if told and len(told) <= 1000:
            spans, closed = _spans_between(raw, part, b"--" + boundary)
            if spans:
                return spans, closed
    found = _DELIMITER.search(raw, max(part.start - 2, 0), min(part.end, part.start + MOST_PREAMBLE))
    return _spans_between(raw, part, b"--" + found.group(1)) if found else ([], False)


def _spans_between(raw: bytes, part: Part, mark: bytes) -> tuple[list[tuple[int, int]], bool]:
    spans: list[tuple[int, int]] = []
    at, began, others, shared = part.start, -1, 0, False
    while len(spans) <= MOST_PARTS and others < MOST_OTHERS:
        at = _line_starting(raw, mark, at, part.end)
        if at < 0:
            break
        stop = raw.find(b"\n", at, min(part.end, at + len(mark) + 1000))
        line_end = stop + 1 if stop >= 0 else part.end
        rest = raw[at + len(mark) : line_end].strip()
        if rest and rest != b"--":
            at, others = at + len(mark), others + 1  # another boundary, of which ours is the beginning
            continue
        if began >= 0:
            spans.append((began, _before_line_end(raw, began, at)))
        if rest == b"--":
            shared = shared or _shared(raw, spans, mark)
            if not shared:
                return spans, True
            began, at, others = -1, line_end, others + 1  # the end of an inner multipart; ours may follow
            continue
        began = at = line_end
    if began < 0 and spans:
        return spans, True
    if began < 0 or began >= part.end:
        return spans, False
    glued = raw[max(began, part.end - len(mark) - 10) : part.end].rstrip()
    if glued.endswith(mark + b"--"):  # the line end before the closing delimiter is missing
        spans.append((began, raw.rindex(mark, began, part.end)))
        return spans, True
    spans.append((began, part.end))
    return spans, False


def _shared(raw: bytes, spans: list[tuple[int, int]], mark: bytes) -> bool:
    """Whether a part of these is a multipart that was given the boundary of the one around it."""
    heads = (raw[start : min(end, start + 1000)] for start, end in spans[:10])
    return any(mark[2:] in head and b"boundary=" in head.lower() for head in heads)


def _line_starting(raw: bytes, mark: bytes, at: int, end: int) -> int:
    """Offset of the next line that starts with ``mark``, -1 where there is none."""
    while True:
        at = raw.find(mark, at, end)
        if at <= 0 or raw[at - 1 : at] in (b"\n", b"\r"):
            return at
        at += 1


def _before_line_end(raw: bytes, start: int, at: int) -> int:
    """The line end in front of a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if at > start and raw[at - 1 : at] == b"\n":
        at -= 1
    if at > start and raw[at - 1 : at] == b"\r":
        at -= 1
    return at
