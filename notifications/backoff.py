"""Patience with one relay: when everything fails, single letters must not hammer it, and a person has to know."""

from datetime import datetime, timedelta

import structlog

from maild.domain.letter import Later, Result

log = structlog.get_logger("maild.notifications")

RELAY_WIDE = frozenset({"relay.unreachable", "relay.greeting", "tls.required", "relay.auth", "relay.421"})
BEFORE_ANY = RELAY_WIDE - {"relay.421"}
"""Trouble met before the relay was told of a letter: 421 may be about that one letter (RFC 5321, 3.8)."""
PATIENT = frozenset({"relay.auth", "tls.required"})  # a person must act; asking more often locks accounts
MANY = 5  # letters deferred in a row make it the relay's trouble, not theirs
SHORTEST = timedelta(seconds=5)
LONGEST = timedelta(minutes=5)
ALERT_AFTER = timedelta(hours=4)


class Backoff:
    """Doubling pauses from 5 s to 5 min between tries of the relay; 5 min at once where a person must act."""

    def __init__(self) -> None:
        self.resume_at: datetime | None = None
        self.failing_since: datetime | None = None
        self.trouble: Later | None = None
        self._failures = 0
        self._deferred = 0
        self._alerted = False

    def paused(self, now: datetime) -> bool:
        return self.resume_at is not None and now < self.resume_at

    def saw(self, result: Result, now: datetime) -> bool:
        """Take notice of one result; True when it means that the next letter would fare no better."""
        if not isinstance(result, Later):
            self._recovered(now)
            return False
        self._deferred += 1
        if result.code not in RELAY_WIDE and self._deferred < MANY:
            return False
        self._fail(result, now)
        return True

    def _fail(self, result: Later, now: datetime) -> None:
        first = self.trouble is None or self.trouble.code != result.code
        self.trouble, self.failing_since = result, self.failing_since or now
        patient = result.code in PATIENT
        self.resume_at = now + (LONGEST if patient else min(SHORTEST * 2 ** min(self._failures, 10), LONGEST))
        self._failures += 1
        if first:
            tell = log.error if patient else log.warning
            tell("relay.failing", code=result.code, why=result.why, again_at=self.resume_at.isoformat())
        if now - self.failing_since >= ALERT_AFTER and not self._alerted:
            self._alerted = True
            log.error("relay.down_for_hours", since=self.failing_since.isoformat(), code=result.code, why=result.why)

    def _recovered(self, now: datetime) -> None:
        if self.failing_since is not None:
            log.info("relay.recovered", down_seconds=int((now - self.failing_since).total_seconds()))
        self.resume_at = self.failing_since = self.trouble = None
        self._failures = self._deferred = 0
        self._alerted = False
