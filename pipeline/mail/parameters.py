"""Parameters of Content-Type and Content-Disposition (RFC 2045, 5.1; RFC 2231), as senders really write them."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from pipeline.mail import charsets, words

MOST = 200  # parameters read of one field
LONGEST_NAME = 255
CURLY: Final = "“”„‟"

_NAMED = re.compile(r"[A-Za-z][\w*-]{0,40}\s{0,8}=")
_EXTENDED = re.compile(r"([A-Za-z][\w-]{1,30})'[A-Za-z-]{0,20}'(?=\S)")


def parse(value: str, hint: str | None = None) -> tuple[str, dict[str, str]]:
    """The main value in lower case and the parameters by lower-case name; of two with one name the first counts."""
    pieces = _split(value)
    pieces[:1] = _parted(pieces[0])
    main = pieces[0].strip().strip('"').lower() if pieces else ""
    raw: dict[str, str] = {}
    for piece in pieces[1 : MOST + 1]:
        name, equals, text = piece.partition("=")
        if equals:
            raw.setdefault(name.strip().lower(), _unquote(text.strip()))
    return main.split(" ")[0] if "/" in main else main, _joined(raw, hint)


def _parted(first: str) -> list[str]:
    """The main value and the first parameter, where the semicolon between them is missing or a comma stands there."""
    text = first.strip()
    end = next((at for at, char in enumerate(text[:MOST]) if char in " \t\r\n,"), 0)
    rest = text[end:].lstrip(" \t\r\n,")
    return [text[:end].rstrip(), rest] if end and _NAMED.match(rest) else [first]


def _split(value: str) -> list[str]:
    """Cut at semicolons outside quotes; a quote that never closes ends with its line, as a lost quote would."""
    pieces: list[str] = []
    start, at, quoted = 0, 0, False
    while at < len(value) and len(pieces) <= MOST:
        char = value[at]
        if quoted and char == "\\":
            at += 1
        elif char == '"' and (quoted or value[start:at].rstrip(" \t\r\n").endswith("=")):
            quoted = not quoted
        elif char == ";" and not quoted:
            pieces.append(value[start:at])
            start = at + 1
        at += 1
    pieces.append(value[start:])
    return pieces


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        if text[:1] in CURLY:
            return text.strip(CURLY)
        bare = text.removesuffix('"') if text.count('"') == 1 else text
        return bare.strip("\"'") if bare.startswith("'") and bare.endswith("'") and len(bare) > 1 else bare
    if text.startswith('""') and text.strip('"'):
        return text.strip('"')
    out, at = [], 1
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and at + 1 < len(text):
            at += 1  # a quoted-pair (RFC 5322, 3.2.1), though Windows paths are written this way by mistake
        out.append(text[at])
        at += 1
    return "".join(out)


def _joined(raw: dict[str, str], hint: str | None) -> dict[str, str]:
    """Continuations put together and percent-encoding undone (RFC 2231, 3 and 4); a plain spelling loses to them."""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, text in raw.items():
        base, star, rest = name.partition("*")
        index, encoded = rest.rstrip("*"), rest.endswith("*") or (bool(star) and not rest)
        if not star:
            plain[base] = words.decode(text, hint) if "=?" in text else _unstarred(text)
        elif not index:
            sections.setdefault(base, {})[0] = (text, True)
        elif index.isascii() and index.isdigit() and len(index) <= 3:
            sections.setdefault(base, {}).setdefault(int(index), (text, encoded))
    return plain | {base: _continued(parts, hint) for base, parts in sections.items()}


def _unstarred(text: str) -> str:
    """A value in the spelling of RFC 2231 whose name lacks the asterisk that announces it."""
    found = _EXTENDED.match(text)
    if found is None or "%" not in text or not charsets.codec_of(found.group(1)):
        return text
    return charsets.decode(unquote_to_bytes(text[found.end() :]), found.group(1))[0]


def _continued(parts: dict[int, tuple[str, bool]], hint: str | None) -> str:
    label, data, begin = None, b"", min(parts)
    for position, index in enumerate(sorted(parts)):
        if begin > 1 or index != position + begin:
            break  # a gap: what follows belongs to nobody knows where
        text, encoded = parts[index]
        if position == 0 and encoded and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogateescape")
    text = charsets.decode(data, label or None, hint)[0]
    return words.decode(text, hint) if "=?" in text else text
