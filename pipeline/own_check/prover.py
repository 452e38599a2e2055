"""The daemon's side of the check: questions to a child, its answers back, nothing where it does not answer in time."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

import structlog
from pydantic import TypeAdapter, ValidationError

from maild.config import Config
from pipeline import frames
from pipeline.own_check.question import UNCHECKED, Checked, Question

WALL_SECONDS = 25.0  # for one batch; the DNS alone may take ten
_ENVIRONMENT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
_QUESTIONS: TypeAdapter[list[Question]] = TypeAdapter(list[Question])
_ANSWERS: TypeAdapter[list[Checked]] = TypeAdapter(list[Checked])

log = structlog.get_logger("maild.prover")


class Prover:
    """``await check(pairs)`` gives one answer per question, whatever the mails do to their checker."""

    def __init__(self, config: Config, wall_seconds: float = WALL_SECONDS) -> None:
        self._workers = config.workers
        self._dns = config.dns
        self._wall_seconds = wall_seconds
        self._process: Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def check(self, pairs: Sequence[tuple[Question, bytes]]) -> list[Checked]:
        """A mail that ends the child takes only its own answer with it."""
        if not pairs:
            return []
        async with self._one_at_a_time:
            answers = await self._ask(pairs)
            if answers is None and len(pairs) > 1:
                answers = [answer for pair in pairs for answer in await self._ask([pair]) or [UNCHECKED]]
        return answers or [UNCHECKED] * len(pairs)

    async def close(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _ask(self, pairs: Sequence[tuple[Question, bytes]]) -> list[Checked] | None:
        try:
            async with asyncio.timeout(self._wall_seconds):
                return await self._talk(pairs)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValidationError) as error:
            log.warning("mail.check_failed", mails=len(pairs), why=type(error).__name__)
            await self.close()
            return None
        except BaseException:
            await self.close()
            raise

    async def _talk(self, pairs: Sequence[tuple[Question, bytes]]) -> list[Checked]:
        if self._process is None or self._process.returncode is not None:
            self._process = await self._start()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(frames.block(_QUESTIONS.dump_json([question for question, _ in pairs])))
        for _, raw in pairs:
            stdin.write(frames.block(raw))
            await stdin.drain()
        length = int.from_bytes(await stdout.readexactly(frames.LENGTH), "big")
        answers = _ANSWERS.validate_json(await stdout.readexactly(min(length, frames.LARGEST)))
        if len(answers) != len(pairs):
            raise OSError(f"{len(answers)} answers to {len(pairs)} questions")
        return answers

    async def _start(self) -> Process:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pipeline.own_check.child",
            str(self._workers.memory),
            str(self._workers.cpu_seconds),
            str(self._dns.timeout),
            *self._dns.servers,
            stdin=PIPE,
            stdout=PIPE,
            env=environment | {"MALLOC_ARENA_MAX": "2"},  # each arena would count against the memory limit
        )
