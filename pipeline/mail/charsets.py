"""Charset labels as mails carry them, and bytes to text under a label that may lie.

Only charsets of an allow-list are decoded (Python also registers hex, bz2, rot13 and the like under codec names).
A label means what senders mean by it, the superset: gb2312 is GB 18030, iso-8859-1 is Windows-1252, as in the
WHATWG Encoding Standard, 4.2.
"""

import codecs
import re
from collections.abc import Callable
from typing import Final

SUPERSETS: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
}
_PLAIN = """
    utf-8 utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be
    iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15
    iso8859-16 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437 cp850 cp852 cp855 cp862 cp865 cp866
    cp874 koi8-r koi8-u kz1048 ptcp154 mac-roman mac-cyrillic mac-greek mac-latin2 mac-turkish gb18030 hz big5hkscs
    cp932 cp950 euc_jp euc_jis_2004 shift_jis_2004 shift_jisx0213 iso2022_jp_2 iso2022_jp_3 iso2022_jp_2004
    iso2022_jp_ext cp949 johab iso2022_kr"""
PLAIN: Final = frozenset(_PLAIN.split())
NICKNAMES: Final = {
    "unicode": "utf-16",
    "utf8mb4": "utf-8",
    "utf": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "iso-gb2312": "gb18030",
    "gb2312-80": "gb18030",
    "chinesebig5": "big5hkscs",
    "sjis": "cp932",
    "ms_kanji": "cp932",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "windows-949": "cp949",
    "windows-936": "gb18030",
    "windows-950": "cp950",
    "windows-932": "cp932",
    "latin-9": "iso8859-15",
    "macintosh": "mac-roman",
    "mac": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "ansi": "cp1252",
    "ibm-852": "cp852",
    "latin-1": "cp1252",
    "win-1250": "cp1250",
    "win-1251": "cp1251",
    "win-1252": "cp1252",
    "win1250": "cp1250",
    "win1251": "cp1251",
    "win1252": "cp1252",
}
LATIN: Final = frozenset({"cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp1254", "mac-roman"})
REPLACEMENT: Final = "\ufffd"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ISO_2022_JP = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b$(D")
# Lead bytes of kana, Hangul syllables and first-level characters (JIS X 0208, GB 2312, KS X 1001, Big5).
_EVERYDAY: Final[dict[str, Callable[[int], bool]]] = {
    "cp932": lambda lead: lead in (0x81, 0x82, 0x83) or 0x88 <= lead <= 0x97,
    "gb18030": lambda lead: lead == 0xA3 or 0xB0 <= lead <= 0xD7,
    "euc_jp": lambda lead: lead in (0xA1, 0xA4, 0xA5) or 0xB0 <= lead <= 0xCF,
    "cp949": lambda lead: 0xB0 <= lead <= 0xC8,
    "big5hkscs": lambda lead: lead == 0xA1 or 0xA4 <= lead <= 0xC6,
}
# The letters of which most words are made where the alphabet is not Latin, and where each charset keeps it.
_COMMON: Final = {
    "cp1251": "оеаинтсрвлкмдпуягзбыь",
    "koi8-r": "оеаинтсрвлкмдпуягзбыь",
    "iso8859-5": "оеаинтсрвлкмдпуягзбыь",
    "cp866": "оеаинтсрвлкмдпуягзбыь",
    "cp1253": "αοιετνσρηπκμλυςάίόέγδ",
    "cp1255": "יוהלארתבמשנכפדעקחםן",
}
_SURE: Final = 0.7
_PARTED = re.compile(rb"[\x80-\xff] [\x80-\xff]")
# Else each is in a Latin word behind a letter of ASCII: "COTA\xc7\xc3O".
_APART = re.compile(rb"[\x80-\xff]{4}|(?<![A-Za-z\x80-\xff])[\x80-\xff]")
_HANGUL_MOST: Final = 6  # characters that Chinese text is most unlikely to take from the rows of Hangul alone


def decode(data: bytes, label: str | None, hint: str | None = None) -> tuple[str, bool]:
    """Text of ``data`` and whether it was read exactly as labelled.

    ``hint`` is a charset to try where the label is missing or unknown. What cannot be read becomes U+FFFD. NUL, lone
    surrogates and non-characters are dropped, since no database and no JSON reader takes them all.
    """
    codec = codec_of(label)
    text, exact = _decode(data, codec, codec_of(hint))
    return storable(text), exact and (codec is not None or not label)


def storable(text: str) -> str:
    """``text`` without NUL, lone surrogates and non-characters."""
    return _UNSTORABLE.sub("", text)


def codec_of(label: str | None) -> str | None:
    """The allowed Python codec that a charset label means, None where it is missing, unknown or not a charset."""
    if not label:
        return None
    name = label.strip().strip("\"'").split("\x00")[0].lower()
    if not name or len(name) > 40 or not name.isascii():
        return None
    spellings = (name.removeprefix("x-"), name.removeprefix("cs"), name.replace("_", "-"), name.replace("cp-", "cp", 1))
    for candidate in (name, *spellings, "iso-" + name):
        codec = NICKNAMES.get(candidate) or _allowed(candidate)
        if codec:
            return codec
    return None


def _allowed(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    found = SUPERSETS.get(found, found)
    return found if found in PLAIN else None


def _decode(data: bytes, codec: str | None, hint: str | None) -> tuple[str, bool]:
    if data.isascii() and codec in (None, *LATIN) and b"\x1b" not in data:
        return data.decode("ascii"), True
    if codec in (None, *LATIN):
        return _decode_unlabelled(data, codec, hint)
    assert codec is not None
    try:
        return data.decode(codec), True
    except UnicodeError:
        pass
    try:
        return data.decode("utf-8"), False
    except UnicodeError:
        return data.decode(_relabelled(data, codec), "replace"), False


def _relabelled(data: bytes, codec: str) -> str:
    """Senders put Shift-JIS under an ISO-2022-JP label, and their own charset under UTF-8: where the octets prove one,
    it is read. Other labels that are known are not second-guessed."""
    likely = guess(data)
    doubtful = codec.startswith("iso2022") or (codec == "utf-8" and not _mostly_utf8(data))
    return likely if likely and doubtful else codec


def _decode_unlabelled(data: bytes, codec: str | None, hint: str | None) -> tuple[str, bool]:
    """Bytes under no label, or under a Latin one, which senders put on anything."""
    if any(escape in data for escape in _ISO_2022_JP):
        return data.decode("iso2022_jp_ext", "replace"), codec is None
    try:
        return data.decode("utf-8"), codec is None
    except UnicodeError:
        pass
    if codec:
        return _single_byte(data, codec), True
    for likely in (hint, guess(data)):
        if likely and likely != "utf-8":
            try:
                return data.decode(likely), False
            except UnicodeError:
                continue
    return data.decode("utf-8", "replace") if _mostly_utf8(data) else _single_byte(data, "cp1252"), False


def decode_field(data: bytes, hint: str | None = None) -> str:
    """Text of a header field, which has no label of its own.

    Octets above ASCII are read where their shape proves a charset, or under ``hint``, which something in the mail
    names. A single-byte charset that nobody names is not guessed: they become U+FFFD, not another alphabet's letters.
    """
    if data.isascii() or codec_of(hint) or guess(data):
        return decode(data, None, hint)[0]
    return storable(data.decode("utf-8", "replace"))


def _mostly_utf8(data: bytes) -> bool:
    """Whether most of what is not ASCII in the first 64 KiB is well-formed UTF-8."""
    text = data[:65_536].decode("utf-8", "replace")
    return text.count(REPLACEMENT) * 2 < len(text) - len(text.encode("ascii", "ignore"))


def _single_byte(data: bytes, codec: str) -> str:
    text = data.decode(codec, "replace")
    return data.decode("latin-1") if REPLACEMENT in text and codec == "cp1252" else text


def guess(data: bytes) -> str | None:
    """The charset that reads the first 4 KiB of ``data`` without error and best as everyday characters, where it is
    East Asian or one for an alphabet in which hardly a letter is ASCII."""
    sample = data[:4096]
    high = sum(1 for byte in sample if byte > 0x7F)
    if high < 4 or not _APART.search(sample):
        return None
    scores = {codec: _everyday(sample, codec) for codec in _EVERYDAY}
    codec = max(scores, key=lambda name: scores[name])
    if scores["cp949"] == scores[codec] == 1.0 and high >= 2 * _HANGUL_MOST and _PARTED.search(sample):
        return "cp949"  # its rows lie within those of GB 2312, and Chinese parts no words
    if scores[codec] >= _SURE:
        return codec
    letters = sum(1 for byte in sample if chr(byte).isascii() and chr(byte).isalpha())
    return _alphabet(sample) if high >= 8 and high > letters else None


def _alphabet(sample: bytes) -> str | None:
    """The single-byte charset under which nearly all that is not ASCII are common letters."""
    scores = {codec: _common(sample.decode(codec, "replace"), letters) for codec, letters in _COMMON.items()}
    codec = max(scores, key=lambda name: scores[name])
    return codec if scores[codec] >= _SURE else None


def _common(text: str, letters: str) -> float:
    wide = [char for char in (text.lower() if text.isupper() else text) if char > "\x7f"]
    return sum(1 for char in wide if char in letters) / len(wide)


def _everyday(sample: bytes, codec: str) -> float:
    """Share of the wide characters whose lead byte lies where ``codec`` keeps kana and its most used characters."""
    try:
        text = codecs.getincrementaldecoder(codec)().decode(sample)
    except UnicodeError:
        return 0.0
    wide = [char.encode(codec) for char in text if char > "\x7f"]
    if not wide:
        return 0.0
    return sum(1 for octets in wide if len(octets) == 2 and _EVERYDAY[codec](octets[0])) / len(wide)
