"""All findings in one walk; what cannot be looked at is a finding too."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from maild.config import Config
from maild.doctor import database, doors, logins, machine, mailboxes, names
from maild.doctor.finding import Finding, fail
from maild.lookup import Resolver
from notifications.dkim import Signer
from notifications.relay import RelaySettings


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the doctor is given: ``resolver`` is None for --offline; ``newest`` is when the newest mail came, ``desk``
    what the daemon's clock shows."""

    config: Config
    now: datetime
    running: bool
    newest: datetime | None
    signer: Signer | None
    relay: RelaySettings | None
    resolver: Resolver | None = None
    desk: datetime | None = None


def look(at: Surroundings) -> Iterator[Finding]:
    """Everything, the nearest first. ``resolver`` None leaves out whatever needs the network."""
    walks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("python", machine.python),
        ("disk", lambda: machine.disks(at.config)),
        ("clock", lambda: machine.clock(at.now, at.newest, at.desk)),
        ("database", lambda: database.look(at.config)),
        ("certificate", lambda: doors.certificate(at.config.smtp.tls, at.config.smtp.hostname, at.now)),
        ("port", lambda: doors.ports(at.config, at.running)),
    ]
    resolver = at.resolver
    if resolver is not None:
        walks.append(("relay", lambda: logins.relay(at.config, at.relay)))
        walks.append(("mailbox", lambda: mailboxes.look(at.config, at.now)))
        walks.append(("dns", lambda: names.look(at.config, resolver, at.signer)))
    for about, walk in walks:
        try:
            yield from walk()
        except Exception as error:  # one thing that cannot be looked at hides none of the others
            yield fail(about, f"could not be looked at: {type(error).__name__}: {error}"[:300], "please report this")
