"""A promise about a ticket that falls due later."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    """One timer of a ticket as rules see it; at most one for each (``rule``, ``step``).

    ``fired`` is False while the timer is pending. A timer that has fired stays listed, with True, until a CancelTimer
    of its rule (and step, or all steps) takes it away, pending and fired alike: that ends the stay, and only then may
    the same rule arm it afresh. ArmTimer of a (rule, step) already listed replaces it and makes it pending again.
    """

    rule: str
    step: int
    due: datetime
    fired: bool = False
