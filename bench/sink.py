"""A relay that takes every letter and counts them: ``python -m bench.sink`` prints its port, then answers SMTP.

A line on standard input is answered with the number of letters taken so far.
"""

import asyncio
import sys

taken = 0


class Sink(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.rest, self.body = transport, b"", False
        transport.write(b"220 sink.example\r\n")

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while self._body() if self.body else self._command():
            pass

    def _body(self) -> bool:
        global taken
        end = self.rest.find(b"\r\n.\r\n")
        if end < 0:
            return False
        self.rest, self.body = self.rest[end + 5 :], False
        taken += 1
        self.transport.write(b"250 taken\r\n")
        return True

    def _command(self) -> bool:
        line, end, rest = self.rest.partition(b"\n")
        if not end:
            return False
        self.rest = rest
        match line[:4].upper():
            case b"DATA":
                self.body = True
                self.transport.write(b"354 go on\r\n")
            case b"QUIT":
                self.transport.write(b"221 bye\r\n")
                self.transport.close()
            case _:
                self.transport.write(b"250 ok\r\n")
        return True


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(taken, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
