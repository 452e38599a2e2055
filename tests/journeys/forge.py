"""``maild`` for journeys, forked from one process that has imported everything: a start costs a tenth of the time.

What is forked is the program from its command line on, and each of a daemon's reading children likewise. Journeys about
the start itself run the program (``@pytest.mark.program``).
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from pkgutil import iter_modules
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import IO, Any

TREE = Path(__file__).parents[2]
LONGEST = 4096
PATIENCE = 60  # seconds; never waited for when all is well


class Forged:
    """A forked program, as much of subprocess.Popen as a test uses."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.stderr: IO[bytes] | None = None
        self.returncode: int | None = None
        self.ended = threading.Event()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self.ended.wait(timeout):
            raise subprocess.TimeoutExpired(f"forked program {self.pid}", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # dead, and we have not heard it yet
                os.kill(self.pid, signal.SIGKILL)


class Forge:
    """One for a test run, begun when it is first wanted; ends with us, and what it forked with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._born: SimpleQueue[Forged] = SimpleQueue()
        self._living: dict[int, Forged] = {}

    def start(self, folder: Path, words: list[str], environment: dict[str, str]) -> Forged:
        """``maild WORDS`` in ``folder``; its standard error is to be read by the caller."""
        ours, theirs = os.pipe()
        forged = self._fork({"folder": str(folder), "words": words, "environment": environment}, theirs)
        os.close(theirs)
        forged.stderr = os.fdopen(ours, "rb")
        return forged

    def run(
        self, folder: Path, words: list[str], environment: dict[str, str], given: bytes
    ) -> tuple[int, bytes, bytes]:
        """``maild WORDS`` to its end: exit code, standard output and error."""
        with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
            stdin.write(given)
            stdin.seek(0)
            request = {"folder": str(folder), "words": words, "environment": environment}
            forged = self._fork(request, stdin.fileno(), stdout.fileno(), stderr.fileno())
            code = forged.wait(PATIENCE)
            stdout.seek(0)
            stderr.seek(0)
            return code, stdout.read(), stderr.read()

    def on(self, folder: Path, words: list[str], environment: dict[str, str], terminal: int) -> Forged:
        """``maild WORDS`` at a terminal, which is all three of its streams."""
        request = {"folder": str(folder), "words": words, "environment": environment}
        return self._fork(request, terminal, terminal, terminal)

    def _fork(self, request: dict[str, Any], *streams: int) -> Forged:
        with self._lock:
            line = self._line or self._begin()
            socket.send_fds(line, [json.dumps(request).encode()], streams)
            return self._born.get(timeout=PATIENCE)

    def _begin(self) -> socket.socket:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.forge", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=TREE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        theirs.close()
        assert self._line.recv(LONGEST), "the forge did not begin"
        threading.Thread(target=self._hear, args=(self._line,), daemon=True).start()
        return self._line

    def _hear(self, line: socket.socket) -> None:
        while message := line.recv(LONGEST):
            told = json.loads(message)
            if "died" in told:
                forged = self._living.pop(told["died"])
                forged.returncode = told["code"]
                forged.ended.set()
            else:
                forged = self._living[told["pid"]] = Forged(told["pid"])
                self._born.put(forged)

    def close(self) -> None:
        if self._line is not None and self._process is not None:
            self._line.shutdown(socket.SHUT_RDWR)
            self._process.wait()
            self._line.close()
            self._line = self._process = None


def run_program(request: dict[str, Any]) -> int:
    """In the fork: the program, as its entry point runs it."""
    from maild.cli import main
    from tests.crash.readers import Readers
    from tests.journeys import poison

    poisoned = request["environment"].get(poison.VARIABLE)
    if poisoned:
        poison.poison_readers(Path(poisoned))
    if request["words"][0] == "run":
        Readers().install()
    if poisoned:
        poison.forbid_starts(Path(poisoned))
    sys.argv = ["maild", *request["words"]]
    sys.stdin = os.fdopen(0, "r", -1, "utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", -1, "utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, "utf-8", closefd=False)
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def commands() -> list[str]:
    """Every command's module, and what they import once there is something to show or somebody to ask for a word."""
    from maild import cli

    return [*(f"maild.cli.{module.name}" for module in iter_modules(cli.__path__)), "getpass", "rich._emoji_codes"]


def keep_grammar() -> None:
    """The grammar is the same for each command and each daemon: built once, it need not be built again in a fork."""
    from maild.cli import parser

    grammar = parser.build()
    parser.build = lambda *_: grammar


if __name__ == "__main__":
    from tests.crash.forge import preload, serve

    failing = preload(*commands())
    keep_grammar()
    serve(socket.socket(fileno=int(sys.argv[1])), failing, run_program)
else:
    FORGE = Forge()
