"""How many automatic letters one customer gets in a day and a week. Pure: counts in, an answer with its reason out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from maild.domain.letter import OVER_BUDGET
from notifications.gate import Drop, Hold

CODE = OVER_BUDGET
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Budget:
    """Letters to one customer; 0 is without end. ``over`` says what becomes of one too many."""

    per_day: int = 0
    per_week: int = 0
    over: Literal["hold", "drop"] = "hold"

    @property
    def set(self) -> bool:
        return bool(self.per_day or self.per_week)


@dataclass(frozen=True, slots=True)
class Got:
    """Automatic letters that somebody got, or is about to get, in the last 24 hours and 7 days."""

    day: int = 0
    week: int = 0


def got(left: Sequence[datetime], now: datetime) -> Got:
    """Of automatic letters by when they left; those that wait leave now."""
    return Got(sum(at > now - DAY for at in left), sum(at > now - WEEK for at in left))


def opens(budget: Budget, left: Sequence[datetime], now: datetime) -> datetime:
    """When there is room for one automatic letter more, if none leaves until then."""
    newest, found = sorted(left, reverse=True), now
    for most, span in ((budget.per_day, DAY), (budget.per_week, WEEK)):
        if most and sum(at > now - span for at in newest) >= most:
            found = max(found, newest[most - 1] + span)
    return found


def spent(budget: Budget, got: Got) -> Hold | Drop | None:
    """Why a customer gets no further automatic letter now; None where they may."""
    if budget.per_day and got.day >= budget.per_day:
        why = f"{got.day} automatic letters to this customer within 24 hours, {budget.per_day} allowed"
    elif budget.per_week and got.week >= budget.per_week:
        why = f"{got.week} automatic letters to this customer within 7 days, {budget.per_week} allowed"
    else:
        return None
    if budget.over == "drop":
        return Drop(CODE, f"{why}; letters over it are left out")
    return Hold(CODE, f"{why}; summed up when there is room, unless it is released; urgent in its rule leaves at once")
