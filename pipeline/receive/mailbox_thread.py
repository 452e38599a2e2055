"""A thread for the blocking calls of one mailbox, and a clock outside of it that ends those that take too long."""

import asyncio
import contextlib
import queue
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from pipeline.receive.mailbox_trouble import Kind, Lost

T = TypeVar("T")
LAST_SECONDS = 5.0  # that a call has to notice that its socket was shut


class Cord:
    """The socket of a connection, to be cut from outside: a blocked read ends at once when its socket is shut down."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._cut = False

    def tie(self, sock: socket.socket) -> None:
        """From now on this is the socket; raises ConnectionAbortedError where the cord was cut before."""
        self._socket = sock
        if self._cut:
            self.cut()
            raise ConnectionAbortedError("the connection was cut")

    @property
    def is_cut(self) -> bool:
        return self._cut

    def cut(self) -> None:
        self._cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not the method of an SSLSocket: that one forgets its TLS under the feet of the reading thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class MailboxThread:
    """Runs one call after another. A thread that does not even notice a cut socket is left behind and replaced."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] | None = None

    async def call(self, work: Callable[[], T], seconds: float, cord: Cord) -> T:
        """What ``work`` returns or raises; raises Lost where it takes longer than ``seconds``."""
        answer: Future[T] = Future()
        self._queue().put((work, answer))
        waiting = asyncio.wrap_future(answer)
        try:
            await asyncio.wait({waiting}, timeout=seconds)
            if not waiting.done():
                await self._end(waiting, cord)
                raise Lost(Kind.NETWORK, f"the server did not finish within {seconds:g} seconds")
            return waiting.result()
        except asyncio.CancelledError:
            cord.cut()
            waiting.add_done_callback(_heard)
            raise

    async def _end(self, waiting: "asyncio.Future[T]", cord: Cord) -> None:
        cord.cut()
        await asyncio.wait({waiting}, timeout=LAST_SECONDS)
        if not waiting.done():
            self.close()
        waiting.add_done_callback(_heard)

    def _queue(self) -> "queue.SimpleQueue[Any]":
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_work, args=(self._jobs,), name=self._name, daemon=True).start()
        return self._jobs

    def close(self) -> None:
        """The thread ends after what it is doing."""
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None


def _work(jobs: "queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]") -> None:
    while (job := jobs.get()) is not None:
        work, answer = job
        if not answer.set_running_or_notify_cancel():
            continue
        try:
            answer.set_result(work())
        except BaseException as error:  # also MemoryError: the thread must live on
            answer.set_exception(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))


def _heard(waiting: "asyncio.Future[Any]") -> None:
    """Nobody waits for this any more; asyncio would complain about an exception that nobody heard."""
    if not waiting.cancelled():
        waiting.exception()
