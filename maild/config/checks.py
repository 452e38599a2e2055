"""What single keys cannot show: sections that contradict each other, files that do not fit, mail that would circle."""

import os
import ssl
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from maild.config.credentials import dkim_key_weakness, reply_key_weakness
from maild.config.mailbox_checks import mailboxes
from maild.config.mistakes import Loc, Mistake, duplicates
from maild.config.people_checks import circles, colleagues, organizations
from maild.config.quantities import duration_text, size_text
from maild.config.schema import (
    Control,
    Database,
    Intake,
    Letters,
    Log,
    Metrics,
    Retry,
    Site,
    Web,
    Workers,
)
from maild.config.section import Section
from maild.config.transport import Dkim, Relay, Smtp
from maild.config.values import endpoint
from maild.config.webhook_checks import webhooks

Found = Mapping[Loc, Section]
Kind = TypeVar("Kind", bound=Section)

LONGEST_SOCKET_PATH = 107  # bytes, sun_path of unix(7) without its final NUL


def across(found: Found, raw: Mapping[str, Any], folder: Path, wrong: frozenset[Loc]) -> list[Mistake]:
    """Every contradiction between the sections that could be read; ``wrong`` are keys whose values could not."""
    return [
        *_smtp(found),
        *_ports(found),
        *_web(found),
        *mailboxes(found, wrong),
        *webhooks(found),
        *_relay(found, wrong),
        *_dkim(found),
        *_letters(found, folder),
        *_times(found),
        *_memory(found, raw),
        *colleagues(found),
        *circles(found),
        *organizations(found),
        *_places(found, folder),
    ]


def _one(found: Found, name: str, kind: type[Kind]) -> Kind | None:
    section = found.get((name,))
    return section if isinstance(section, kind) else None


def _smtp(found: Found) -> Iterator[Mistake]:
    smtp = _one(found, "smtp", Smtp)
    if smtp is None:
        return
    if smtp.enabled and not smtp.listen:
        yield Mistake(("smtp", "listen"), "the list is empty", "give host:port, or enabled = false")
    if smtp.max_per_client > smtp.max_connections:
        yield Mistake(("smtp", "max_per_client"), f"this is more than max_connections ({smtp.max_connections})")
    if smtp.auth.require and not smtp.auth.users:
        yield Mistake(("smtp", "auth", "require"), "nobody could log in", "give [smtp.auth.users]")
    if smtp.auth.users and smtp.tls is None and not all(map(_is_local, smtp.listen)):
        yield Mistake(("smtp", "auth", "users"), "passwords would cross the network in clear", "give [smtp.tls]")
    if smtp.check_authentication and (missing := _missing_libraries()):
        hint = "pip install 'maild[mailauth]', or leave the check to the server in front"
        yield Mistake(("smtp", "check_authentication"), f"{' and '.join(missing)} missing", hint)
    if smtp.tls is not None:
        yield from _certificate(smtp.tls.cert_file, smtp.tls.key_file)


def _missing_libraries() -> list[str]:
    return [name for module, name in (("dkim", "dkimpy"), ("spf", "pyspf")) if find_spec(module) is None]


def _certificate(cert_file: Path, key_file: Path) -> Iterator[Mistake]:
    unreadable = [
        *_unreadable(("smtp", "tls", "cert_file"), cert_file),
        *_unreadable(("smtp", "tls", "key_file"), key_file),
    ]
    yield from unreadable
    if unreadable:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert_file, key_file, password="")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            yield Mistake(("smtp", "tls", "key_file"), "the key does not belong to the certificate")
        else:
            yield Mistake(
                ("smtp", "tls", "cert_file"),
                "certificate and key cannot be used",
                f"PEM without passphrase: {error.reason}",
            )
    except (OSError, ValueError) as error:
        yield Mistake(("smtp", "tls", "cert_file"), "certificate and key cannot be used", str(error))


def _unreadable(loc: Loc, path: Path) -> Iterator[Mistake]:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        yield Mistake(loc, f"{path} cannot be read", error.strerror or "")


def _is_local(listen: str) -> bool:
    return not listen.startswith("systemd:") and endpoint(listen)[0] in {"127.0.0.1", "::1", "localhost"}


def _web(found: Found) -> Iterator[Mistake]:
    web, site = _one(found, "web", Web), _one(found, "site", Site)
    if web is None or not web.enabled:
        return
    if site is not None and not site.base_url.startswith("https://") and not _is_local(web.listen):
        hint = 'listen on 127.0.0.1, or put a proxy with TLS in front and give site.base_url = "https://..."'
        yield Mistake(("web", "listen"), "passwords would cross the network in clear", hint)
    if web.max_per_client > web.max_connections:
        yield Mistake(("web", "max_per_client"), f"this is more than max_connections ({web.max_connections})")
    if web.session_idle > web.session_lifetime:
        yield Mistake(("web", "session_idle"), "a session would end before it is idle so long", "session_lifetime")


def _ports(found: Found) -> Iterator[Mistake]:
    smtp, web, metrics = _one(found, "smtp", Smtp), _one(found, "web", Web), _one(found, "metrics", Metrics)
    doors: list[tuple[Loc, str]] = []
    if smtp is not None and smtp.enabled:
        doors += [(("smtp", "listen", number), listen) for number, listen in enumerate(smtp.listen)]
    if web is not None and web.enabled:
        doors.append((("web", "listen"), web.listen))
    if metrics is not None and metrics.listen:
        doors.append((("metrics", "listen"), metrics.listen))
    yield from duplicates([door for door in doors if not door[1].endswith(":0")], "listened on")


