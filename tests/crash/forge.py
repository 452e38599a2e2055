"""A process that has imported the daemon and forks it on demand: a start then costs a tenth of the processor time.

It has no threads, no event loop and no database. It has read the shipped configuration once, so that the letters'
templates are compiled and found to be right; a daemon forked from it does not do that again. Every so many rounds the
driver starts the program from scratch instead.
"""

import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

LONGEST = 64 * 1024
PR_SET_PDEATHSIG = 1
IMPORTED = (
    "alembic.command",
    "alembic.script",
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.interval",
    "maild.app",
    "maild.store.backup",
    "maild.store.dismissal",
    "maild.store.schema",
    "maild.web.probes",
    "maild.web.server",
    "pipeline.child",
    "pipeline.receive.imap",
    "psycopg",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "tests.crash.readers",
)


class Failing:
    """Stands for ``failpoints.hit`` in all that is imported; armed after the fork, when the environment is known."""

    def __init__(self) -> None:
        from maild import failpoints

        self._failpoints = failpoints
        self._hit = failpoints.hit

    def __call__(self, name: str) -> None:
        self._hit(name)

    def arm(self) -> None:
        plan, log = os.environ.get("MAILD_FAIL", ""), os.environ.get("MAILD_FAIL_LOG")
        self._hit = self._failpoints.armed(plan, log)


def serve(line: socket.socket, failing: Failing, run: Callable[[dict[str, Any]], int]) -> None:
    """Fork a daemon for each request, tell of each that died; ends with the driver."""
    told, tell = socket.socketpair()
    tell.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(tell.fileno())
    gc.collect()
    gc.freeze()
    line.send(b'{"ready": true}')
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        selector.register(told, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is told:
                    told.recv(LONGEST)
                    bury(line)
                elif not answer(line, failing, run):
                    return


def preload(*more: str) -> Failing:
    """Import all that a daemon and its readers need, and read the shipped configuration once."""
    from maild import failpoints

    failing = Failing()
    failpoints.hit = failing
    from maild import rooms

    for name in (*IMPORTED, *rooms.ROOMS, *more):
        import_module(name)
    keep_templates()
    read_shipped()
    return failing


def keep_templates() -> None:
    """A letter's text that was compiled once is not compiled again, here or in a daemon."""
    import jinja2

    compiled: dict[tuple[Any, ...], Any] = {}
    compiler = jinja2.Environment.compile

    def remembered(self: jinja2.Environment, source: Any, *arguments: Any, **options: Any) -> Any:
        key = (type(self), source, arguments, tuple(sorted(options.items())))
        if not isinstance(source, str):
            return compiler(self, source, *arguments, **options)
        if key not in compiled:
            compiled[key] = compiler(self, source, *arguments, **options)
        return compiled[key]

    jinja2.Environment.compile = remembered  # type: ignore[method-assign]


def read_shipped() -> None:
    from maild.cli.config import example_text
    from pipeline import furniture

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.toml").write_text(example_text())
        furniture.load_desk(Path(folder) / "config.toml", make_key=True)


def answer(line: socket.socket, failing: Failing, run: Callable[[dict[str, Any]], int]) -> bool:
    message, descriptors, _, _ = socket.recv_fds(line, LONGEST, 3)
    if not message:
        return False
    pid = os.fork()
    if pid == 0:
        line.close()
        live(json.loads(message), descriptors, failing, run)
    for descriptor in descriptors:
        os.close(descriptor)
    line.send(json.dumps({"pid": pid}).encode())
    return True


def live(request: dict[str, Any], streams: list[int], failing: Failing, run: Callable[[dict[str, Any]], int]) -> None:
    """From here on: the daemon. Its streams are the last of the three standard ones. Never returns."""
    status = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        for number, stream in enumerate(streams, 3 - len(streams)):
            os.dup2(stream, number)
            os.close(stream)
        os.umask(0o077)
        os.chdir(request["folder"])
        os.environ.update(request["environment"])
        failing.arm()
        status = run(request)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


def run_desk(request: dict[str, Any]) -> int:
    """The daemon, or a command where the request has its words."""
    if request.get("words"):
        from tests.journeys.forge import run_program

        return run_program(request)
    from maild import app
    from maild.errors import MaildError
    from tests.crash.readers import Readers

    Readers().install()
    try:
        app.run(app.Start(Path(request["folder"]) / "config.toml"))
    except MaildError as error:
        os.write(2, f"maild: {error.what}\n".encode())
        return error.exit_code
    return 0


def bury(line: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        line.send(json.dumps({"died": pid, "code": os.waitstatus_to_exitcode(status)}).encode())


if __name__ == "__main__":
    ready = preload()
    serve(socket.socket(fileno=int(sys.argv[1])), ready, run_desk)
