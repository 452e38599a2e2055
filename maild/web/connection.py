"""One HTTP connection: how many there may be, and how slow one may be."""

import asyncio
import ipaddress
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LARGEST_HEAD = 32 * 1024  # bytes of a request line with its headers
STUCK = 60.0  # seconds in which a client takes nothing of what we write
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def is_in(address: str, among: tuple[Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(found in network for network in among)


@dataclass
class Doorkeeper:
    """Counts connections, all of them and by client; those of trusted proxies carry many clients and count once."""

    most: int
    most_per_client: int
    trusted: tuple[Network, ...]
    read_timeout: float
    inside: int = 0
    refused: int = 0
    clients: Counter[str] = field(default_factory=Counter)

    def admit(self, client: str) -> bool:
        free = is_in(client, self.trusted) or self.clients[client] < self.most_per_client
        if self.inside >= self.most or not free:
            self.refused += 1
            return False
        self.inside += 1
        self.clients[client] += 1
        return True

    def leave(self, client: str) -> None:
        self.inside -= 1
        self.clients[client] -= 1
        if not self.clients[client]:
            del self.clients[client]


class Connection(H11Protocol):
    """uvicorn's, with a time limit for each request's head and for a client that does not read."""

    keeper: Doorkeeper  # of the subclass that `guarded` makes

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._peer = self.client[0] if self.client else ""
        self._admitted = self.keeper.admit(self._peer)
        if self._admitted:
            self._await_head()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._head, self._stuck):
            if timer is not None:
                timer.cancel()
        if self._admitted:
            self._admitted = False
            self.keeper.leave(self._peer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._admitted:
            super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._await_head()
        elif self.conn.their_state is not h11.IDLE and self._head is not None:
            self._head.cancel()
            self._head = None

    def _await_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(self.keeper.read_timeout, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(STUCK, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None


def guarded(keeper: Doorkeeper) -> type[Any]:
    """The protocol class for uvicorn with this doorkeeper."""
    return type("GuardedConnection", (Connection,), {"keeper": keeper})