def _relay(found: Found, wrong: frozenset[Loc]) -> Iterator[Mistake]:
    relay = _one(found, "relay", Relay)
    if relay is None:
        return
    if relay.password is not None and relay.password_file is not None:
        yield Mistake(("relay", "password"), "password and password_file are both given", "keep one")
    told = wrong & {("relay", "password"), ("relay", "password_file")}
    if relay.user and relay.secret is None and not told:
        yield Mistake(("relay", "user"), "the password is missing", 'password_file = "..." or password = "${NAME}"')
    if relay.secret is not None and not relay.user:
        yield Mistake(("relay",), "there is a password but no user", 'user = "..."')
    if relay.user and relay.tls == "none" and relay.host not in {"127.0.0.1", "::1", "localhost"}:
        yield Mistake(("relay", "tls"), "the password would cross the network in clear", 'tls = "starttls" or "tls"')
    if relay.ca_file is not None:
        yield from _unreadable(("relay", "ca_file"), relay.ca_file)


def _dkim(found: Found) -> Iterator[Mistake]:
    dkim, relay, intake = _one(found, "dkim", Dkim), _one(found, "relay", Relay), _one(found, "intake", Intake)
    if dkim is None or dkim.key_file is None:
        return
    loc: Loc = ("dkim", "key_file")
    unreadable = list(_unreadable(loc, dkim.key_file))
    yield from unreadable
    if not unreadable and (weak := dkim_key_weakness(dkim.key_file)):
        yield Mistake(loc, weak, "maild dkim keygen makes one")
    froms = [relay.from_] if relay is not None and relay.from_ else list(intake.addresses) if intake is not None else []
    domains = {address.rpartition("@")[2].removesuffix(">").lower() for address in froms}
    if dkim.domain and domains and not any(_covers(dkim.domain, domain) for domain in domains):
        yield Mistake(("dkim", "domain"), f"no letter comes from {dkim.domain}", f"ours come from {sorted(domains)[0]}")


def _covers(domain: str, sender: str) -> bool:
    """Whether a signature of the domain proves the sender's (relaxed alignment, RFC 7489, 3.1.1)."""
    return sender == domain or sender.endswith(f".{domain}")


def _letters(found: Found, folder: Path) -> Iterator[Mistake]:
    letters = _one(found, "letters", Letters)
    if letters is None:
        return
    if letters.templates is not None and not letters.templates.is_dir():
        yield Mistake(("letters", "templates"), f"there is no folder {letters.templates}")
    path = folder / letters.reply_key_file
    if not path.exists():
        return  # made at the first start
    try:
        weak = reply_key_weakness(path)
    except (OSError, PydanticCustomError) as error:
        weak = str(error)
    if weak:
        yield Mistake(("letters", "reply_key_file"), f"{path}: {weak}", "chmod 600, or remove it and one is made")


def _times(found: Found) -> Iterator[Mistake]:
    smtp, workers, retry = _one(found, "smtp", Smtp), _one(found, "workers", Workers), _one(found, "retry", Retry)
    if smtp is not None and smtp.read_timeout > smtp.session_timeout:
        longest = duration_text(smtp.session_timeout)
        yield Mistake(("smtp", "read_timeout"), f"this is longer than session_timeout ({longest})")
    if workers is not None and workers.lease_seconds <= workers.wall_seconds:
        wall = duration_text(workers.wall_seconds)
        yield Mistake(
            ("workers", "lease_seconds"), f"this must be longer than wall_seconds ({wall})", "else a mail is read twice"
        )
    if retry is not None and retry.give_up_after < retry.schedule[0]:
        yield Mistake(("retry", "give_up_after"), "this is shorter than the first pause, so nothing is tried twice")


def _memory(found: Found, raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Limits that were asked for and are more than the machine has; a default that is too large only never binds."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    smtp, workers = _one(found, "smtp", Smtp), _one(found, "workers", Workers)
    asked = [
        ("smtp", "max_size", smtp.max_size if smtp else 0),
        ("workers", "memory", workers.memory if workers else 0),
    ]
    for name, key, value in asked:
        if value > there and key in raw.get(name, {}):
            yield Mistake(
                (name, key), f"{size_text(value)} is more than this machine has", f"{there // 10**6}MB of memory"
            )


def _places(found: Found, folder: Path) -> Iterator[Mistake]:
    log, control, database = _one(found, "log", Log), _one(found, "control", Control), _one(found, "database", Database)
    path = Path(database.url.partition("sqlite:///")[2]) if database is not None else Path()
    if path.name and not (folder / path).parent.is_dir():
        yield Mistake(
            ("database", "url"),
            f"there is no folder {(folder / path).parent}",
            "maild makes the file, never its folder",
        )
    if log is not None and log.file is not None and not log.file.parent.is_dir():
        yield Mistake(("log", "file"), f"there is no folder {log.file.parent}")
    if control is not None and len(os.fsencode(folder / control.socket)) > LONGEST_SOCKET_PATH:
        yield Mistake(
            ("control", "socket"), f"the path is longer than {LONGEST_SOCKET_PATH} bytes", "sockets need a short one"
        )
