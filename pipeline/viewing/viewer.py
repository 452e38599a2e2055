"""The daemon's side of looking at mails: wishes to a child, its views back, a reason where it does not answer."""

import asyncio
from collections import OrderedDict
from hashlib import sha256

import structlog
from pydantic import ValidationError

from maild.config import Workers
from pipeline.confined import Confined
from pipeline.viewing.wish import VIEW, WISH, View, Wish

WALL_SECONDS = 20.0
KEPT_BYTES = 32 * 1024 * 1024  # of answers, so that turning a page back asks nobody

log = structlog.get_logger("maild.viewer")


class Viewer:
    """``await look(raw, wish)`` answers always, whatever the mail does to its opener. One mail is opened at a time."""

    def __init__(self, workers: Workers, wall_seconds: float = WALL_SECONDS) -> None:
        limits = (str(workers.memory), str(workers.cpu_seconds))
        self._child = Confined("pipeline.viewing.child", limits)
        self._wall_seconds = wall_seconds
        self._one_at_a_time = asyncio.Lock()
        self._kept: OrderedDict[bytes, tuple[View, bytes]] = OrderedDict()

    async def look(self, raw: bytes, wish: Wish) -> tuple[View, bytes]:
        key = sha256(sha256(raw).digest() + WISH.dump_json(wish)).digest()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        async with self._one_at_a_time:
            view, data = await self._ask(raw, wish)
        if not view.missing:
            self._keep(key, (view, data))
        return view, data

    async def close(self) -> None:
        await self._child.close()

    async def _ask(self, raw: bytes, wish: Wish) -> tuple[View, bytes]:
        try:
            async with asyncio.timeout(self._wall_seconds):
                told, data = await self._child.ask((WISH.dump_json(wish), raw), answers=2)
            return VIEW.validate_json(told), data
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValidationError) as error:
            log.warning("mail.view_failed", wish=wish.what.value, why=type(error).__name__)
            await self._child.close()
            return View(missing="it could not be opened within the limits"), b""
        except BaseException:
            await self._child.close()
            raise

    def _keep(self, key: bytes, answer: tuple[View, bytes]) -> None:
        self._kept[key] = answer
        while len(self._kept) > 1 and sum(_size(kept) for kept in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)


def _size(answer: tuple[View, bytes]) -> int:
    return len(answer[1]) + len(answer[0].text) + len(answer[0].html)
