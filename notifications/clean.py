"""What a value that came from outside must become before a letter may repeat it.

A letter leaves under our name, so a stranger's words in it are a tool for phishing: values are single lines, short,
without links and without invisible characters. Everything here is linear in the length of the text.
"""

import re
import unicodedata

SHORT = 80  # characters of free text an automatic letter repeats
LONGEST = 4000  # characters looked at; a longer value is cut first
MOST_LINES = 60  # lines of a multi-line value

_KEPT_FORMATS = {0x200C, 0x200D}  # joiners that Persian, Hindi and emoji need
_DOTS = ".\u3002\uff0e\uff61"  # what browsers take for a dot in a host name (UTS 46, 4.5)
_SCHEME = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:/{1,3}|mailto:|javascript:|data:|tel:|www[.\u3002\uff0e\uff61])\S*", re.I
)
_ADDRESS = re.compile(r"(?<!\S)[^\s@]{1,80}@(?=[^\s@]*[^\W\d_])[^\s@]{1,80}(?!\S)")
_HOST_DOT = re.compile(rf"(?<=[^\W_])[{_DOTS}](?=[^\W\d_]{{2}})")
_HARMLESS = re.compile(r"(?:[ -\-/0-9;-?A-Z\[-~]++|(?<![wW])\.(?=[\d ]|\Z))*+")
"""ASCII without what makes a link: colons, at signs, dots before anything but a digit or the end of a sentence."""
_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029\t]+")
_SPACES = re.compile(r"[^\S\n]{2,}")


def clean(value: object, limit: int = SHORT) -> str:
    """One line of at most ``limit`` characters, without links, control or invisible characters."""
    if value == "":
        return ""
    if type(value) is str and len(value) <= limit and _HARMLESS.fullmatch(value):
        return value.strip()  # most values are: the long road would change nothing
    return shorten(unlink(printable(value)), limit)


def clean_lines(value: object, limit: int = SHORT, lines: int = MOST_LINES) -> str:
    """As `clean`, for each line of a multi-line value; at most ``lines`` lines, joined by a newline."""
    text = str(value)[: limit * lines * 4]
    kept = [clean(line, limit) for line in text.splitlines()[:lines]]
    return "\n".join(kept).strip("\n")


def printable(value: object, most: int = LONGEST) -> str:
    """One line of text: line ends and tabs become spaces; control, format and surrogate characters go."""
    text = str(value)[:most]
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _BREAKS.sub(" ", text)
    return _SPACES.sub(" ", "".join(filter(_visible, text))).strip()


def printable_lines(value: object, most: int = 64 * 1024) -> str:
    """As `printable`, keeping line ends (as "\\n"): for words a colleague wrote."""
    lines = str(value)[:most].splitlines()
    return "\n".join("".join(filter(_visible, line.replace("\t", "    "))).rstrip() for line in lines).strip("\n")


def unlink(text: str) -> str:
    """Take away what a mail client would turn into a link: URLs, mail addresses and host names.

    >>> unlink("see https://evil.example/x or evil.example")
    'see [link removed] or evil . example'
    """
    if not any(sign in text for sign in f"{_DOTS}:@"):
        return text
    text = _SCHEME.sub("[link removed]", text)
    text = _ADDRESS.sub("[address removed]", text)
    return _HOST_DOT.sub(" . ", text)


def shorten(text: str, limit: int) -> str:
    """Cut at ``limit`` characters; an ellipsis shows that something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _visible(char: str) -> bool:
    if char.isprintable() or char == " ":
        return True
    category = unicodedata.category(char)
    return category == "Zs" or ord(char) in _KEPT_FORMATS
