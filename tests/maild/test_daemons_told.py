"""What a command says that finds no daemon where it asked."""

import os
import socket
from pathlib import Path

import pytest

from maild.cli import daemons
from maild.cli.status import _print_absent


def known(path: Path, host: str = "", pid: int = 0) -> dict[str, object]:
    return {
        "name": "x",
        "host": host or socket.gethostname(),
        "pid": pid or os.getpid(),
        "roles": "smtp",
        "started_at": "2026-03-02T09:00:00Z",
        "socket": str(path),
    }


def test_a_daemon_that_is_known_but_does_not_answer_yet_is_starting_and_is_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = tmp_path / "maild.sock"
    _print_absent(asked, [known(asked)])
    said = capsys.readouterr().out
    assert "starting or stopping" in said
    assert ("not running" in said, "at work" in said) == (False, False)
    assert "starting" in daemons.unreachable(asked, [known(asked)]).what


def test_one_of_another_host_with_the_same_path_is_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = tmp_path / "maild.sock"
    _print_absent(asked, [known(asked, "far.example")])
    said = capsys.readouterr().out
    assert "none answers" in said
    assert "at work   far.example" in said


def test_one_that_was_killed_here_is_not_at_work(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    assert daemons.alive([known(tmp_path / "a.sock", pid=child)]) == []
    assert daemons.unreachable(tmp_path / "a.sock", []).what == "no daemon runs"
