"""Question and answer: what can be answered at once is answered where it comes in, a task does only what must wait.

A mail of a few kilobytes is four packets. To wake a task for each of them costs more than answering it.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from pipeline.receive.connection import Connection
from pipeline.receive.framing import HungUp, LineTooLong
from pipeline.receive.gathering import Gathering
from pipeline.receive.reception import CLOSING, Reception

Slow = Coroutine[Any, Any, None]
"""The rest of a command, where it has to wait for something."""


class Dialogue(Connection):
    """Knows the order of things; what the commands are, it leaves to `Session`."""

    def __init__(self, reception: Reception, peer: str) -> None:
        super().__init__(reception, peer)
        self._resting: asyncio.Future[Slow | None] | None = None
        self._news = False
        self.gathering: Gathering | None = None  # the mail whose text is on its way

    def greet(self) -> None:
        """The first words."""
        raise NotImplementedError

    def command(self, line: bytes) -> Slow | None:
        """Obey one line."""
        raise NotImplementedError

    def body_ended(self, gathering: Gathering) -> None:
        """The text of the mail is here."""
        raise NotImplementedError

    async def converse(self) -> None:
        self.greet()
        try:
            while not self.ending:
                slow = self._answer()
                if slow is None and not self.ending:
                    await self.flush()
                    slow = await self._rest()
                if slow is not None:
                    await slow
        finally:
            if self.gathering is not None:
                self.gathering.body.close()

    def proceed(self) -> None:
        """Answer what is here, if the task rests; it is woken for what it alone can do, and for what went wrong."""
        self._news = True
        resting = self._resting
        if resting is None or resting.done():
            return
        try:
            slow = self._answer()
            if slow is None and not self.ending:
                if self.send():
                    return
                slow = self.flush()
        except Exception as error:
            resting.set_exception(error)
        else:
            resting.set_result(slow)

    async def _rest(self) -> Slow | None:
        if self._news:  # while the replies were sent
            return None
        self._resting = self.loop.create_future()
        try:
            return await self._resting
        finally:
            self._resting = None

    def _answer(self) -> Slow | None:
        """Answer as far as it goes; gives the first command that has to wait. Raises how the connection ended."""
        self._news = False
        if self.doomed:
            raise HungUp
        while not self.ending and not self.storing:
            try:
                more = self._step()
            except (ConnectionError, LineTooLong):
                raise
            except Exception as error:
                self._mishap(error)
                continue
            if more is False:
                break
            if more is not True:
                return self._guarded(more)
        return None

    def _step(self) -> Slow | bool:
        """Answer one line, or the body: what has to wait, or else whether there may be more."""
        if self.gathering is not None:
            if self.wire.in_body:
                self.wire.check()
                return False
            gathering, self.gathering = self.gathering, None
            self.body_ended(gathering)
            return True
        if self.reception.closing and self.idle and not self.wire.waiting:
            self.say(CLOSING)
            return False
        line = self.line_at_hand()
        if line is None:
            self.wire.check()
            self.extend(self.settings.read_timeout)
            return False
        return self.command(line) or True

    async def _guarded(self, slow: Slow) -> None:
        try:
            await slow
        except (ConnectionError, LineTooLong):
            raise
        except Exception as error:
            self._mishap(error)

    def _mishap(self, error: Exception) -> None:
        """A bug of ours costs the client its command, not its connection, as long as there is one."""
        if self.wire.over:
            raise error
        self.say(self.reception.trouble("smtp.command_failed", session=self.id, exc_info=error))
