"""Where we log in to send: the relay that carries our letters."""

import asyncio
from collections.abc import Iterator

from maild.config import Config
from maild.doctor.finding import Finding, fail, ok, warn
from maild.domain.letter import Later, Never
from notifications.relay import RelaySender, RelaySettings

_HINTS = {
    "relay.unreachable": "check relay.host and relay.port, and the firewall",
    "relay.greeting": "the relay does not want us: does it know this machine?",
    "tls.required": "the relay offers no TLS we trust: relay.tls, or relay.ca_file for an authority of your own",
    "relay.auth": "check relay.user and its password",
}


def relay(config: Config, settings: RelaySettings | None) -> Iterator[Finding]:
    """Connect, STARTTLS, AUTH, QUIT: everything but a letter."""
    if settings is None:
        yield warn("relay", f"none is configured; letters land in {config.relay.folder}", "set [relay] host")
        return
    trouble = asyncio.run(_rehearse(settings))
    about = f"relay {settings.host}:{settings.port}"
    if trouble is not None:
        yield fail(about, trouble.why, _HINTS.get(trouble.code, ""))
    else:
        login = f", logged in as {settings.user}" if settings.user else ""
        yield ok(about, f"takes our letters (tls {settings.tls}{login})")
        if settings.tls == "none" and settings.host not in ("127.0.0.1", "::1", "localhost"):
            yield warn(about, "letters cross the network in clear", 'relay.tls = "starttls"')


async def _rehearse(settings: RelaySettings) -> Later | Never | None:
    return await RelaySender(settings).rehearse()
