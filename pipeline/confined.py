"""A child process that answers blocks with blocks, under the limits that its module sets for itself."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

from pipeline import frames

_PASSED_ON = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


def environment() -> dict[str, str]:
    """Of a child: what Python needs, and none of our secrets."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


class Confined:
    """``python -m module arguments``, started at the first question and again after an end."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        self._command = (sys.executable, "-m", module, *arguments)
        self._process: Process | None = None

    async def ask(self, blocks: Sequence[bytes], answers: int = 1) -> list[bytes]:
        """Raises OSError or IncompleteReadError where the child does not answer so; close it then."""
        if self._process is None or self._process.returncode is not None:
            self._process = await self._start()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        for block in blocks:
            stdin.write(frames.block(block))
            await stdin.drain()
        return [await self._block(stdout) for _ in range(answers)]

    async def close(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    @staticmethod
    async def _block(stdout: asyncio.StreamReader) -> bytes:
        length = int.from_bytes(await stdout.readexactly(frames.LENGTH), "big")
        if length > frames.LARGEST:
            raise OSError(f"an answer of {length} bytes")
        return await stdout.readexactly(length)

    async def _start(self) -> Process:
        few = environment() | {"MALLOC_ARENA_MAX": "2"}  # each arena would count against the memory limit
        return await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE, env=few)
