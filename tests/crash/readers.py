"""Reading children forked from the daemon's own image, where the program would start Python anew for each.

A process forked off before the daemon has threads does the forking; it and its children end with the daemon.
"""

import asyncio
import json
import os
import selectors
import signal
import socket
from typing import Any

from tests.crash.forge import bury

LONGEST = 4096


class Readers:
    """``install`` puts ``spawn`` in the place of ``asyncio.create_subprocess_exec``."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            self._line.close()
            try:
                _serve(theirs)
            finally:
                os._exit(0)
        theirs.close()
        self._line.setblocking(False)
        self._living: dict[int, Reader] = {}
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._listening = False
        self._other = asyncio.create_subprocess_exec

    def install(self) -> None:
        asyncio.create_subprocess_exec = self.spawn  # type: ignore[assignment]

    async def spawn(self, *arguments: str, **options: Any) -> Any:
        if "pipeline.child" not in arguments:
            return await self._other(*arguments, **options)
        loop = asyncio.get_running_loop()
        if not self._listening:
            loop.add_reader(self._line, self._hear)
            self._listening = True
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours_out, "rb"))
        transport, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(ours_in, "wb"))
        socket.send_fds(self._line, [json.dumps(arguments[-2:]).encode()], [theirs_in, theirs_out])
        os.close(theirs_in)
        os.close(theirs_out)
        child = Reader(await self._born.get(), asyncio.StreamWriter(transport, flow, None, loop), reader)
        self._living[child.pid] = child
        return child

    def _hear(self) -> None:
        told = self._line.recv(LONGEST)
        if not told:
            asyncio.get_running_loop().remove_reader(self._line)
            return
        message = json.loads(told)
        if "died" in message:
            self._living.pop(message["died"]).ended(message["code"])
        else:
            self._born.put_nowait(message["pid"])


class Reader:
    """As much of asyncio.subprocess.Process as the pool uses."""

    def __init__(self, pid: int, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.returncode: int | None = None
        self._end = asyncio.Event()

    def ended(self, code: int) -> None:
        self.returncode = code
        self._end.set()

    async def wait(self) -> int:
        await self._end.wait()
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


def _serve(line: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    told, tell = socket.socketpair()
    tell.setblocking(False)
    signal.set_wakeup_fd(tell.fileno())
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        selector.register(told, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is told:
                    told.recv(LONGEST)
                    bury(line)
                elif not _fork(line, (told, tell)):
                    return


def _fork(line: socket.socket, signals: tuple[socket.socket, ...]) -> bool:
    message, descriptors, _, _ = socket.recv_fds(line, LONGEST, 2)
    if not message:
        return False
    memory, cpu_seconds = json.loads(message)
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in (line, *signals):
            other.close()
        _read(descriptors, int(memory), float(cpu_seconds))
    for descriptor in descriptors:
        os.close(descriptor)
    line.send(json.dumps({"pid": pid}).encode())
    return True


def _read(descriptors: list[int], memory: int, cpu_seconds: float) -> None:
    status = 70
    try:
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        from pipeline import child

        child.main(memory, cpu_seconds)
        status = 0
    finally:
        os._exit(status)
