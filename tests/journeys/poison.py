"""Mails that harm whoever reads them. What reads mail is robust, so the harm is done by a module that Python itself
loads into each process (sitecustomize): in reading children it looks for "poison:NAME" in the mail and does the deed.
"""

import os
from pathlib import Path

MODULE = """
import errno, os, pathlib, signal, sys, threading

HERE = pathlib.Path(__file__).parent


def spin():
    while True:
        pass


DEEDS = {
    b"poison:segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    b"poison:oom": lambda: os.kill(os.getpid(), signal.SIGKILL),
    b"poison:exit": lambda: os._exit(3),
    b"poison:memory": lambda: bytearray(8 << 30),
    b"poison:bug": lambda: {}["missing"],
    b"poison:hang": lambda: threading.Event().wait(),
    b"poison:mute": lambda: (os.close(1), threading.Event().wait()),
    b"poison:cpu": spin,
    b"poison:flood": lambda: [sys.stdout.buffer.write(b"A" * (1 << 20)) for _ in range(1024)],
}

if "pipeline.child" in sys.orig_argv:
    from pipeline import reader

    healthy = reader.understand

    def understand(raw, usual):
        for mark, deed in DEEDS.items():
            if mark in raw and not (HERE / "cured").exists():
                deed()
        return healthy(raw, usual)

    reader.understand = understand
else:
    import asyncio

    start = asyncio.create_subprocess_exec

    async def start_if_possible(*arguments, **options):
        if (HERE / "no-forks").exists():
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return await start(*arguments, **options)

    asyncio.create_subprocess_exec = start_if_possible
"""


class Poison:
    """``environment`` makes a daemon take it; files beside the module steer it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "poison"
        self._folder.mkdir()
        (self._folder / "sitecustomize.py").write_text(MODULE)

    @property
    def environment(self) -> dict[str, str]:
        former = os.environ.get("PYTHONPATH", "")
        return {"PYTHONPATH": f"{self._folder}{os.pathsep}{former}" if former else str(self._folder)}

    def cure(self) -> None:
        """From now on poisoned mails are read like any other."""
        (self._folder / "cured").touch()

    def forbid_forks(self) -> None:
        (self._folder / "no-forks").touch()

    def allow_forks(self) -> None:
        (self._folder / "no-forks").unlink()
