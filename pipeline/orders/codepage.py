"""Text files without a label in one of the code pages that offices still write: the one their letters make sense in."""

import re

from pipeline.mail.charsets import guess

SAMPLE = 64 * 1024
_CYRILLIC = re.compile(rb"[\xc0-\xff\xa8\xb8]{3,}")
_POUNDS = re.compile(rb"\xa3\s?\d")  # "£8" in 1252; in 1250 it is a letter, which stands before no figure
_CENTRAL = frozenset("ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČĎĚŇŘŠŤŮŽőűŐŰ")
_WESTERN = frozenset("àâäãåæçèéêëìíîïñòóôöõøùúûüýßœÀÂÄÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØÙÚÛÜ°²³µ€–’“”«»º·§")


def decode(data: bytes) -> str:
    """Windows-1251 where whole words are Cyrillic, East Asian ones where they fit, else 1250 or 1252 by letters."""
    sample = data[:SAMPLE]
    high = sum(byte > 0x7F for byte in sample)
    if high and sum(map(len, _CYRILLIC.findall(sample))) * 2 > high and _cased(sample):
        return data.decode("cp1251", "replace")
    east = guess(data)
    if east:
        return data.decode(east, "replace")
    central, western = sample.decode("cp1250", "replace"), sample.decode("cp1252", "replace")
    pounds = len(_POUNDS.findall(sample))
    if _fitting(central, _CENTRAL | _WESTERN) - 2 * pounds > _fitting(western, _WESTERN):
        return data.decode("cp1250", "replace")
    return data.decode("cp1252", "replace")


def _cased(sample: bytes) -> bool:
    """Whether most Cyrillic words are lower case behind their first letter, or all upper: not so in other pages."""
    words: list[str] = [word.decode("cp1251") for word in _CYRILLIC.findall(sample)[:200]]
    return sum(word[1:].islower() or word.isupper() for word in words) * 10 >= 9 * len(words)


def _fitting(text: str, letters: frozenset[str]) -> int:
    return sum(1 if c in letters else -1 for c in text if c > "\x7f" and c != "\xa0")
