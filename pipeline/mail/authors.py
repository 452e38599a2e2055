"""The one author of a mail that two parsers agree on, and who to show where they do not."""

import email.utils
import re
from typing import Final

from mailparser.utils import get_addresses

from maild.domain.mail import Address
from pipeline.mail import headers, words
from pipeline.mail.addresses import LONGEST, MOST_COMMENTS, canonical

MOST: Final = 2000  # addresses read of one field
MOST_FIELDS: Final = 5

Pairs = list[tuple[str, str]]  # display name and address

_LOOSE = re.compile(r"[^\s<>\"',;()@]{1,64}@[^\s<>\"',;()@]{1,255}")


def shown(pairs: Pairs) -> tuple[Address, ...]:
    """Mailboxes as mail-parser read them, best effort, for showing and for recipients; never for authority."""
    return tuple(_address(name, address) for name, address in pairs[:MOST] if address)


def one_author(from_values: list[bytes], parsed: Pairs, hint: str | None = None) -> Address | None:
    """The author, when there is one From field with one mailbox and both parsers name the same; else None.

    ``parsed`` is what mail-parser read. The standard library and mail-parser part ways on hostile spellings
    (CVE-2023-27043); a sender on whom they disagree is nobody.
    """
    if len(from_values) != 1:
        return None
    line = headers.unfolded(from_values[0], hint)
    if line.count("(") > MOST_COMMENTS:
        return None
    ours = [pair for pair in parsed if pair[1]]
    theirs = [pair for pair in email.utils.getaddresses([words.respelled(line, hint)]) if any(pair)]
    if len(ours) != 1 or len(theirs) != 1:
        return None
    name, address = ours[0]
    known = canonical(address)
    if known is None or known != canonical(theirs[0][1]) or not _plain(line, address):
        return None
    return _address(name, address)


def shown_author(from_values: list[bytes], others: list[bytes], hint: str | None = None) -> Address | None:
    """The best reading of who wrote, for showing only.

    The first mailbox in any From field, else anything in it that looks like an address, else the first mailbox of
    ``others`` (Reply-To, Sender, Return-Path), else the bare word that bounces put there.
    """
    lines = [headers.unfolded(value, hint) for value in from_values[:MOST_FIELDS]]
    read = [words.decode(line, hint) for line in lines]
    found = _first_mailbox(lines, hint) or next((_loose(line) for line in read if _LOOSE.search(line)), None)
    if found is None:
        found = _first_mailbox([headers.unfolded(value, hint) for value in others[:MOST_FIELDS]], hint)
    if found is not None:
        return found
    word = next((line.partition("(")[0].strip(' "<>') for line in lines), "")
    return Address("", headers.clean(word, LONGEST)) if word else None


def _first_mailbox(lines: list[str], hint: str | None) -> Address | None:
    for line in lines:
        one = line.partition(";")[0] if line.count("@") > 1 and ">;" in line.replace(" ", "") else line
        found = [item for item in shown(_mailboxes(one, hint)) if "@" in item.address and "=?" not in item.address]
        if found:  # a name may hold a sign that makes a word of it look like an address: "Jane @ Buyer"
            return next((item for item in found if "." in item.address.rpartition("@")[2]), found[0])
    return None


def _mailboxes(line: str, hint: str | None) -> Pairs:
    try:
        return list(get_addresses(words.respelled(line, hint), decode_names=True))
    except Exception:  # a field over which the parser trips names nobody
        return []


def _loose(line: str) -> Address:
    return Address("", _unlinked(_LOOSE.findall(line)[-1]))


def _unlinked(address: str) -> str:
    """Without the "mailto:" that some programs leave in front of it."""
    return address[len("mailto:") :] if address[:7].lower() == "mailto:" else address


def looks_like_another(sender: Address) -> bool:
    """Whether the display name is an address that is not the sender's."""
    return any(found.lower() != sender.address.lower() for found in _LOOSE.findall(sender.name))


def _plain(line: str, address: str) -> bool:
    """Whether the field is a bare addr-spec, or a display name and one angle-addr at its end."""
    bare = line.strip()
    if bare.lower() == address.lower() or bare.lower() == f"<{address.lower()}>":
        return True
    if bare.count("@") == 1 and bare.endswith(")"):  # the old style of RFC 822: address (Name)
        return bare.startswith(address)
    return bare.endswith(f"<{address}>") and "," not in _outside_quotes(bare) and ";" not in _outside_quotes(bare)


def _outside_quotes(text: str) -> str:
    return "".join(text.replace('\\"', "").split('"')[::2])


def _address(name: str, address: str) -> Address:
    shown = headers.clean(words.decode(name), 255).strip("\"' ")
    address = headers.clean(_unlinked(address), LONGEST)
    return Address("" if shown == address else shown, address)
