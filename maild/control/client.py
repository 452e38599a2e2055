"""Asking the running daemon over its unix socket. Imports nothing heavy: a command must answer at once."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from maild.errors import MaildError, Unavailable

END = "!"  # opens the last line of an answer; every other line is a row
CONNECT_SECONDS = 2.0


class NoDaemon(Exception):
    """Nobody listens on the socket."""


class Refusal(MaildError):
    """What the daemon said no to, with its exit code."""

    def __init__(self, what: str, hint: str, exit_code: int) -> None:
        super().__init__(what, hint)
        self.exit_code = exit_code


class HungUp(Unavailable):
    """The daemon ended before its answer did."""


def ask(
    path: Path, operation: str, arguments: dict[str, Any], actor: str = "", *, named: bool = False
) -> Iterator[str]:
    """The rows of an answer as JSON lines, as they come.

    Raises NoDaemon when none is running, Refusal when the daemon says no, Unavailable when it falls silent.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            raise NoDaemon from None
        except OSError as error:
            raise Unavailable(f"{path}: {error.strerror or error}", "may you use the daemon's socket?") from error
        line.settimeout(None)
        request = {"operation": operation, "arguments": arguments, "actor": actor, "named": named}
        line.sendall(json.dumps(request).encode() + b"\n")
        with line.makefile("r", encoding="utf-8") as answer:
            for text in answer:
                if text.startswith(END):
                    _finish(json.loads(text[1:]))
                    return
                yield text.rstrip("\n")
    raise HungUp(f"{path}: the daemon hung up", "see its log; then ask again")


def _finish(end: dict[str, Any]) -> None:
    if end["exit"] != 0:
        raise Refusal(end["what"], end.get("hint", ""), end["exit"])
