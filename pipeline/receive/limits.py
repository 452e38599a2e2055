"""How many may come in at once, and how much of the command dialogue we bear."""

import ipaddress
import resource
from collections import Counter

JUNK_COMMANDS = 100  # NOOP, RSET and the like between two mails
UNKNOWN_COMMANDS = 5
UNKNOWN_RECIPIENTS_AT_ONCE = 5  # the next ones are answered slowly
UNKNOWN_RECIPIENTS = 20
RECIPIENT_COMMANDS = 1000  # in one mail, refused ones included
TARPIT_SECONDS = 5.0
HANDSHAKE_SECONDS = 30.0
FAREWELL_SECONDS = 5.0  # for a client to read our last words and go
FAREWELL_OCTETS = 1024 * 1024  # and how much of what it still sends is thrown away meanwhile
STORE_SECONDS = 300.0  # a client waits 10 minutes for the reply to its final dot (RFC 5321, 4.5.3.2.6)
MAX_HOPS = (
    50  # Received lines; RFC 5321, 6.3 wants at least 100 where only hops are counted, but nobody is that far away
)
LONGEST_COMMAND = 512  # octets, RFC 5321, 4.5.3.1.4
LONGEST_PARAMETERS = 2048  # of MAIL, RCPT, AUTH: room for their extensions

FILES_KEPT_BACK = 128  # for the database, the relay, the children


class Turnstile:
    """Counts connections, all together and by client. An IPv6 client is its /64, since one machine owns all of that."""

    def __init__(self, total: int, per_client: int) -> None:
        self.total = total
        self.per_client = per_client
        self._inside: Counter[str] = Counter()
        self._count = 0

    @property
    def count(self) -> int:
        return self._count

    def enter(self, peer: str) -> str:
        """Count the client in and give "", or give the reply that refuses it."""
        client = client_of(peer)
        if self._count >= self.total:
            return "421 4.7.0 Too many connections, try again later"
        if self._inside[client] >= self.per_client:
            return "421 4.7.0 Too many connections from your address, try again later"
        self._inside[client] += 1
        self._count += 1
        return ""

    def leave(self, peer: str) -> None:
        client = client_of(peer)
        self._count -= 1
        self._inside[client] -= 1
        if self._inside[client] <= 0:
            del self._inside[client]


def most_connections(wanted: int) -> int:
    """Never more than the process has file descriptors for: two a connection, one for the socket, one for the body."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, (soft - FILES_KEPT_BACK) // 2))


def client_of(peer: str) -> str:
    """What counts as one client."""
    if ":" not in peer:
        return peer
    return str(ipaddress.ip_network(f"{peer.partition('%')[0]}/64", strict=False))
