"""A real HTTP server that takes webhook calls, and can be told to misbehave."""

import json
import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 60


@dataclass(frozen=True)
class Call:
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found


class Hook:
    """Listens on a free port; ``answer`` is the status it gives, ``calls`` grows."""

    def __init__(self) -> None:
        self.answer = 200
        self.headers: dict[str, str] = {}
        self.calls: list[Call] = []
        self._new: queue.Queue[Call] = queue.Queue()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                call = Call(dict(self.headers.items()), raw)
                hook.calls.append(call)
                hook._new.put(call)
                self.send_response(hook.answer)
                for name, value in hook.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *values: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def start(self) -> "Hook":
        self._thread.start()
        return self

    def next(self) -> Call:
        return self._new.get(timeout=PATIENCE)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(PATIENCE)
