"""A client that sends as fast as it is answered: ``python -m bench.load --port N --count N --connections N``.

A bare protocol, never the slow half. Prints one JSON object: mails a second, and the milliseconds from the
DATA command to its 250.
"""

import argparse
import asyncio
import gc
import json
import time
from functools import partial

from bench import mails


class Client(asyncio.Protocol):
    """One connection; takes mails from the common stock until there are none."""

    def __init__(self, stock: "Stock", ended: "asyncio.Future[None]") -> None:
        self.stock = stock
        self.ended = ended
        self.rest = b""
        self.state = "greeting"
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *whole, self.rest = (self.rest + data).split(b"\n")
        for line in whole:
            if line[3:4] != b"-":
                self.answer(line)

    def answer(self, line: bytes) -> None:
        if line[:1] not in b"23":
            raise SystemExit(f"{self.state}: {line!r}")
        match self.state:
            case "greeting":
                self.say("hello", b"EHLO client.example\r\n")
            case "hello":
                self.begin()
            case "mail":
                self.say("rcpt", f"RCPT TO:<{mails.ADDRESS}>\r\n".encode())
            case "rcpt":
                self.began = time.perf_counter()
                self.say("data", b"DATA\r\n")
            case "data":
                self.say("dot", self.mail + b".\r\n")
            case "dot":
                self.stock.times.append(time.perf_counter() - self.began)
                self.begin()
            case _:
                self.transport.close()

    def begin(self) -> None:
        taken = self.stock.take()
        if taken is None:
            self.say("quit", b"QUIT\r\n")
            return
        number, self.mail = taken
        self.say("mail", f"MAIL FROM:<{mails.buyer(number)}>\r\n".encode())

    def say(self, state: str, words: bytes) -> None:
        self.state = state
        self.transport.write(words)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class Stock:
    """The mails to send, made before the clock starts where they are small."""

    def __init__(self, kind: str, count: int, first: int) -> None:
        self.times: list[float] = []
        self._make = mails.KINDS[kind]
        self._numbers = iter(range(first, first + count))
        self._made = {n: self._make(n) for n in range(first, first + count)} if kind == "small" else {}

    def take(self) -> tuple[int, bytes] | None:
        number = next(self._numbers, None)
        if number is None:
            return None
        return number, self._made.get(number) or self._make(number)


async def send(port: int, stock: Stock, connections: int) -> float:
    """Seconds until all are answered."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    endings = []
    for _ in range(connections):
        ended = loop.create_future()
        await loop.create_connection(partial(Client, stock, ended), "127.0.0.1", port)
        endings.append(ended)
    await asyncio.gather(*endings)
    return time.perf_counter() - began


def main() -> None:
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--port", type=int, required=True)
    wanted.add_argument("--count", type=int, default=2000)
    wanted.add_argument("--connections", type=int, default=16)
    wanted.add_argument("--kind", choices=sorted(mails.KINDS), default="small")
    wanted.add_argument("--first", type=int, default=0)
    options = wanted.parse_args()
    stock = Stock(options.kind, options.count, options.first)
    gc.freeze()
    gc.disable()
    seconds = asyncio.run(send(options.port, stock, options.connections))
    times = sorted(stock.times)
    if len(times) != options.count:
        raise SystemExit(f"only {len(times)} of {options.count} mails were answered")
    told = {
        "per_second": len(times) / seconds,
        "p50": times[len(times) // 2] * 1e3,
        "p99": times[len(times) * 99 // 100] * 1e3,
    }
    print(json.dumps({"seconds": seconds, **told}))


if __name__ == "__main__":
    main()
