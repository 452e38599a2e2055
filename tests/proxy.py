"""A TCP door in front of a PostgreSQL server's socket that a test may shut, block, or break at a COMMIT."""

import contextlib
import socket
import threading
from pathlib import Path

COMMIT = b"COMMIT\0"


class Proxy:
    """Listens on a free port of 127.0.0.1. The three counters say how many COMMITs are still to meet that fate.

    ``unanswered``: passed on, and the line cut before the answer. ``dropped``: cut, and not passed on. ``held``: passed
    on, and every answer held back until `unblock`. A driver that has prepared the statement does not name it any more,
    so only the first few COMMITs of a connection are known.
    """

    def __init__(self, behind: Path) -> None:
        self._behind = str(behind)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self._answers = threading.Event()
        self._answers.set()
        self.unanswered = self.dropped = self.held = 0
        self.holding = threading.Event()

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        self._listener.close()
        self._answers.set()
        self.cut()

    def cut(self) -> None:
        """Every connection ends now."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                _end(end)

    def shut(self) -> None:
        """Nobody gets in, and who was in is out."""
        self._open.clear()
        self.cut()

    def reopen(self) -> None:
        self._open.set()

    def block(self) -> None:
        """The server's answers are held back."""
        self._answers.clear()

    def unblock(self) -> None:
        self._answers.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                try:
                    near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    if not self._open.is_set():
                        raise ConnectionRefusedError
                    far.connect(self._behind)
                except OSError:
                    _end(near)
                    _end(far)
                    continue
                with self._lock:
                    self._pairs.append((near, far))
                threading.Thread(target=self._ask, args=(near, far), daemon=True).start()
                threading.Thread(target=self._answer, args=(far, near), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := near.recv(65536):
                fate = self._fate() if COMMIT in data else ""
                if fate in ("dropped", "unanswered"):
                    _end(near)
                if fate == "dropped":
                    break
                if fate == "held":
                    self.block()
                far.sendall(data)
                if fate == "held":
                    self.holding.set()
                if fate == "unanswered":
                    return  # the other thread ends the server's side once it has answered
        _end(near)
        _end(far)

    def _fate(self) -> str:
        with self._lock:
            for name in ("unanswered", "dropped", "held"):
                if left := getattr(self, name):
                    setattr(self, name, left - 1)
                    return name
        return ""

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := far.recv(65536):
                self._answers.wait()
                near.sendall(data)
        _end(near)
        _end(far)


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
