"""A server that throws mail away, as a process of its own whose memory and descriptors can be watched.

``python -m tests.pipeline.receive.discarding MAX_SIZE [MAX_CONNECTIONS [MAX_PER_CLIENT]]`` prints its port, and ends
with its standard input.
"""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from maild.config.transport import Smtp
from maild.domain.envelope import Envelope
from pipeline.receipt import Receipt
from pipeline.receive.body import SpooledBody
from pipeline.receive.smtp import start


class Anybody:
    def recipient(self, address: str) -> None:
        return None


async def accept(envelope: Envelope, body: SpooledBody) -> Receipt:
    return Receipt(str(body.size))


async def main(max_size: int, max_connections: int = 100, max_per_client: int = 100) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    settings = Smtp().model_copy(
        update={
            "listen": ("127.0.0.1:0",),
            "max_size": max_size,
            "max_connections": max_connections,
            "max_per_client": max_per_client,
        }
    )
    server = await start(settings, Anybody(), accept)
    print(server.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.drain(1)


class Discarding:
    """The process, seen from outside."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process, self.port = process, port
        self.errors = ""  # what it wrote on its standard error, once it has ended

    @property
    def peak_memory(self) -> int:
        """The largest resident set so far, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


@contextmanager
def discarding(*arguments: int, files: int = 1024, cpu_seconds: int = 60) -> Iterator[Discarding]:
    """Run it with so many file descriptors and so much processor time."""
    limits = f"ulimit -n {files} -t {cpu_seconds}; exec "
    command = [sys.executable, "-m", "tests.pipeline.receive.discarding", *map(str, arguments)]
    process = subprocess.Popen(
        ["bash", "-c", limits + '"$@"', "bash", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    server = Discarding(process, int(process.stdout.readline()))
    try:
        yield server
    finally:
        _, server.errors = process.communicate(timeout=60)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
