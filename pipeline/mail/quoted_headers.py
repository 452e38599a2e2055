"""The header of a mail as programs copy it into the body of an answer: From, Sent, To, Subject in many languages."""

import re
from typing import Final

from pipeline.mail import phrases

_ROLE: Final = {
    word: role
    for role, words in (
        ("from", phrases.FROM),
        ("date", phrases.DATE),
        ("to", phrases.TO),
        ("cc", phrases.CC),
        ("subject", phrases.SUBJECT),
    )
    for word in words
}
_LINE = re.compile(r"[\s>*_|]{0,12}([^\W\d_][^:：*_<>@]{0,24}?)[\s*_]{0,8}[:：]")
_SEPARATOR = re.compile(
    r"[\s>*_]{0,12}[-—_=]{2,60}[\s\[]{0,3}(?:" + "|".join(map(re.escape, phrases.SEPARATORS)) + r")\b", re.IGNORECASE
)
_FORWARDED = re.compile(r"[\s>*_]{0,12}(?:" + "|".join(map(re.escape, phrases.FORWARDED)) + r")\s?[:：]", re.IGNORECASE)
_RULED: Final = ("#", "-", "=", "_", "*", "~", "+")
_ROUGHLY_NOW = re.compile(r"\s{0,8}\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[ ,]{1,2}\d{1,2}[:.]\d{2}[\w :.]{0,8}\Z")
MOST_LINES: Final = 12


def role(line: str) -> str:
    """The role of a copied header line ("from", "date", "to", "cc", "subject"), "" for any other line."""
    match = _LINE.match(line[:80])
    return _ROLE.get(match.group(1).strip().lower().replace("\xa0", " "), "") if match else ""


def is_separator(line: str) -> bool:
    """ "-----Original Message-----" and its kin."""
    if len(line) > 200:
        return False
    if line.lstrip()[:1] in _RULED and any(phrase in line.lower() for phrase in phrases.ABOVE):
        return True
    return bool(_SEPARATOR.match(line) or ((":" in line or "：" in line) and _FORWARDED.match(line)))


def find(lines: list[str], at: int) -> int:
    """How many lines, from ``at`` on, are a copied header; 0 where none begins there.

    It begins with a sender or a date and names three different roles, or a sender and a date, within a few lines;
    wrapped values stand between. Some programs put the subject or the recipient above the sender.
    """
    first = role(lines[at])
    if not first and "@" in lines[at]:
        return _notes(lines, at)
    if first in ("subject", "to") and at + 1 < len(lines) and role(lines[at + 1]) == "from":
        below = find(lines, at + 1)
        named = any("@" in line for line in lines[at : at + below + 1])
        return below + 1 if below > 1 and named else 0
    if first not in ("from", "date"):
        return 0
    seen, last, odd = {role(lines[at])}, 1, 0
    for number, line in enumerate(lines[at + 1 : at + MOST_LINES], 2):
        found = role(line)
        if found:
            seen.add(found)
            last, odd = number, 0
        elif not line.strip():
            if number > 2 and len(seen) > 1:
                break
        else:
            odd += 1
            if odd > 2:
                break
    said = len(seen - {"cc"})
    if said >= 3 or seen >= {"from", "subject"}:
        return last
    return last if seen >= {"from", "date"} and any("@" in line for line in lines[at : at + last]) else 0


def _notes(lines: list[str], at: int) -> int:
    """The header as old Notes copies it: sender, date, then each name on a line of its own and its value below."""
    if at + 1 >= len(lines) or not _ROUGHLY_NOW.match(lines[at + 1][:60]):
        return 0
    seen, last = set(), 0
    for number, line in enumerate(lines[at + 2 : at + MOST_LINES], 3):
        found = _ROLE.get(line.strip().lower(), "")
        if found:
            seen.add(found)
            last = number
    return min(last + 1, len(lines) - at) if len(seen - {"cc"}) >= 2 else 0
