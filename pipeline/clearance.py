"""May a letter leave: what its address, its text, the gate, a restored database and the customer's budget say."""

from datetime import datetime
from typing import NamedTuple

from maild.domain.effects import SendLetter
from maild.domain.letter import Phase
from maild.domain.people import Person, Role
from maild.store import caps, restored
from maild.store.tx import Tx
from notifications.address import Refusal
from notifications.budget import Budget, got, opens, spent
from notifications.gate import Counts, Drop, Hold, LetterFacts, Limits, refusal
from notifications.render import Refused
from pipeline.furniture import Desk


class Clearance(NamedTuple):
    """The phase in which a letter begins, why it does not leave, and from when it may where that is known."""

    phase: Phase
    code: str | None = None
    why: str | None = None
    next_at: datetime | None = None


def failed(wrong: Refusal | Refused) -> Clearance:
    return Clearance(Phase.FAILED, wrong.code, wrong.why)


def asked(tx: Tx, facts: LetterFacts, at: datetime | None) -> Clearance:
    """What the gate says, and a restored database of a letter whose cause came ``at``.

    Without counts: the hourly caps are asked when the letter is taken out of the outbox.
    """
    match refusal(facts, Counts(), Limits(), tx.now):
        case Hold(code, why, _):
            return Clearance(Phase.HELD, code, why)
        case Drop(code, why):
            return Clearance(Phase.DROPPED, code, why)
        case _ if restored.withholds(tx, at):
            return Clearance(Phase.HELD, restored.CODE, restored.WHY)
        case _:
            return Clearance(Phase.QUEUED)


def over_budget(tx: Tx, desk: Desk, effect: SendLetter, reader: Person) -> Clearance | None:
    """What becomes of one automatic letter too many to a customer; None while there is room."""
    budget = budget_of(desk)
    if not budget.set or not effect.automatic or effect.urgent or reader.role is not Role.CUSTOMER:
        return None
    left = caps.automatic_to(tx, reader.address)
    match spent(budget, got(left, tx.now)):
        case Hold(code, why, _):
            return Clearance(Phase.HELD, code, why, opens(budget, left, tx.now))
        case Drop(code, why):
            return Clearance(Phase.DROPPED, code, why)
        case None:
            return None


def budget_of(desk: Desk) -> Budget:
    """How many automatic letters a customer of this desk gets."""
    said = desk.config.letters
    return Budget(said.per_customer_per_day, said.per_customer_per_week, said.over_budget)
