"""The daemon's side of the check: questions to a child, its answers back, nothing where it does not answer in time."""

import asyncio
from collections.abc import Sequence

import structlog
from pydantic import TypeAdapter, ValidationError

from maild.config import Config
from pipeline.confined import Confined
from pipeline.own_check.question import UNCHECKED, Checked, Question

WALL_SECONDS = 25.0  # for one batch; the DNS alone may take ten
_QUESTIONS: TypeAdapter[list[Question]] = TypeAdapter(list[Question])
_ANSWERS: TypeAdapter[list[Checked]] = TypeAdapter(list[Checked])

log = structlog.get_logger("maild.prover")


class Prover:
    """``await check(pairs)`` gives one answer per question, whatever the mails do to their checker."""

    def __init__(self, config: Config, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        limits = (str(config.workers.memory), str(config.workers.cpu_seconds))
        self._child = Confined("pipeline.own_check.child", (*limits, str(config.dns.timeout), *config.dns.servers))
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
        await self._child.close()

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
        asked = _QUESTIONS.dump_json([question for question, _ in pairs])
        [told] = await self._child.ask((asked, *(raw for _, raw in pairs)))
        answers = _ANSWERS.validate_json(told)
        if len(answers) != len(pairs):
            raise OSError(f"{len(answers)} answers to {len(pairs)} questions")
        return answers
