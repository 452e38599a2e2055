"""The lives of one desk: forked or started from scratch, asked over its socket, moved through time, killed."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

PATIENCE = 120.0  # seconds before a silent daemon is taken for hung
LONGEST_LINE = 64 * 1024 * 1024
WORDS = 400  # log lines that are kept for whoever looks for the cause of a failure


class Dead(Exception):
    """The daemon died under the question."""


class Refused(Exception):
    """The daemon said no."""


class Forge:
    """The driver's side of `tests.crash.forge`."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.forge", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        theirs.close()
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._dead: dict[int, asyncio.Future[int]] = {}

    async def start(self) -> "Forge":
        loop = asyncio.get_running_loop()
        self._line.setblocking(False)
        assert json.loads(await loop.sock_recv(self._line, 4096))["ready"]
        loop.add_reader(self._line, self._hear)
        return self

    def _hear(self) -> None:
        message = json.loads(self._line.recv(4096) or b"{}")
        if "died" in message:
            self._dead.pop(message["died"]).set_result(message["code"])
        elif "pid" in message:
            self._dead[message["pid"]] = asyncio.get_running_loop().create_future()
            self._born.put_nowait(message["pid"])
        else:
            asyncio.get_running_loop().remove_reader(self._line)

    async def fork(
        self, folder: Path, environment: dict[str, str], log: int, *words: str
    ) -> tuple[int, "asyncio.Future[int]"]:
        """The daemon, or a command by its words; ``log`` is its standard error."""
        request = {"folder": str(folder), "environment": environment, "words": words}
        socket.send_fds(self._line, [json.dumps(request).encode()], [log])
        pid = await self._born.get()
        return pid, self._dead[pid] if pid in self._dead else _already()

    def close(self) -> None:
        with contextlib.suppress(ValueError):
            asyncio.get_running_loop().remove_reader(self._line)
        self._line.close()
        self._process.wait()


def _already() -> "asyncio.Future[int]":
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    done.set_result(-signal.SIGKILL)
    return done


class Life:
    """One process from its start to its death."""

    def __init__(self, pid: int, death: "asyncio.Future[int]") -> None:
        self.pid = pid
        self.death = death
        self.words: deque[str] = deque(maxlen=WORDS)
        self.ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.silent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.news = asyncio.Event()  # it said something of its mailbox
        self.rss = 0  # KiB at its highest
        self.descriptors = 0

    @property
    def dead(self) -> bool:
        return self.death.done()

    async def hear(self, stream: asyncio.StreamReader) -> None:
        """Keep its last words, and note when it takes mail."""
        async for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            self.words.append(line)
            if '"imap.' in line:
                self.news.set()
            if '"daemon.ready"' in line and not self.ready.done():
                self.ready.set_result(json.loads(line)["smtp"][0])
        if not self.ready.done():
            self.ready.cancel()
        self.silent.set_result(None)

    def measure(self) -> None:
        """Its memory and descriptors now; called before each kill."""
        with contextlib.suppress(OSError, ValueError):
            status = Path(f"/proc/{self.pid}/status").read_text()
            peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
            self.rss = max(self.rss, int(peak.split()[1]))
            self.descriptors = max(self.descriptors, sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir()))

    def kill(self) -> None:
        self.measure()
        if not self.dead:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def buried(self) -> int:
        """Wait until it and its children are gone; the exit code."""
        code = await asyncio.wait_for(asyncio.shield(self.death), PATIENCE)
        await asyncio.wait_for(asyncio.shield(self.silent), PATIENCE)
        return code


