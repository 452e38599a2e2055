"""Connections in memory: bytes travel with seeded latency in seeded pieces, and a wire may be cut after any byte."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.simulation.life import LIFE

Cut = tuple[int, int]
"""After so many bytes from the client, or so many from the server, the wire is cut; -1 for never."""
NEVER: Cut = (-1, -1)


class Weather(Protocol):
    """What the network does to connections."""

    def latency(self) -> float:
        """Seconds until the next piece arrives."""

    def piece(self, size: int) -> int:
        """How many of so many bytes arrive at once, at least one."""

    def cut(self, host: str) -> Cut: ...

    def parted_until(self, host: str) -> float:
        """Until when nothing reaches ``host``, 0 where it can be reached."""


@dataclass
class Listener:
    host: str
    port: int
    factory: Callable[[], Any]
    context: Context = field(default_factory=copy_context)
    network: "Network | None" = None

    def close(self) -> None:
        if self.network is not None and self.network.listeners.get((self.host, self.port)) is self:
            del self.network.listeners[self.host, self.port]


class Network:
    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.listeners: dict[tuple[str, int], Listener] = {}
        self._ends: list[End] = []

    def listen(self, listener: Listener) -> Listener:
        listener.network = self
        self.listeners[listener.host, listener.port] = listener
        return listener

    def close(self) -> None:
        """The world is over: nobody says anything any more."""
        for end in self._ends:
            end.dead = True

    async def connect(self, factory: Callable[[], Any], host: str, port: int) -> tuple["End", Any]:
        await asyncio.sleep(self.weather.latency())
        loop = asyncio.get_running_loop()
        if (until := self.weather.parted_until(host)) > loop.time():
            await asyncio.sleep(until - loop.time())
        listener = self.listeners.get((host, port))
        if listener is None:
            raise ConnectionRefusedError(f"nobody listens at {host}:{port}")
        wire = Wire(loop, self.weather, host, self.weather.cut(host))
        client = End(wire, 0, factory(), copy_context(), "127.0.0.1")
        server = End(wire, 1, listener.factory(), listener.context.copy(), "127.0.0.1")
        wire.ends = (client, server)
        self._ends = [end for end in self._ends if not end.is_closing()]
        for end in wire.ends:
            self._ends.append(end)
            if (life := end.context.get(LIFE)) is not None:
                life.hold(end)
        server.context.run(server.protocol.connection_made, server)
        client.protocol.connection_made(client)
        return client, client.protocol


class Wire:
    """Two ends and what is under way between them."""

    ends: "tuple[End, End]"

    def __init__(self, loop: asyncio.AbstractEventLoop, weather: Weather, host: str, cut: Cut) -> None:
        self.loop = loop
        self.weather = weather
        self.host = host
        self.budget = list(cut)
        self.broken = False

    def carry(self, side: int, data: bytes) -> None:
        """Bytes from one end; behind the cut nothing passes any more, in either direction."""
        if self.budget[side] >= 0 and len(data) > self.budget[side]:
            data = data[: self.budget[side]]
            self.budget[side] = -1
            if data:
                self.ends[1 - side].expect(data)
            self.ends[1 - side].expect(None)
            self.broken = True
            return
        if self.budget[side] >= 0:
            self.budget[side] -= len(data)
        self.ends[1 - side].expect(data)

    def snap(self) -> None:
        """Both ends notice that the connection is reset."""
        self.broken = True
        for end in self.ends:
            end.lose(ConnectionResetError("connection reset by peer"))


class End(asyncio.Transport):
    """One end of a wire, as its protocol's transport."""

    def __init__(self, wire: Wire, side: int, protocol: Any, context: Context, peer: str) -> None:
        super().__init__({"peername": (peer, 40000 + side), "sockname": ("127.0.0.1", 25)})
        self.wire = wire
        self.side = side
        self.protocol = protocol
        self.context = context
        self.dead = False
        self._coming: deque[bytes | bool | None] = deque()
        self._planned = False
        self._paused = False
        self._closing = False
        self._lost = False
        self._said_eof = False

    # What the protocol does

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def get_protocol(self) -> Any:
        return self.protocol

    def is_closing(self) -> bool:
        return self._closing or self._lost or self.dead

    def write(self, data: Any) -> None:
        if data and not (self._closing or self._lost or self._said_eof or self.dead or self.wire.broken):
            self.wire.carry(self.side, bytes(data))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        if not (self._said_eof or self._lost or self.dead or self.wire.broken):
            self._said_eof = True
            self.wire.ends[1 - self.side].expect(True)

    def close(self) -> None:
        if not (self._closing or self._lost or self.dead):
            self.write_eof()
            self._closing = True
            self.lose(None)

    def abort(self) -> None:
        if not (self._lost or self.dead):
            self._closing = True
            self.lose(None)
            self.wire.ends[1 - self.side].expect(None)

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        self._plan()

    def is_reading(self) -> bool:
        return not self._paused

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There is no buffer."""

    # What happens to it

    def die(self) -> None:
        """Its process is gone: it does and hears nothing any more, and the other end finds the connection reset."""
        self.dead = True
        if not self._lost:
            self.wire.ends[1 - self.side].expect(None)

    def expect(self, what: bytes | bool | None) -> None:
        """Bytes, True for the end of what the other one says, or None for a reset, on their way to here."""
        self._coming.append(what)
        self._plan()

    def lose(self, error: Exception | None) -> None:
        if not (self._lost or self.dead):
            self._lost = True
            self.wire.loop.call_soon(self._tell_lost, error, context=self.context)

    def _tell_lost(self, error: Exception | None) -> None:
        if not self.dead:
            self.protocol.connection_lost(error)

    def _plan(self) -> None:
        if self._coming and not (self._planned or self._paused or self.dead):
            self._planned = True
            parted = max(0.0, self.wire.weather.parted_until(self.wire.host) - self.wire.loop.time())
            self.wire.loop.call_later(parted + self.wire.weather.latency(), self._arrive, context=self.context)

    def _arrive(self) -> None:
        self._planned = False
        if self._paused or self._lost or self.dead:
            return
        what = self._coming.popleft()
        if what is None:
            self.wire.snap()
        elif what is True:
            if not self.protocol.eof_received():
                self.close()
        elif isinstance(what, bytes):
            self._take(what)
        self._plan()

    def _take(self, data: bytes) -> None:
        while len(self._coming) and isinstance(self._coming[0], bytes):
            data += self._coming.popleft()  # type: ignore[operator]
        size = self.wire.weather.piece(len(data))
        if size < len(data):
            self._coming.appendleft(data[size:])
        if not self._closing:
            self.protocol.data_received(data[:size])
