"""Delivery reports in prose, in whatever language: which addresses they say failed, and whether for good.

Read only where the mail is a report for other reasons. An address at the start of a line, or behind a label, is what a
report is about; one inside a sentence only where no line begins with one. What follows is the copy of the letter.
"""

import re
from typing import Final

MOST_LINES: Final = 400
LONGEST_LINE: Final = 500

_ADDRESS: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_LEADING = re.compile(
    r"[\s>*•\-–'\"<(\[]{0,40}(?:[^\s:：@]{1,30}(?: [^\s:：@]{1,30}){0,3}[:：][\s<'\"\[]{0,8})?"
    r"(?:(?:smtp|mailto|rfc822)\s?[:;]\s?)?(" + _ADDRESS + ")",
    re.IGNORECASE,
)
_ANY = re.compile(_ADDRESS)
_COPY = re.compile(
    r"[\s>|]{0,8}(?:received|return-path|message-id|x-[a-z-]{2,40})\s?:"
    r"|[\s>|]{0,8}[-=_*]{2,40}\s?(?:below this line|original message|this is a copy|the header of|message header"
    r"|ursprüngliche nachricht|message text|message d'origine|mensaje original|copy of)"
    r"|[\s>|]{0,8}(?:message headers follow|(?:possibly truncated )?original message (?:follows|headers|text)"
    r"|(?:below|here|this|following) is a copy of|(?:es folgt|im folgenden) (?:eine|die) kopie|voici une copie)",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(
    r"[\s>*]{0,8}(?:from|sender|von|de|reply-to|reporting-mta|absender|expéditeur)\s?[:：]", re.I
)
_DELAYED: Final = (
    "delayed",
    "delay)",
    "still being retried",
    "warning: could not send",
    "warning only",
    "not yet been delivered",
    "will be retried",
    "verzögert",
    "noch nicht zugestellt",
    "retardé",
    "retrasad",
    "in ritardo",
    "задерж",
)
_DESKS: Final = ("postmaster", "mailer-daemon", "abuse", "mailerdaemon", "microsoftexchange329e71")


def failures(text: str, strangers: frozenset[str]) -> tuple[str, ...]:
    """Addresses, in lower case, that ``text`` reports on; none of ``strangers``, as who it is from and to."""
    leading: dict[str, None] = {}
    inside: list[str] = []
    for line in text.split("\n", MOST_LINES)[:MOST_LINES]:
        line = line[:LONGEST_LINE]
        if _COPY.match(line):
            break
        if "@" not in line or _ABOUT_ITSELF.match(line):
            continue
        first = _LEADING.match(line)
        if first:
            leading.setdefault(_plain(first.group(1)))
        inside += named(line)
    told = [item for item in leading if _counts(item, strangers)]
    return tuple(told or [item for item in inside if _counts(item, strangers)][:1])


def named(line: str) -> list[str]:
    """Every address in a line, in lower case."""
    return [_plain(found) for found in _ANY.findall(line[:10_000])]


def only_delayed(text: str, subject: str) -> bool:
    """Whether the report tells of a letter that is still being tried."""
    said = f"{subject}\n{text[:4000]}".lower()
    return any(phrase in said for phrase in _DELAYED)


def _plain(address: str) -> str:
    return address.strip(".'`").lower()


def _counts(address: str, strangers: frozenset[str]) -> bool:
    return address not in strangers and not address.startswith(_DESKS)
