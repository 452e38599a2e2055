"""An article made of a resolution: what the trouble was and how it was solved. Pure.

It is for everybody, so it may not name whose order it was.
"""

import re
import unicodedata
from collections.abc import Iterator

from maild.domain.ticket import Snapshot

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"(?<![\w.])\+\d[\d ()/-]{6,24}\d")
_WORD = re.compile(r"\w+")
_SHORTEST = 3  # letters of a name that are told from a common word
_NUMBERS = ("po_number", "so_number", "tracking_number")


def markdown(title: str, what: str, how: str) -> str:
    """The article's text; whatever looks like HTML in it is shown and not obeyed."""
    parts = [f"# {_harmless(title)}", "", _harmless(what), "", "## What to do", "", _harmless(how)]
    return "\n".join(part for n, part in enumerate(parts) if what.strip() or n not in (2, 3)).rstrip() + "\n"


def _harmless(text: str) -> str:
    lines = text.replace("&", "&amp;").replace("<", "&lt;").strip().splitlines()
    return "\n".join(re.sub(r"^(\s{0,3})(#)", r"\1\\\2", line) for line in lines).replace("](javascript:", "](")


def file_name(ticket: int, title: str) -> str:
    """A plain name that is nobody else's: ``how-to-open-the-valve-7.md``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:80].strip("-")
    return f"{slug or 'article'}-{ticket}.md"


def personal(ticket: Snapshot, text: str) -> list[str]:
    """What in a text tells whose order it was, each as it stands there."""
    return list(dict.fromkeys(_personal(ticket, text)))


def _personal(ticket: Snapshot, text: str) -> Iterator[str]:
    yield from _ADDRESS.findall(text)
    yield from _PHONE.findall(text)
    said = {word.casefold() for word in _WORD.findall(text)}
    for word in _WORD.findall(ticket.requester.name):
        if len(word) >= _SHORTEST and word.casefold() in said:
            yield word
    folded = " ".join(text.casefold().split())
    company = " ".join(ticket.organization.name.casefold().split()) if ticket.organization else ""
    if company and company in folded:
        yield ticket.organization.name if ticket.organization else ""
    for name in _NUMBERS:
        value = ticket.value(name)
        if value and len(value) >= _SHORTEST and value.casefold() in folded:
            yield value
