"""Mails that harm whoever reads them. What reads mail is robust, so the harm is done by what is put in its place: it
looks for "poison:NAME" in the mail and does the deed. In a program of its own it is a module that Python loads by
itself (sitecustomize); in a fork, ``run_program`` puts it there.
"""

import asyncio
import errno
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maild.domain.habits import Usual
    from pipeline.understood import Understood

VARIABLE = "MAILD_TEST_POISON"
TREE = Path(__file__).parents[2]
MODULE = f"""
import pathlib, sys

sys.path.append({str(TREE)!r})
from tests.journeys import poison

here = pathlib.Path(__file__).parent
if "pipeline.child" in sys.orig_argv:
    poison.poison_readers(here)
else:
    poison.forbid_starts(here)
"""


def _spin() -> None:
    while True:
        pass


def _mute() -> None:
    os.close(1)
    threading.Event().wait()


DEEDS: dict[bytes, Callable[[], Any]] = {
    b"poison:segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    b"poison:oom": lambda: os.kill(os.getpid(), signal.SIGKILL),
    b"poison:exit": lambda: os._exit(3),
    b"poison:memory": lambda: bytearray(8 << 30),
    b"poison:bug": lambda: dict[str, str]()["missing"],
    b"poison:hang": lambda: threading.Event().wait(),
    b"poison:mute": _mute,
    b"poison:cpu": _spin,
    b"poison:flood": lambda: [sys.stdout.buffer.write(b"A" * (1 << 20)) for _ in range(1024)],
}


def poison_readers(here: Path) -> None:
    """In a process that reads mail, or that is forked into such."""
    from pipeline import reader

    healthy = reader.understand

    def understand(raw: bytes, usual: "Usual" = MappingProxyType({})) -> "Understood":
        for mark, deed in DEEDS.items():
            if mark in raw and not (here / "cured").exists():
                deed()
        return healthy(raw, usual)

    reader.understand = understand
    if "pipeline.child" in sys.modules:
        sys.modules["pipeline.child"].__dict__["understand"] = understand


def forbid_starts(here: Path) -> None:
    """In a daemon: none of its children can be started as long as ``no-forks`` lies there."""
    start = asyncio.create_subprocess_exec

    async def start_if_possible(*arguments: Any, **options: Any) -> Any:
        if (here / "no-forks").exists():
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return await start(*arguments, **options)

    asyncio.create_subprocess_exec = start_if_possible


class Poison:
    """``environment`` makes a daemon take it, ``of_a_program`` one that is not forked; files there steer it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "poison"
        self._folder.mkdir()
        (self._folder / "sitecustomize.py").write_text(MODULE)

    @property
    def environment(self) -> dict[str, str]:
        return {VARIABLE: str(self._folder)}

    @property
    def of_a_program(self) -> dict[str, str]:
        former = os.environ.get("PYTHONPATH", "")
        return self.environment | {"PYTHONPATH": f"{self._folder}{os.pathsep}{former}" if former else str(self._folder)}

    def cure(self) -> None:
        """From now on poisoned mails are read like any other."""
        (self._folder / "cured").touch()

    def forbid_forks(self) -> None:
        (self._folder / "no-forks").touch()

    def allow_forks(self) -> None:
        (self._folder / "no-forks").unlink()
