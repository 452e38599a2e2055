"""How often a program may ask: so many requests a minute, a whole minute's worth at once."""

from collections import OrderedDict

MOST_KNOWN = 10_000  # programs remembered; the one that was silent longest is forgotten


class Allowance:
    """By the caller's monotonic seconds."""

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, now: float) -> float:
        """0 when it may ask now, else the seconds until it may."""
        left, at = self._known.pop(who, (self._most, now))
        left = min(self._most, left + (now - at) * self._most / 60)
        wait = 0.0 if left >= 1 else (1 - left) * 60 / self._most
        self._known[who] = (left - 1 if not wait else left, now)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return wait
