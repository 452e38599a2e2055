"""One life of the daemon: what was started in it ends with it, at whatever step it is, as with kill -9."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulation.network import End

LIFE: ContextVar["Life | None"] = ContextVar("life", default=None)
PRUNE = 256


class Life:
    def __init__(self, number: int) -> None:
        self.number = number
        self.dead = False
        self.ready = False
        self.context: Context = copy_context()
        self.context.run(LIFE.set, self)
        self._tasks: list[asyncio.Task[Any]] = []
        self._ends: list[End] = []

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        return asyncio.get_running_loop().create_task(work, name=name, context=self.context.copy())

    def keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.append(task)
        if len(self._tasks) >= PRUNE:
            self._tasks = [one for one in self._tasks if not one.done()]

    def hold(self, end: "End") -> None:
        self._ends = [one for one in self._ends if not one.is_closing()]
        self._ends.append(end)

    def end(self) -> None:
        """From now on nothing of it reaches anybody: no byte, no row. Its tasks unwind in the order they began in."""
        self.dead = True
        for end in self._ends:
            end.die()
        for task in self._tasks:
            if not task.done():
                task.cancel()


def current() -> Life | None:
    return LIFE.get()


def task_factory(loop: asyncio.AbstractEventLoop, work: Any, **known: Any) -> asyncio.Task[Any]:
    """Tasks know in which life they were started."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **known)
    context: Context | None = known.get("context")
    life = context.get(LIFE) if context is not None else LIFE.get()
    if life is not None:
        life.keep(task)
        if life.dead:
            task.cancel()
    return task
