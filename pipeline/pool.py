"""A warm pool of reading children, each under limits, replaced when a mail kills it."""

import asyncio
import contextlib
import fcntl
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

import structlog

from maild import failpoints
from maild.config import Workers
from maild.domain.habits import Usual
from maild.errors import Unavailable
from pipeline import frames
from pipeline.confined import environment
from pipeline.understood import Understood, Unread

TRIAL = b"Subject: trial\r\n\r\nNothing is ordered here.\r\n"
MAILS_PER_CHILD = 5000  # after so many a child is replaced, so that no leak of a parser library grows for ever
READ = 64 * 1024
PIPE_SIZE = 1024 * 1024  # holds most mails whole: a mail of 280 KB took five turns of the loop and of the child
NOTHING: Usual = {}
START_SECONDS = 60.0  # for a new child's imports on a busy machine; no mail is to blame for them
FAREWELL_SECONDS = 5.0  # for a killed child to be gone; longer only where something of its own outlives it

log = structlog.get_logger("maild.pool")


class Pool:
    """``await read(raws)`` gives one answer per mail, in order, whatever the mails do to their reader."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._idle: asyncio.Queue[Child | None] = asyncio.Queue()
        for _ in range(workers.children):
            self._idle.put_nowait(None)

    async def warm(self) -> None:
        """Start all children now and have each read a mail: no order shall wait for imports, or meet a broken reader.

        Raises Unavailable when a child does not come up.
        """
        answers = await asyncio.gather(*(self.read([TRIAL]) for _ in range(self._workers.children)))
        for answer in (answer for [answer] in answers if isinstance(answer, Unread)):
            raise Unavailable(f"the readers of mail do not start: {answer.why}", "is maild installed completely?")

    async def read_all(self, raws: Sequence[bytes], usual: Usual = NOTHING) -> list[Understood | Unread]:
        """One answer per mail, in order; all children read at once."""
        share = -(-len(raws) // self._workers.children) or 1
        parts = [raws[start : start + share] for start in range(0, len(raws), share)]
        found = await asyncio.gather(*(self.read(part, usual) for part in parts))
        return [answer for answers in found for answer in answers]

    async def read(self, raws: Sequence[bytes], usual: Usual = NOTHING) -> list[Understood | Unread]:
        """Several small mails go to one child at once; one that kills it does not take its neighbours down."""
        child = await self._idle.get()
        answers: list[Understood | Unread] = []
        try:
            while len(answers) < len(raws):
                if child is None or child.tired:
                    await self._end(child)
                    child = None
                    child = await self._start()
                answers += await child.read(raws[len(answers) :], usual)
                if isinstance(answers[-1], Unread):
                    await self._end(child)
                    child = None
        except OSError as error:
            log.error("parser.unavailable", error=error.strerror)
            rest = len(raws) - len(answers)
            answers += [Unread("parser.unavailable", f"no reader could be started: {error.strerror}")] * rest
        except BaseException:
            await self._end(child)
            child = None
            raise
        finally:
            self._idle.put_nowait(child)
        return answers

    async def _start(self) -> "Child":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pipeline.child",
            str(self._workers.memory),
            str(self._workers.cpu_seconds),
            stdin=PIPE,
            stdout=PIPE,
            env=environment(),
        )
        _widen(process)
        return Child(process, self._workers.wall_seconds)

    async def _end(self, child: "Child | None") -> None:
        if child is not None:
            await child.kill()

    async def close(self) -> None:
        """End all children; reads under way must have ended before."""
        for _ in range(self._workers.children):
            await self._end(await self._idle.get())


def _widen(process: Process) -> None:
    """Where system, loop and the kernel's limit on wide pipes let us; else mails go through in more pieces."""
    pipe = process.stdin.get_extra_info("pipe") if process.stdin else None
    if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_SIZE)


class Child:
    """One process. After an Unread answer it is spent."""

    def __init__(self, process: Process, wall_seconds: float) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self._wall_seconds = wall_seconds
        self._read = 0
        self._up = False  # it has said its first word; the time that a mail may take is reckoned from then

    @property
    def tired(self) -> bool:
        return self._read >= MAILS_PER_CHILD or self._process.returncode is not None

    async def read(self, raws: Sequence[bytes], usual: Usual = NOTHING) -> list[Understood | Unread]:
        """Answers up to and including the first mail that could not be read."""
        feeding = asyncio.create_task(self._feed(raws, json.dumps(usual).encode() if usual else b""))
        answers: list[Understood | Unread] = []
        try:
            for _ in raws:
                failpoints.hit("parse.child_running")
                answers.append(await self._answer())
                self._read += 1
                if isinstance(answers[-1], Unread):
                    break
        finally:
            feeding.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await feeding
        return answers

    async def _feed(self, raws: Sequence[bytes], usual: bytes) -> None:
        for raw in raws:
            self._stdin.write(frames.block(usual))
            self._stdin.write(frames.block(raw))
            await self._stdin.drain()

    async def _answer(self) -> Understood | Unread:
        if not self._up:
            late = Unread("parser.unavailable", f"the reader did not start within {START_SECONDS:g} seconds")
            first = await self._block(START_SECONDS, late)
            if isinstance(first, Unread):
                return first
            self._up = True
        late = Unread("parser.timeout", f"the reader took more than {self._wall_seconds:g} seconds")
        said = await self._block(self._wall_seconds, late)
        return said if isinstance(said, Unread) else frames.load(said)

    async def _block(self, seconds: float, late: Unread) -> bytes | Unread:
        try:
            async with asyncio.timeout(seconds):
                return await self._said()
        except TimeoutError:
            return late

    async def _said(self) -> bytes | Unread:
        try:
            length = int.from_bytes(await self._stdout.readexactly(frames.LENGTH), "big")
            if length > frames.LARGEST:
                return Unread("parser.output", f"the reader's answer has {length} bytes")
            return await self._stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return Unread("parser.crashed", f"the reader ended: {self._ending(await self._process.wait())}")

    @staticmethod
    def _ending(code: int) -> str:
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                while await self._stdout.read(READ):
                    pass  # asyncio tells of a process's end only when all that it said is taken
                await self._process.wait()
