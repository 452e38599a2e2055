"""What the service manager hears, over a real datagram socket; and silence where there is none."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from maild import systemd


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def heard(manager: socket.socket) -> list[str]:
    return manager.recv(4096).decode().split("\n")


def test_start_reload_and_stop(manager: socket.socket) -> None:
    assert systemd.ready("serving")
    assert heard(manager) == ["READY=1", "STATUS=serving", f"MAINPID={os.getpid()}"]
    assert systemd.reloading()
    reloading = heard(manager)
    assert reloading[0] == "RELOADING=1"
    assert reloading[1].startswith("MONOTONIC_USEC=")
    assert systemd.stopping()
    assert heard(manager) == ["STOPPING=1"]
    assert systemd.alive()
    assert heard(manager) == ["WATCHDOG=1"]


def test_a_status_cannot_smuggle_another_assignment(manager: socket.socket) -> None:
    systemd.status("a\nMAINPID=1")
    assert heard(manager) == ["STATUS=a MAINPID=1"]


def test_an_abstract_address(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"maild-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        assert systemd.alive()
        assert listening.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("path", ["", "/nowhere/notify", "not-a-path"])
def test_nobody_listens_and_nothing_happens(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    assert not systemd.ready()


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("30000000", "", 15.0),
        ("30000000", "ours", 15.0),
        ("30000000", "1", None),
        ("0", "", None),
        ("x", "", None),
    ],
)
def test_watchdog_interval(monkeypatch: pytest.MonkeyPatch, usec: str, pid: str, seconds: float | None) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "ours" else pid)
    assert systemd.watchdog_interval() == seconds
