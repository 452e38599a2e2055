"""The pool of reading children without children: the real reader, at seeded speed, with seeded deaths."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from pipeline import frames
from pipeline.reader import understand
from pipeline.understood import Understood, Unread
from tests.simulation.faults import Faults


class InlinePool:
    """Stands in for pipeline.pool.Pool."""

    def __init__(self, faults: Faults, children: int) -> None:
        self._faults = faults
        self._idle = asyncio.Semaphore(children)

    async def warm(self) -> None: ...

    async def close(self) -> None: ...

    async def read_all(self, raws: Sequence[bytes], usual: object = None) -> list[Understood | Unread]:
        return list(await asyncio.gather(*(self._read(raw) for raw in raws)))

    async def _read(self, raw: bytes) -> Understood | Unread:
        async with self._idle:
            seconds, dies = self._faults.child()
            await asyncio.sleep(seconds)
            return Unread("parser.crashed", "the reader ended: signal 9") if dies else read(raw)


@lru_cache(maxsize=4096)
def read(raw: bytes) -> Understood | Unread:
    """As a child's answer comes: through its frames."""
    return frames.load(frames.dump(understand(raw)))
