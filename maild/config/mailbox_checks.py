"""What single keys of [[imap]] cannot show: logins that are no logins, mailboxes read twice, secrets in clear."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from maild.config.mistakes import Loc, Mistake, duplicates, meant
from maild.config.schema import Intake
from maild.config.section import Section
from maild.config.transport import Imap
from maild.config.values import untagged

_LOCAL = ("127.0.0.1", "::1", "localhost")


def mailboxes(found: Mapping[Loc, Section], wrong: frozenset[Loc]) -> Iterator[Mistake]:
    """Every contradiction in the mailboxes; ``wrong`` are keys whose values could not be read."""
    boxes = [(loc, section) for loc, section in found.items() if isinstance(section, Imap)]
    yield from duplicates([((*loc, "name"), box.name) for loc, box in boxes], "a mailbox")
    yield from duplicates([folder for loc, box in boxes for folder in _read(loc, box)], "read")
    intake = found.get(("intake",))
    for loc, box in boxes:
        if isinstance(intake, Intake) and untagged(box.address) not in map(untagged, intake.addresses):
            hint = meant(box.address, list(intake.addresses))
            yield Mistake((*loc, "address"), f"{box.address} is no order address", hint)
        yield from _login(loc, box, wrong)
        yield from _folders(loc, box)
        yield from _encryption(loc, box)


def _read(loc: Loc, box: Imap) -> list[tuple[Loc, str]]:
    return [((*loc, "folders", n), f"{folder} of {box.user} at {box.host}") for n, folder in enumerate(box.folders)]


def _login(loc: Loc, box: Imap, wrong: frozenset[Loc]) -> Iterator[Mistake]:
    if box.password is not None and box.password_file is not None:
        yield Mistake((*loc, "password"), "password and password_file are both given", "keep one")
    told = wrong & {(*loc, "password"), (*loc, "password_file"), (*loc, "oauth2")}
    if box.oauth2 is None and box.secret is None and not told:
        hint = 'password_file = "...", password = "${NAME}" or [imap.oauth2]'
        yield Mistake((*loc, "user"), "the password is missing", hint)
    if box.oauth2 is None:
        return
    if box.secret is not None:
        yield Mistake((*loc, "oauth2"), "there is a password too", "keep one")
    if (box.oauth2.client_secret is None) == (box.oauth2.client_secret_file is None):
        hint = 'client_secret_file = "..." or client_secret = "${NAME}"'
        yield Mistake((*loc, "oauth2"), "the client needs one secret", hint)


def _folders(loc: Loc, box: Imap) -> Iterator[Mistake]:
    for key in ("processed", "failed"):
        if getattr(box, key) in box.folders:
            yield Mistake((*loc, key), "this folder is read itself, so mail would circle", "give another folder")
    if not box.folders:
        yield Mistake((*loc, "folders"), "the list is empty", '["INBOX"]')
    for number, folder in enumerate(box.folders):
        if not folder:
            yield Mistake((*loc, "folders", number), "the name is empty", '"INBOX"')


def _encryption(loc: Loc, box: Imap) -> Iterator[Mistake]:
    if box.tls == "none" and box.host not in _LOCAL:
        yield Mistake((*loc, "tls"), "the password would cross the network in clear", 'tls = "tls" or "starttls"')
    if box.ca_file is not None and not box.ca_file.is_file():
        yield Mistake((*loc, "ca_file"), f"{box.ca_file} cannot be read", "a file in PEM form")
    if box.oauth2 is not None:
        url = urlsplit(box.oauth2.token_url)
        if not url.hostname or not (url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOCAL)):
            yield Mistake((*loc, "oauth2", "token_url"), "this is not an https address", '"https://login.../token"')
