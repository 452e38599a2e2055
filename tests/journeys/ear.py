"""What a daemon says on its standard error: a thread listens, and whoever asks hears all that was said until then."""

import contextlib
import fcntl
import json
import os
import select
import threading
from collections.abc import Callable
from typing import IO, Any

MOST = 1 << 16  # bytes
ROOM = 1 << 20  # bytes; a daemon waits a fifth of a second for who is behind with its log, and then drops lines


class Ear:
    """Each line is given to ``tell`` as it comes, None at the end."""

    def __init__(self, stream: IO[bytes], tell: Callable[[dict[str, Any] | None], None]) -> None:
        self._stream = stream
        with contextlib.suppress(OSError):  # a user may have so much in all pipes together
            fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, ROOM)
        self._tell = tell
        self._rest = b""
        self._over = False
        self._turn = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        something = _poll(self._stream)
        while not self._over:
            something.poll()
            self.catch_up()
        self._stream.close()

    def catch_up(self) -> None:
        """Hear what the thread has not come to yet."""
        with self._turn:
            while not self._over and _poll(self._stream).poll(0):
                self._hear(os.read(self._stream.fileno(), MOST))

    def _hear(self, said: bytes) -> None:
        *lines, self._rest = (self._rest + said).split(b"\n")
        if not said:
            lines, self._over = [self._rest] if self._rest else [], True
        for raw in lines:
            self._tell(_line(raw))
        if self._over:
            self._tell(None)


def _poll(stream: IO[bytes]) -> "select.poll":
    something = select.poll()
    something.register(stream, select.POLLIN)
    return something


def _line(raw: bytes) -> dict[str, Any]:
    try:
        line: dict[str, Any] = json.loads(raw)
    except ValueError:
        return {"event": "unstructured", "text": raw.decode("utf-8", "replace").rstrip()}
    return line
