"""The ways in which mails and texts write one address, so that whoever has to go is found however they were written."""

import binascii
import re
import unicodedata
from collections.abc import Iterable

import idna

OVERLAP = 8192
"""Bytes of a piece that are looked at again with the next one: more than any spelling of an address takes."""

_ESCAPE = r"(?<=%[0-9a-f][0-9a-f])|(?<=\\[nrt])|(?<=\\u00[0-9a-f][0-9a-f])"  # %3C, \n, \u003c
_AFTER = r"(?![a-z0-9_\-]|\.[a-z0-9])"
_AT = r"\s{0,3}(?:@|%40|=40|&#0{0,5}64;|&#x0{0,5}40;|&commat;)\s{0,3}"

_ENCODED_WORD = re.compile(rb"=\?[^?\s]{1,80}\?([bq])\?([^?\s]{0,2000})\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(rb"\?=[ \t\r\n]{1,80}=\?")
_BASE64 = re.compile(rb"^(?:[A-Za-z0-9+/]++={0,2}[ \t]*+(?:\r?\n|\Z))++", re.MULTILINE)
_BLANKS = b" \t\r\n="


class Spellings:
    """Of one canonical address (lower-case, domain in A-label form): upper or lower case, its domain in letters (RFC
    5890), quoted or with blanks around the "@", with the "@" as an HTML entity or percent-encoded, and inside the
    return paths of mailing lists ("bounce+ann=birch.example@...") and forwarders (SRS).

    Another address that only ends or begins alike (joann@..., ann@....org) is another one.
    """

    def __init__(self, address: str) -> None:
        local, _, domain = address.rpartition("@")
        locals_, domains = _forms(local), _forms(domain) | _forms(_in_letters(domain))
        self.address = address
        self.words = (_plainest([local]), _plainest([domain, _in_letters(domain)]))
        self._text = re.compile(_pattern(map(re.escape, locals_), map(re.escape, domains), r"\w"), re.IGNORECASE)
        raw = _pattern(map(_escaped, _encoded(locals_)), map(_escaped, _encoded(domains)), "a-z0-9_")
        self.raw = re.compile(raw.encode("latin-1"), re.IGNORECASE)
        self._first = tuple(word.encode() for word in self.words)

    def in_text(self, text: str) -> bool:
        return self._text.search(text) is not None

    def replaced(self, text: str, by: str) -> str:
        return self._text.sub(lambda _: by, text)

    def in_bytes(self, data: bytes) -> bool:
        """As they stand: see `Search` for what mails do to text."""
        low = data.lower()
        return all(word in low for word in self._first) and self.raw.search(data) is not None


def _pattern(locals_: Iterable[str], domains: Iterable[str], letters: str) -> str:
    local, domain = "|".join(sorted(locals_)), "|".join(sorted(domains))
    plain = rf"(?:(?<![{letters}.+\-])|{_ESCAPE})(?:{local}|\"(?:{local})\"){_AT}(?:{domain}){_AFTER}"
    return rf"{plain}|(?<![a-z0-9])(?:{local})=(?:{domain})(?=@)|(?<==)(?:{domain})=(?:{local})(?=@)"


def _forms(text: str) -> set[str]:
    """Composed and with accents apart."""
    return {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}


def _in_letters(domain: str) -> str:
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain


def _encoded(texts: Iterable[str]) -> set[bytes]:
    """As bytes; where they are not ASCII, in both cases and both common charsets."""
    found = set()
    for text in texts:
        for cased in {text, text.upper()}:
            found |= {cased.encode(), cased.encode("latin-1", "replace")} if not cased.isascii() else {cased.encode()}
    return {spelling for spelling in found if b"?" not in spelling} or {text.encode() for text in texts}


def _escaped(spelling: bytes) -> str:
    return re.escape(spelling).decode("latin-1")


def _plainest(forms: list[str]) -> str:
    """The longest run of plain characters that stands in each of the forms, "" where there is none."""
    runs = [run for kept in ("a-z0-9.-", "a-z0-9-") for run in re.findall(f"[{kept}]+", forms[0])]
    return max((run for run in runs if all(run in form for form in forms)), key=len, default="")


class Search:
    """Whether a mail whose bytes come in pieces names an address, in its headers or in a text of it.

    Quoted-printable, base64, encoded words (RFC 2047) and UTF-16 are read; what is packed (ZIP, PDF) is not. Time is
    linear in the bytes, memory a few pieces.
    """

    def __init__(self, spellings: Spellings) -> None:
        self.found = False
        self._spellings = spellings
        self._rest = b""
        self._phase = 0  # of four characters of base64, how many stand before the rest
        self._printable = self._base64 = False

    def feed(self, piece: bytes) -> bool:
        """Look at the next piece; whether the address was found so far."""
        if not self.found:
            window = self._rest + piece
            self.found = self._look(window)
            self._rest = window[-OVERLAP:]
        return self.found

    def _look(self, window: bytes) -> bool:
        named, low = self._named, window.lower()
        self._printable = self._printable or b"quoted-printable" in low
        self._base64 = self._base64 or b"base64" in low
        if named(window):
            return True
        words = b"=?" in window
        if (words or self._printable) and named(binascii.a2b_qp(_unworded(window) if words else window)):
            return True
        return self._base64 and self._in_base64(window)

    def _named(self, data: bytes) -> bool:
        found = self._spellings.in_bytes(data)
        return found or (b"\0" in data and self._spellings.in_bytes(data.replace(b"\0", b"")))

    def _in_base64(self, window: bytes) -> bool:
        """One run of lines after the other; one that goes on in the next piece is read on where its fours begin."""
        cut, next_phase = max(0, len(window) - OVERLAP), 0
        found = False
        for run in _BASE64.finditer(window):
            begun = self._phase if run.start() == 0 and self._rest else 0
            text = window[run.start() : run.end()].translate(None, _BLANKS)
            found = found or self._named(_decoded(text[-begun % 4 :]))
            if run.start() < cut < run.end():
                next_phase = (begun + len(window[run.start() : cut].translate(None, _BLANKS))) % 4
        self._phase = next_phase
        return found


def _decoded(text: bytes) -> bytes:
    return binascii.a2b_base64(text[: len(text) // 4 * 4] + _end(text[len(text) // 4 * 4 :]))


def _end(left: bytes) -> bytes:
    return left + b"=" * (4 - len(left)) if len(left) > 1 else b""


def _unworded(data: bytes) -> bytes:
    """Encoded words as what they mean, the blanks between two of them gone (RFC 2047, 6.2)."""
    return _ENCODED_WORD.sub(_meant, _BETWEEN_WORDS.sub(b"?==?", data))


def _meant(word: "re.Match[bytes]") -> bytes:
    text = word[2]
    if word[1].lower() == b"q":
        return text.replace(b"_", b" ")  # its =XX are decoded with all others
    return _decoded(re.sub(rb"[^A-Za-z0-9+/]", b"", text)).replace(b"=", b"=3D")
