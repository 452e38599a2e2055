"""Sockets to listen on: opened here, or handed over by systemd."""

import errno
import os
import socket
from collections.abc import Iterable
from typing import Any

from maild.errors import MaildError, NotPermitted, Unavailable

FIRST_INHERITED = 3  # SD_LISTEN_FDS_START, sd_listen_fds(3)


def listening_sockets(addresses: Iterable[str], who: str = "smtp") -> list[socket.socket]:
    """Those of each "host:port", "[v6]:port" or "systemd:NAME", all or nothing.

    Raises `Unavailable` or `NotPermitted`, naming the address and ``who`` wants it.
    """
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            sockets += _inherited(address, who) if address.startswith("systemd:") else _opened(address, who)
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _opened(address: str, who: str) -> list[socket.socket]:
    host, _, port = address.rpartition(":")
    sockets: list[socket.socket] = []
    try:
        # Without proto asyncio would not know it for TCP and leave Nagle's algorithm on: 40 ms a reply.
        found = socket.getaddrinfo(
            host.strip("[]") or None,
            int(port),
            type=socket.SOCK_STREAM,
            proto=socket.IPPROTO_TCP,
            flags=socket.AI_PASSIVE,
        )
        for family, kind, proto, _, where in dict.fromkeys(found):
            sockets.append(socket.socket(family, kind, proto))
            _bind(sockets[-1], where)
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise _refusal(address, error, who) from None
    return sockets


def _bind(sock: socket.socket, where: Any) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.setblocking(False)
    sock.bind(where)
    sock.listen()


def _refusal(address: str, error: OSError, who: str) -> MaildError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return NotPermitted(
            f"{who} cannot listen on {address}: the port is privileged",
            "use a port above 1023, or give the service CAP_NET_BIND_SERVICE",
        )
    if error.errno == errno.EADDRINUSE:
        return Unavailable(
            f"{who} cannot listen on {address}: the port is in use",
            "is another maild or server running? ss -ltnp names it",
        )
    return Unavailable(f"{who} cannot listen on {address}: {error.strerror}", "is that an address of this machine?")


def _inherited(address: str, who: str) -> list[socket.socket]:
    """The sockets systemd opened for us under this name (FileDescriptorName= of the .socket unit)."""
    name = address.removeprefix("systemd:")
    mine = os.environ.get("LISTEN_PID") == str(os.getpid())
    names = os.environ.get("LISTEN_FDNAMES", "").split(":") if mine else []
    found = [_adopted(FIRST_INHERITED + index) for index, given in enumerate(names) if given == name]
    if not found:
        raise Unavailable(
            f"{who} cannot listen on {address}: systemd handed over no socket of that name",
            f"the .socket unit needs FileDescriptorName={name}",
        )
    return found


def _adopted(descriptor: int) -> socket.socket:
    given = socket.socket(fileno=os.dup(descriptor))
    sock = socket.socket(given.family, given.type, socket.IPPROTO_TCP, fileno=given.detach())
    sock.setblocking(False)
    return sock