class Desk:
    """A folder with config.toml and its clock; one life at a time."""

    def __init__(self, folder: Path, forge: Forge, now: datetime) -> None:
        self.folder = folder
        self.now = now
        self.port = 0
        self.life: Life | None = None
        self._forge = forge
        self._hearing: asyncio.Task[None] | None = None

    async def start(self, fail: str = "", *, from_scratch: bool = False) -> bool:
        """Whether it came so far that it takes mail; False where it died before."""
        environment = {"MAILD_CLOCK": f"manual:{self.now.isoformat()}", "MAILD_FAIL": fail}
        ours, theirs = os.pipe()
        if from_scratch:
            pid, death = await self._from_scratch(environment, theirs)
        else:
            pid, death = await self._forge.fork(self.folder, environment, theirs)
        os.close(theirs)
        self.life = Life(pid, death)
        stream = asyncio.StreamReader(limit=LONGEST_LINE)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(ours, "rb"))
        self._hearing = asyncio.create_task(self.life.hear(stream))
        await asyncio.wait([self.life.ready], timeout=PATIENCE)
        if self.life.ready.cancelled():
            return False
        if not self.life.ready.done():
            raise AssertionError(f"the daemon does not get ready: {list(self.life.words)[-5:]}")
        self.port = self.life.ready.result()
        return True

    async def _from_scratch(self, environment: dict[str, str], log: int) -> tuple[int, "asyncio.Future[int]"]:
        command = (sys.executable, "-m", "maild", "run", "-c", str(self.folder / "config.toml"))
        process = await asyncio.create_subprocess_exec(
            *command, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder, env={**os.environ, **environment}
        )
        return process.pid, asyncio.ensure_future(process.wait())

    async def maild(self, environment: dict[str, str], *words: str) -> None:
        """A command as an operator types it; raises where it fails."""
        ours, theirs = os.pipe()
        clock = {"MAILD_CLOCK": f"manual:{self.now.isoformat()}"}
        _, death = await self._forge.fork(self.folder, environment | clock, theirs, *words)
        os.close(theirs)
        with os.fdopen(ours) as said:
            words_said = await asyncio.to_thread(said.read)
        if await asyncio.wait_for(death, PATIENCE):
            raise AssertionError(f"maild {' '.join(words)}: {words_said}")

    async def ask(self, operation: str, actor: str = "", **arguments: Any) -> list[dict[str, Any]]:
        """The rows of an answer; raises Dead where there comes none, Refused where it is no."""
        try:
            return await asyncio.wait_for(self._ask(operation, actor, arguments), PATIENCE)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Dead(operation) from error

    async def _ask(self, operation: str, actor: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        reader, writer = await asyncio.open_unix_connection(self.folder / "maild.sock", limit=LONGEST_LINE)
        try:
            request = {"operation": operation, "arguments": arguments, "actor": actor}
            writer.write(json.dumps(request).encode() + b"\n")
            rows: list[dict[str, Any]] = []
            while line := await reader.readline():
                if line.startswith(b"!"):
                    end = json.loads(line[1:])
                    if end["exit"]:
                        raise Refused(end["what"])
                    return rows
                rows.append(json.loads(line))
            raise Dead(operation)
        finally:
            writer.close()

    async def quiet(self) -> None:
        """Nothing is in work or due; raises where that never comes."""
        try:
            await self.ask("quiet")
        except TimeoutError as error:
            raise AssertionError(f"the daemon never comes to rest: {await self.ask('status')}") from error

    async def move(self, to: datetime) -> None:
        self.now = max(self.now, to)  # from now on restarts live by it too, whether it was heard or not
        await self.ask("clock.move", to=self.now.isoformat())

    async def next_due(self) -> tuple[datetime | None, datetime | None]:
        """When the next timer and the next letter fall due."""
        row = (await self.ask("status"))[0]
        timer, letter, rest = (
            datetime.fromisoformat(row[name]) if row[name] else None
            for name in ("next_timer_at", "next_letter_at", "relay_rests_until")
        )
        return timer, max(letter, rest) if letter and rest else letter

    async def send_letters(self, limit: timedelta = timedelta(days=4)) -> None:
        """Move through time until each letter has left."""
        end = self.now + limit
        await self.quiet()
        while (due := (await self.next_due())[1]) is not None:
            if due > end:
                raise AssertionError(f"a letter waits until {due}")
            await self.move(due)
            await self.quiet()

    async def die(self) -> int:
        """kill -9, unless it is dead already."""
        assert self.life is not None
        self.life.kill()
        return await self.buried()

    async def buried(self) -> int:
        assert self.life is not None
        return await self.life.buried()

    async def stop(self) -> int:
        """SIGTERM, as an operator would; the exit code."""
        assert self.life is not None
        os.kill(self.life.pid, signal.SIGTERM)
        return await self.buried()
