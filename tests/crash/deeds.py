"""What colleagues do while the daemon lives; it may refuse, and it may die under their hands."""

import contextlib
import random

from tests.crash import turns, way
from tests.crash.desk import Desk, Refused
from tests.crash.ledger import Deed, Ledger
from tests.crash.plan import MACROS, Round


class Colleagues:
    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        self._desk, self._ledger = desk, ledger

    async def work(self, one: Round, dice: random.Random) -> None:
        for _ in range(one.deeds):
            await self._act(dice)
        for _ in range(way.STEPS):
            await self._walk(one, dice)

    async def _act(self, dice: random.Random) -> None:
        """A macro of the orders' people, which the desk may refuse, or a note that must be there once."""
        rows = await self._desk.ask("ticket.list", "orders-agent", query="group:Orders", limit=1000)
        if not rows:
            return
        ticket = dice.choice(rows)["id"]
        with contextlib.suppress(Refused):
            if dice.random() < 0.5:
                await self._desk.ask("ticket.macro", "orders-agent", id=ticket, macro=dice.choice(MACROS))
                return
            deed = Deed(f"Rung up the customer, call {len(self._ledger.deeds)}", ticket)
            self._ledger.deeds.append(deed)
            await self._desk.ask("ticket.note", "orders-agent", id=ticket, text=deed.text)
            deed.done = True

    async def _walk(self, one: Round, dice: random.Random) -> None:
        """A question goes one step along its way, which the desk may refuse."""
        state, step = dice.choice(way.BY_HAND)
        rows = await self._desk.ask("ticket.list", "orders-agent", query=f"state:{state}", limit=10)
        given = {} if step == "look" else {"comment": f"About your question, in round {one.number}."}
        if rows:
            with contextlib.suppress(Refused):
                number = dice.choice(rows)["id"]
                await self._desk.ask("ticket.move", "orders-agent", id=number, status=step, **given)

    async def finish(self) -> None:
        """Agents solve requests, so that there is room for others."""
        rows = await self._desk.ask("ticket.list", turns.LEAD, query="status:open group:Service", limit=20)
        for row in [row for row in rows if row["assignee"]][: turns.FINISHED]:
            with contextlib.suppress(Refused):
                await self._desk.ask("ticket.set", row["assignee"], id=row["id"], changes=[["status", "solved"]])
