"""Functions that wait for a writer: appends go first, so that no client waits for its 250 behind the desk's work."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from maild.store.trouble import translate

if TYPE_CHECKING:
    from maild.store.tx import Tx

GROUP = 64
WEIGHT = 32 * 1024 * 1024
Then = Callable[["Sequence[Job]"], None]
QUIET = 2  # turns of the loop without another append after which nobody is waited for


@dataclass(slots=True)
class Job:
    """A function that waits for its turn, and the promise of its result.

    With ``many`` the function is ``many(tx, items)``, called once for the items of all jobs that wait with it.
    How the caller hears of the end: ``promise`` is kept by `hand_over` and ``then`` called by it, both in their
    ``loop``, once for all jobs that ended together; ``answer`` is for a caller who blocks.
    """

    run: "Callable[[Tx], Any]"
    weight: int = 0
    append: bool = False
    many: "Callable[[Tx, Sequence[Any]], Sequence[Any]] | None" = None
    item: Any = None
    promise: "asyncio.Future[Any] | None" = None
    then: "Then | None" = None
    loop: asyncio.AbstractEventLoop | None = None
    limit: asyncio.TimerHandle | None = None  # when ``then`` has been waiting for too long
    answer: "Future[Any] | None" = None
    value: Any = None
    error: Exception | None = None
    done: bool = False
    born: float = field(default_factory=monotonic)
    context: Context = field(default_factory=copy_context)  # whoever logs on this thread names the caller's mail

    def succeed(self, value: Any) -> None:
        self.value, self.done = value, True
        if self.answer is not None:
            self.answer.set_result(value)

    def fail(self, error: BaseException) -> None:
        """Hand a failure to the caller in a form that any loop can carry: StopIteration would hang an awaiting one,
        SystemExit end its loop.
        """
        told = translate(error)
        if isinstance(told, StopIteration) or not isinstance(told, Exception):
            told = RuntimeError(f"a function of the store ended with {type(error).__name__}")
            told.__cause__ = error
        self.error, self.done = told, True
        if self.answer is not None:
            self.answer.set_exception(told)

    def give_up(self, why: Exception) -> None:
        """Tell ``then`` that it waits no longer; what becomes of the work is not told any more."""
        then, self.then = self.then, None
        if then is not None:
            then([replace(self, error=why, done=True)])


def hand_over(jobs: Iterable[Job]) -> None:
    """Tell those that have their answer: each loop is woken once, however many of them are its own."""
    mine: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.loop is not None and job.done:
            mine.setdefault(job.loop, []).append(job)
    for loop, answered in mine.items():
        with contextlib.suppress(RuntimeError):  # that loop has closed
            loop.call_soon_threadsafe(_tell, answered)


def _tell(jobs: list[Job]) -> None:
    called: dict[Then, list[Job]] = {}
    for job in jobs:
        if job.limit is not None:
            job.limit.cancel()
        if job.then is not None:
            called.setdefault(job.then, []).append(job)
        elif job.promise is not None and not job.promise.done():  # else whoever asked has gone
            _keep(job, job.promise)
    for then, ended in called.items():
        then(ended)


def _keep(job: Job, promise: "asyncio.Future[Any]") -> None:
    if job.error is None:
        promise.set_result(job.value)
    else:
        promise.set_exception(job.error)


class Line:
    """Two queues behind one lock. Appends overtake changes, but a group with room takes the oldest change too."""

    def __init__(self) -> None:
        self._appends: deque[Job] = deque()
        self._changes: deque[Job] = deque()
        self._waiting = threading.Condition()
        self._ends = 0
        self._caller: asyncio.AbstractEventLoop | None = None  # who is going to wake the writers

    def put(self, job: Job) -> None:
        """Take a place; a writer that rests is woken."""
        (self._appends if job.append else self._changes).append(job)
        loop = job.loop
        if loop is None:
            self._wake()
        elif self._caller is not loop:
            self._caller = loop
            loop.call_soon(self._call, loop, 0, 0)

    def _call(self, loop: asyncio.AbstractEventLoop, known: int, quiet: int) -> None:
        """Wake the writers once some turns of the loop have brought no append more: who comes together shares a commit,
        and the interpreter does not change hands for each of them.
        """
        waiting = len(self._appends)
        quiet = 0 if known < waiting else quiet + 1
        if quiet < QUIET and 0 < waiting < GROUP:
            loop.call_soon(self._call, loop, waiting, quiet)
            return
        self._caller = None
        self._wake()

    def _wake(self) -> None:
        with self._waiting:
            self._waiting.notify_all()

    def put_back(self, jobs: Sequence[Job]) -> None:
        """Jobs that were taken and not begun, at the place they had."""
        with self._waiting:
            for job in reversed(jobs):
                (self._appends if job.append else self._changes).appendleft(job)
            self._waiting.notify()

    def end(self) -> None:
        """One writer may go once everything is done."""
        with self._waiting:
            self._ends += 1
            self._waiting.notify_all()

    @property
    def urgent(self) -> bool:
        """Whether an append waits."""
        return bool(self._appends)

    def take(self, group: int, patience: float | None = None) -> list[Job] | None:
        """Wait for work; up to ``group`` jobs, or WEIGHT bytes of them. None when it is over.

        Nothing where none came within ``patience`` seconds.
        """
        with self._waiting:
            while not self._appends and not self._changes:
                if self._ends:
                    self._ends -= 1
                    return None
                if not self._waiting.wait(patience):
                    return []
            return list(self._group(group))

    def _group(self, group: int) -> Iterable[Job]:
        number = weight = 0
        for jobs, room in ((self._appends, group - 1 if self._changes else group), (self._changes, group)):
            while jobs and weight < WEIGHT and number < max(room, 1):
                job = jobs.popleft()
                number += 1
                weight += job.weight
                yield job
